// @ts-check
import { timeElement } from "../../shared/dates.js";
import { fill, h } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { icon } from "../../shared/icons.js";
import { asProblem, explain } from "../../shared/problems.js";
import { channelIcon, subjectOf } from "../../shared/records.js";

const SHOWN = 5;

/** The last communications with the client of a record, without that record. @param {any} pane @param {any} record */
export function historySection(pane, record) {
  const list = h("ul", { class: "history", "aria-busy": "true" }, Array.from({ length: 3 }, () => h("li", { class: "placeholder" }, h("i"))));
  load(pane, record, list);
  return h("section", { class: "section" },
    h("h2", null, t("history.title")), list,
    registerLink(pane, { client: record.client.code, record: record.id }, t("history.open")));
}

/** A link that opens the register in a window of its own. @param {any} pane @param {{client?: string, record?: string}} place @param {string} words */
export function registerLink(pane, place, words) {
  return h("a", { class: "link", href: pane.registerAddress(place), target: "_blank", rel: "noopener", onclick: openOutside(pane) }, words, icon("open"));
}

/** @param {any} pane @param {any} record @param {HTMLElement} list */
async function load(pane, record, list) {
  try {
    const { items } = await pane.api.records({ client: record.client.code, limit: String(SHOWN + 1) });
    show(pane, list, items.filter((/** @type {any} */ item) => item.id !== record.id).slice(0, SHOWN));
  } catch (error) {
    fill(list, h("li", { class: "quiet" }, explain(asProblem(error)).title));
  }
  list.removeAttribute("aria-busy");
}

/** @param {any} pane @param {HTMLElement} list @param {any[]} items */
function show(pane, list, items) {
  fill(list, items.length ? items.map((item) => row(pane, item)) : h("li", { class: "quiet" }, t("history.none")));
}

/** @param {any} pane @param {any} item */
function row(pane, item) {
  const subject = subjectOf(item);
  return h("li", null, h("a", { href: pane.registerAddress({ client: item.client.code, record: item.id }), target: "_blank", rel: "noopener", onclick: openOutside(pane) },
    channelIcon(item),
    h("span", { class: "history-subject", title: subject }, item.restricted && icon("lock-closed"), subject),
    h("span", { class: "history-when" }, timeElement(item.occurred_at, new Date())),
    h("span", { class: "history-person" }, item.person?.name ?? "")));
}

/** Desktop Outlook must be asked to open a browser; elsewhere the link does it. @param {any} pane */
function openOutside(pane) {
  return (/** @type {MouseEvent} */ event) => {
    const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
    if (pane.mailbox.openWindow(link.href)) event.preventDefault();
  };
}
