// @ts-check
import { fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { codeTag } from "/addin/shared/records.js";

const SHOWN = 3;
const PHONE = matchMedia("(max-width: 480px)");

/**
 * The line that says whose communications these are.
 * @param {HTMLElement} element @param {any} register @param {string | null} code
 * @param {() => boolean} current whether the person is still at this client when the card comes
 * @returns {Promise<any>} the client's card; null for all clients, or if it cannot be read
 */
export async function showClient(element, register, code, current) {
  if (!code) {
    const [title, text] = register.place.tray ? [t("tray.title"), t("tray.text")] : [t("list.everybody"), t("list.everybody_text")];
    document.title = register.place.tray ? `${title} · Bitácora` : "Bitácora";
    fill(element, h("h1", null, title), h("p", { class: register.place.tray ? "quiet" : "quiet spare" }, text));
    return null;
  }
  fill(element, h("h1", null, code), allButton(register));
  try {
    const card = await register.api.client(code);
    if (current()) show(element, register, card);
    return card;
  } catch (error) {
    if (current()) fill(element, h("h1", null, code), h("p", { class: "quiet" }, explain(asProblem(error)).title), allButton(register));
    return null;
  }
}

/** Whether mail of this client can find its way here by itself. @param {any} card */
export function hasAddress(card) {
  return card.addresses.some((/** @type {any} */ address) => address.email);
}

/** @param {HTMLElement} element @param {any} register @param {any} card */
function show(element, register, card) {
  document.title = `${card.name} · Bitácora`;
  fill(element,
    h("h1", null, card.name), codeTag(card.code), card.nif && h("span", { class: "nif", title: "NIF" }, card.nif), allButton(register),
    hasAddress(card) ? h("ul", { class: "addresses" }, reachable(card)) : h("p", { class: "warned" }, icon("warning"), t("client.no_address")));
}

/** @param {any} card */
function reachable(card) {
  const emails = card.addresses.filter((/** @type {any} */ address) => address.email);
  const most = PHONE.matches ? 1 : SHOWN;
  const shown = emails.slice(0, most).map((/** @type {any} */ address) =>
    h("li", { title: [t(`section.${address.section}`), address.label, address.phone].filter(Boolean).join(" · ") }, icon("mail"), address.email));
  const rest = emails.slice(most).map((/** @type {any} */ address) => address.email).join("\n");
  return [...shown, rest && h("li", { title: rest, class: "more" }, t("client.more", { value: emails.length - most }))];
}

/** @param {any} register */
function allButton(register) {
  return h("button", { type: "button", class: "button subtle all", onclick: () => register.open(null) }, icon("dismiss"), h("span", null, t("list.all_clients")));
}
