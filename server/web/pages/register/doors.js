// @ts-check
import { h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";

/** The way to the sign-in and back to this place. */
export function signInLink() {
  return h("a", { class: "button", href: `/sign-in?${new URLSearchParams({ next: here() })}` }, t("action.sign_in"));
}

/** The way to Microsoft's page on which the person allows something, and back to this place. @param {string} link */
export function consentLink(link) {
  return h("a", { class: "link", href: `${link}${link.includes("?") ? "&" : "?"}${new URLSearchParams({ next: here() })}` }, t("outlook.consent"));
}

function here() {
  return location.pathname + location.search;
}
