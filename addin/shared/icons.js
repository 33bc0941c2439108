// @ts-check

const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("icons.svg", import.meta.url).pathname;
const INSIDE = "icon-";

let place = `${SPRITE}#`;

/**
 * Takes the drawings into the document. A page that makes icons all the time would else have its browser ask the
 * server for the file again and again.
 */
export async function bringIcons() {
  const answer = await fetch(SPRITE);
  const sprite = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  for (const symbol of sprite.querySelectorAll("symbol")) symbol.id = INSIDE + symbol.id;
  sprite.setAttribute("hidden", "");
  document.body.append(document.importNode(sprite, true));
  place = `#${INSIDE}`;
}

/**
 * A Fluent icon from the sprite. With a name it is an image that screen readers speak; without one it is decoration.
 * @param {string} id the symbol's id in icons.svg
 * @param {string} [name] what it means, in the person's language
 * @returns {SVGSVGElement}
 */
export function icon(id, name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon icon-${id}`);
  svg.setAttribute("viewBox", "0 0 20 20");
  if (name) describe(svg, name);
  else svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", place + id);
  svg.append(use);
  return svg;
}

/** @param {SVGSVGElement} svg @param {string} name */
function describe(svg, name) {
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", name);
  const title = document.createElementNS(SVG, "title");
  title.textContent = name;
  svg.append(title);
}
