// @ts-check
import { h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";

/**
 * The menu of the person who is signed in; for an administrator with the way to the other page.
 * @param {{name: string, address: string, administrator: boolean}} person
 */
export function personMenu({ name, address, administrator }) {
  return h("details", { class: "menu", onkeydown: closeOnEscape, onfocusout: closeOnLeave },
    h("summary", { "aria-label": t("person.menu", { name }) }, h("span", { class: "avatar", "aria-hidden": "true" }, initials(name)), h("span", { class: "person-name" }, name), icon("chevron-down")),
    h("div", { class: "menu-box" }, h("p", null, name), h("p", { class: "quiet" }, address),
      administrator && otherPage(),
      h("form", { method: "post", action: "/sign-in/out" }, h("button", { class: "button wide" }, icon("sign-out"), t("action.sign_out")))));
}

function otherPage() {
  const [href, sign, key] = location.pathname === "/admin" ? ["/", "table", "person.register"] : ["/admin", "settings", "person.admin"];
  return h("a", { class: "button wide", href }, icon(sign), t(key));
}

/** @param {string} name */
function initials(name) {
  return name.split(/\s+/).map((word) => word.charAt(0)).slice(0, 2).join("").toLocaleUpperCase();
}

/** @param {KeyboardEvent} event */
function closeOnEscape(event) {
  const menu = /** @type {HTMLDetailsElement} */ (event.currentTarget);
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

/** @param {FocusEvent} event */
function closeOnLeave(event) {
  const menu = /** @type {HTMLDetailsElement} */ (event.currentTarget);
  if (event.relatedTarget && !menu.contains(/** @type {Node} */ (event.relatedTarget))) menu.open = false;
}
