// @ts-check
import { h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";

/** A part of the detail under a heading. @param {string} key of its title @param {...any} content */
export function block(key, ...content) {
  const title = h("h3", { id: nextId() }, t(key));
  return h("section", { class: "block", "aria-labelledby": title.id }, title, ...content);
}

/** Names and values side by side; pairs without a value are left out. @param {[string, any][]} pairs */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "" && value?.length !== 0);
  return h("dl", { class: "facts" }, known.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
}
