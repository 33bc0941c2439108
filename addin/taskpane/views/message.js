// @ts-check
import { timeElement } from "../../shared/dates.js";
import { h } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { fileIcon, size } from "../../shared/records.js";

/**
 * The mail that the pane speaks of.
 * @param {import("../mailbox.js").Mail} mail
 */
export function messageHeader(mail) {
  return [
    h("h1", { title: mail.subject }, mail.subject ? t("message.quoted", { subject: mail.subject }) : t("record.no_subject")),
    h("p", null, h("span", { class: "from" }, mail.from), mail.occurredAt && [" · ", timeElement(mail.occurredAt, new Date())]),
  ];
}

/** @param {{name: string, size: number}[]} attachments */
export function attachmentsSection(attachments) {
  if (attachments.length === 0) return null;
  return h("section", { class: "section" },
    h("h2", null, t("attachments.title"), h("span", { class: "count" }, String(attachments.length))),
    h("ul", { class: "files" }, attachments.map(fileRow)));
}

/** @param {{name: string, size: number}} file */
function fileRow(file) {
  return h("li", null, fileIcon(file.name), h("span", { class: "file-name", title: file.name }, file.name), h("span", { class: "file-size" }, size(file.size)));
}
