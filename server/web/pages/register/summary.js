// @ts-check
import { fullDate, timeElement } from "/addin/shared/dates.js";
import { h } from "/addin/shared/dom.js";
import { choiceName } from "/addin/shared/fields.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { channelIcon, channelName, codeTag, holderList, subjectOf, whyFacts, whySentence } from "/addin/shared/records.js";
import { block, facts } from "./blocks.js";
import { kindIcon } from "./people.js";

const ROLES = /** @type {const} */ (["from", "sender", "to", "cc", "bcc"]);

/** Subject, channel and date. @param {any} record */
export function heading(record) {
  const date = new Date(record.occurred_at);
  return h("header", { class: "detail-head" },
    h("h2", null, subjectOf(record)),
    h("p", { class: "when" }, channelIcon(record), h("span", null, channelName(record), " · ", h("time", { datetime: record.occurred_at }, fullDate(date)))));
}

/** Whose it is, where the list does not say. @param {any} register @param {any} record */
export function clientLine(register, record) {
  if (register.client) return null;
  return h("button", { type: "button", class: "button client-button", "data-key": "client", onclick: () => register.open(record.client.code, record.id) },
    h("span", null, record.client.name), codeTag(record.client.code));
}

/** Nobody but its owner sees what is in it. */
export function lock() {
  return h("p", { class: "locked" }, icon("lock-closed"), t("record.restricted"));
}

/** Reason and area, to be read. @param {any} record */
export function knownFields(record) {
  const named = (/** @type {"reason" | "area"} */ field) => (record[field] ? choiceName(field, record[field]) : t(`field.no_${field}`));
  return facts([[t("field.reason"), named("reason")], [t("field.area"), named("area")]]);
}

/** What was noted, and who took part. @param {any} record */
export function people(record) {
  const pairs = record.automatic ? mailPeople(record) : [/** @type {[string, any]} */ ([t("detail.took_part"), record.participants.map(manualParticipant)])];
  return pairs.some(([, names]) => names.length) ? block("detail.people", facts(pairs)) : null;
}

/** @param {any} record */
export function notes(record) {
  return record.notes ? block("detail.notes", h("p", { class: "notes" }, record.notes)) : null;
}

/** Who, when, by which way: what the register knows of it. @param {any} record */
export function summary(record) {
  const now = new Date();
  return block("detail.summary", facts([
    [t("detail.person"), record.person?.name],
    [t("form.initiated_by"), record.initiated_by && t(`initiator.${record.initiated_by}`)],
    [t("form.created_by"), record.automatic ? t("detail.by_itself") : record.created_by?.name],
    [t("detail.created_at"), timeElement(record.created_at, now)],
    [t("detail.edited_at"), record.edited_at && timeElement(record.edited_at, now)],
  ]));
}

/** By which address, account and way it came, and which mailboxes hold it. @param {any} record */
export function why(record) {
  if (!record.automatic) return record.created_by && block("detail.why", h("p", null, t("detail.by_hand", { person: record.created_by.name })));
  return block("detail.why", h("p", null, whySentence(record)), facts([...whyFacts(record), [t("why.fact.holders"), record.holders.length ? holderList(record) : null]]));
}

/** @param {any} record @returns {[string, any][]} */
function mailPeople(record) {
  return ROLES.map((role) => [t(`role.${role}`), named(record, role)]);
}

/** The people in a role; a sender is named only where it is not the author. @param {any} record @param {string} role */
function named(record, role) {
  const authors = record.participants.filter((/** @type {any} */ person) => person.role === "from");
  const isAuthor = (/** @type {any} */ person) => authors.some((/** @type {any} */ author) => author.address === person.address);
  return record.participants.filter((/** @type {any} */ person) => person.role === role && !(role === "sender" && isAuthor(person))).map(participant);
}

/** @param {any} person */
function participant(person) {
  return h("span", { class: "participant" }, kindIcon(person.staff ? "person" : "contact"), h("span", null, person.name && h("strong", null, person.name), " ", h("span", { class: "quiet" }, person.address)));
}

/** @param {any} person */
function manualParticipant(person) {
  return h("span", { class: "participant" }, kindIcon(person.kind ?? (person.staff ? "person" : "contact")),
    h("span", null, h("strong", null, person.name || person.address), " ", person.address !== person.name && h("span", { class: "quiet" }, person.address)));
}
