// @ts-check
import { timeElement } from "/addin/shared/dates.js";
import { h } from "/addin/shared/dom.js";
import { has, language, t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";

/** @typedef {import("/addin/shared/dom.js").Child} Child */
/** @typedef {"good" | "stale" | "bad" | "idle"} Tone */

/**
 * A part of the page under its own heading, with at most one thing to do beside it.
 * @param {string} id @param {string} title @param {Child} action @param {...(Child | Child[])} content
 */
export function panel(id, title, action, ...content) {
  return h("section", { class: "panel", id, "data-key": id, "aria-labelledby": `${id}-title` },
    h("header", null, h("h2", { id: `${id}-title`, tabindex: -1 }, title), action), ...content);
}

/**
 * A button whose click the page hears by its name; while its work is under way it waits.
 * @param {string} action @param {number | string} id @param {string} words
 * @param {{pending: Set<string>, sign?: string, name?: string, primary?: boolean}} options `name` says more to a screen reader
 */
export function actionButton(action, id, words, { pending, sign, name, primary = false }) {
  const key = `${action}:${id}`;
  return h("button", {
    type: "button", class: `button small${primary ? " primary" : ""}`, "aria-disabled": pending.has(key) ? "true" : null,
    "aria-label": name, dataset: { action, id: String(id), key },
  }, sign && icon(sign), words);
}

/** @param {Tone} tone @param {...(Child | Child[])} words */
export function status(tone, ...words) {
  return h("span", { class: "status" }, h("span", { class: `dot ${tone}`, "aria-hidden": "true" }), h("span", null, ...words));
}

/** Short and relative, in full on hover and to a screen reader. @param {string | null} iso @param {Date} now */
export function when(iso, now) {
  return iso ? timeElement(iso, now) : t("table.never");
}

/** A point in the future or the past as a date. @param {string} iso */
export function day(iso) {
  const format = new Intl.DateTimeFormat(language() === "es" ? "es-ES" : "en-GB", { timeZone: "Europe/Madrid", day: "numeric", month: "short", year: "numeric" });
  return h("time", { datetime: iso }, format.format(new Date(iso)));
}

/** A day without a time, such as 2026-11-24. @param {string} iso */
export function plainDay(iso) {
  const format = new Intl.DateTimeFormat(language() === "es" ? "es-ES" : "en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" });
  return h("time", { datetime: iso }, format.format(new Date(`${iso}T00:00:00Z`)));
}

/** @param {number} value */
export function number(value) {
  return new Intl.NumberFormat(language()).format(value);
}

/**
 * Why something does not work and what to do, with Microsoft's own words behind it.
 * @param {{cause: string, detail: string}} complaint
 */
export function remedy({ cause, detail }) {
  const key = has(`cause.${cause}`) ? cause : "refused";
  return h("span", { class: "remedy" }, t(`cause.${key}`), " ", h("code", null, detail));
}

/**
 * A table that becomes a list of cards on a narrow screen; each cell then names its column.
 * @param {string} name @param {string[]} columns @param {(HTMLTableRowElement | HTMLTableRowElement[])[]} rows
 * @param {string} [className]
 */
export function table(name, columns, rows, className = "") {
  return h("table", { class: `table ${className}`.trim(), "aria-label": name, role: "table" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map((column) => h("th", { scope: "col", role: "columnheader" }, column)))),
    h("tbody", { role: "rowgroup" }, rows.flat()));
}

/**
 * @param {string | number} key @param {string[]} columns the first of them heads the row
 * @param {(Child | Child[])[]} cells @param {string} [className]
 */
export function row(key, columns, cells, className = "") {
  return h("tr", { "data-key": String(key), class: className || null, role: "row" }, cells.map((cell, index) =>
    h(index ? "td" : "th", { scope: index ? null : "row", role: index ? "cell" : "rowheader", "data-label": columns[index] }, ...[cell].flat())));
}

/** One sentence across the whole table. @param {string} key @param {number} width @param {...(Child | Child[])} content */
export function wideRow(key, width, ...content) {
  return h("tr", { "data-key": key, class: "wide-row", role: "row" }, h("td", { colspan: width, role: "cell" }, ...content));
}
