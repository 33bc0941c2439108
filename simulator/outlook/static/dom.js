/** Building the page: every text becomes a text node, so nothing that a mail says can become markup. */

import { paths } from "./icons.js";

/** An element with attributes, listeners (`onclick`) and children; absent children are skipped. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) assign(element, name, value);
  element.append(...children.flat().filter((child) => child || child === 0));
  return element;
}

function assign(element, name, value) {
  if (typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
}

/** A drawing without a name of its own: the control around it carries the name. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}

/** A foreign text, kept from turning the direction of the text around it. */
export function foreign(text, attributes = {}) {
  return h("bdi", attributes, text);
}

/** A button of a command bar. */
export function command(name, label, onclick, attributes = {}) {
  return h("button", { type: "button", class: "command", onclick, ...attributes }, icon(name), h("span", {}, label));
}
