// @ts-check

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Makes an element. Properties named `on…` listen, `class`, `dataset`, booleans and plain values become
 * attributes; children that are strings become text, so nothing that came from outside is ever parsed.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any> | null} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) setProperty(element, name, value);
  append(element, children);
  return element;
}

/**
 * Replaces everything inside an element.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/**
 * Says something to people who use a screen reader, once.
 * @param {string} sentence
 */
export function announce(sentence) {
  const region = document.getElementById("status");
  if (region && region.textContent !== sentence) region.textContent = sentence;
}

let lastId = 0;

/** An id for the `for`, `aria-labelledby` and `aria-controls` of one document. */
export function nextId() {
  lastId += 1;
  return `e${lastId}`;
}

/** @param {Element} element @param {string} name @param {any} value */
function setProperty(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "dataset") Object.assign(/** @type {HTMLElement} */ (element).dataset, value);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** @param {Element} element @param {(Child | Child[])[]} children */
function append(element, children) {
  for (const child of children.flat()) {
    if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false) element.append(String(child));
  }
}
