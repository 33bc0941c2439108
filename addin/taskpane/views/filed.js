// @ts-check
import { h, nextId } from "../../shared/dom.js";
import { RecordFields } from "../../shared/fields.js";
import { t } from "../../shared/i18n.js";
import { icon } from "../../shared/icons.js";
import { codeTag, holderList, whyFacts, whySentence } from "../../shared/records.js";
import { historySection } from "./history.js";
import { attachmentsSection } from "./message.js";

/** Where the mail is filed and why: a card for each client. @param {any} pane @param {import("../mailbox.js").Mail} mail @param {any} answer */
export function filedView(pane, mail, answer) {
  const alone = answer.records.length === 1;
  return [
    !alone && h("p", { class: "several" }, icon("people"), t("filed.several", { count: answer.records.length })),
    ...answer.records.map((/** @type {any} */ record) => card(pane, record)),
    attachmentsSection(filesOf(answer.records[0], mail)),
    alone && historySection(pane, answer.records[0]),
  ].filter((part) => part instanceof Node);
}

/** @param {any} pane @param {any} record */
function card(pane, record) {
  const heading = h("h2", { id: nextId(), class: "client" },
    icon("checkmark-circle-filled", t("filed.name")), h("span", { class: "client-name" }, record.client.name), codeTag(record.client.code));
  return h("section", { class: "card", "aria-labelledby": heading.id, "data-client": record.client.code },
    heading, why(record), record.restricted ? lock() : RecordFields.of(record, pane.catalog, pane.edits));
}

/** @param {any} record */
function why(record) {
  return h("details", { class: "why" },
    h("summary", { "data-key": `${record.id}-why` }, h("span", null, whySentence(record)), icon("chevron-down")),
    h("dl", null, whyFacts(record).map(([name, value]) => fact(name, value)), record.holders.length > 0 && fact(t("why.fact.holders"), holderList(record))));
}

/** @param {string} name @param {string | Node} value */
function fact(name, value) {
  return h("div", null, h("dt", null, name), h("dd", null, value));
}

function lock() {
  return h("p", { class: "locked" }, icon("lock-closed"), t("record.restricted"));
}

/** @param {any} record @param {import("../mailbox.js").Mail} mail */
function filesOf(record, mail) {
  return record.attachments?.length ? record.attachments : mail.attachments;
}
