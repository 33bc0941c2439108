// @ts-check
import { h } from "/addin/shared/dom.js";

/** @typedef {import("/addin/shared/dom.js").Child} Child */

/**
 * Makes an element's content equal to this one and touches only what differs, so that focus, selection and the
 * place of a screen reader stay. Elements with a `data-key` are told apart by it. Listeners of what is passed are
 * not taken over: listen further out.
 * @param {Element} element @param {...(Child | Child[])} children
 */
export function renew(element, ...children) {
  follow(element, h("div", null, ...children));
}

/** @param {Node} standing @param {Node} fresh */
function follow(standing, fresh) {
  const keyed = new Map([...standing.childNodes].filter(keyOf).map((node) => [keyOf(node), node]));
  let place = standing.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const found = keyOf(wanted) ? keyed.get(keyOf(wanted)) : place && !keyOf(place) ? place : null;
    if (!found || found.nodeName !== wanted.nodeName) {
      standing.insertBefore(wanted, place);
      continue;
    }
    if (found === place) place = place.nextSibling;
    else standing.insertBefore(found, place);
    renewNode(found, wanted);
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.parentNode?.removeChild(gone);
  }
}

/** @param {Node} standing @param {Node} fresh */
function renewNode(standing, fresh) {
  if (standing.isEqualNode(fresh)) return;
  if (standing instanceof Element && fresh instanceof Element) {
    copyAttributes(standing, fresh);
    follow(standing, fresh);
  } else standing.nodeValue = fresh.nodeValue;
}

/** @param {Element} standing @param {Element} fresh */
function copyAttributes(standing, fresh) {
  for (const { name } of [...standing.attributes]) if (!fresh.hasAttribute(name)) standing.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) if (standing.getAttribute(name) !== value) standing.setAttribute(name, value);
}

/** @param {Node} node */
function keyOf(node) {
  return node instanceof HTMLElement ? node.dataset.key : undefined;
}
