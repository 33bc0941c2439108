// @ts-check
import { fullDate, listDate } from "/addin/shared/dates.js";
import { fill, h } from "/addin/shared/dom.js";
import { choiceName } from "/addin/shared/fields.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { channelIcon, subjectOf } from "/addin/shared/records.js";
import { marked } from "./hits.js";

/** The columns in their order; the first is the tick for bulk. */
export const COLUMNS = ["tick", "date", "channel", "client", "subject", "person", "reason", "area", "files", "published"];
const SILENT = new Set(["tick", "channel", "files", "published"]);

/** The names of the columns. */
export function headRow() {
  return h("div", { role: "rowgroup", class: "head" }, h("div", { role: "row", class: "row", "aria-rowindex": 1 },
    COLUMNS.map((name) => h("span", { role: "columnheader", class: `cell-${name}` }, headName(name)))));
}

/** @param {string} name */
function headName(name) {
  const text = h("span", { class: SILENT.has(name) ? "sr-only" : null }, t(`list.column.${name}`));
  return name === "files" ? [icon("attach"), text] : text;
}

/** A row that shows nothing yet. @param {string} id */
export function emptyRow(id) {
  return h("div", { role: "row", class: "row", "data-record": id });
}

/**
 * Writes a record into its row.
 * @param {HTMLElement} row @param {any} record @param {Date} now @param {string[]} words those of the search, folded, to be marked
 */
export function fillRow(row, record, now, words) {
  row.classList.toggle("restricted", record.restricted);
  row.classList.toggle("deleted", record.state === "deleted");
  const label = t("list.pick", { subject: subjectOf(record) });
  fill(row,
    cell("tick", h("input", { type: "checkbox", tabindex: -1, "aria-label": label })),
    cell("date", when(record, now)), cell("channel", channelIcon(record)),
    clientCell(record, words),
    cell("subject", record.restricted && icon("lock-closed", t("record.private")), text(subjectOf(record), words, "subject-text")),
    cell("person", text(record.person?.name, words)),
    cell("reason", choice(record, "reason")), cell("area", choice(record, "area")),
    cell("files", files(record)), cell("published", published(record)));
}

/** On a narrow screen the person stands behind the client. @param {any} record @param {string[]} words */
function clientCell(record, words) {
  const made = cell("client", text(record.client.name, words));
  if (record.person) made.dataset.person = ` · ${record.person.name}`;
  return made;
}

/** @param {string} name @param {...any} content */
function cell(name, ...content) {
  return h("span", { role: "gridcell", class: `cell-${name}` }, ...content.flat());
}

/** @param {string | undefined} value @param {string[]} words @param {string} [name] */
function text(value, words, name) {
  return value ? h("span", { title: value, class: name }, marked(value, words)) : null;
}

/** Reason or area; one that is still on its way has a clock. @param {any} record @param {"reason" | "area"} field */
function choice(record, field) {
  const waiting = record.waiting?.includes(field) && icon("clock", t("field.waiting"));
  return [waiting, record[field] ? text(choiceName(field, record[field]), []) : missing(field)];
}

/** @param {"reason" | "area"} field */
function missing(field) {
  return h("span", { class: "missing" }, h("span", { "aria-hidden": "true" }, "–"), h("span", { class: "sr-only" }, t(`field.no_${field}`)));
}

/** @param {any} record @param {Date} now */
function when(record, now) {
  const date = new Date(record.occurred_at);
  const full = fullDate(date);
  return h("time", { datetime: record.occurred_at, title: full },
    h("span", { "aria-hidden": "true" }, listDate(date, now)), h("span", { class: "sr-only" }, full));
}

/** @param {any} record */
function files(record) {
  const count = record.attachments.length;
  return count > 0 && [icon("attach", t("list.attachments", { count })), count > 1 && h("span", { "aria-hidden": "true" }, count)];
}

/** @param {any} record */
function published(record) {
  const any = record.documents.some((/** @type {any} */ document) => document.published);
  return any && h("span", { title: t("list.published") }, h("span", { "aria-hidden": "true" }, "Si"), h("span", { class: "sr-only" }, t("list.published")));
}
