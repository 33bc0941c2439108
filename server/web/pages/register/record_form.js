// @ts-check
import { fullDate } from "/addin/shared/dates.js";
import { fill, h, nextId } from "/addin/shared/dom.js";
import { choiceName } from "/addin/shared/fields.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { fieldTime, momentOf } from "./moments.js";
import { PeopleField } from "./people.js";

/**
 * What a person writes of a communication. `occurred_at` null means: when it is saved.
 * @typedef {{subject: string, type: string | null, initiated_by: string | null, reason: number | null, area: number | null,
 *            occurred_at: string | null, participants: import("./people.js").Somebody[], notes: string}} Values
 */

export const FIELDS = /** @type {const} */ (["subject", "type", "initiated_by", "reason", "area", "occurred_at", "participants", "notes"]);
const LONGEST_SUBJECT = 500;
const LONGEST_NOTES = 20_000;
const INITIATORS = ["client", "firm"];

/** @returns {Values} */
export function emptyValues() {
  return { subject: "", type: null, initiated_by: null, reason: null, area: null, occurred_at: null, participants: [], notes: "" };
}

/** What stands in a record. @param {any} record @returns {Values} */
export function valuesOf(record) {
  return {
    subject: record.subject ?? "", type: record.type, initiated_by: record.initiated_by, reason: record.reason?.id ?? null, area: record.area?.id ?? null,
    occurred_at: record.occurred_at, notes: record.notes ?? "",
    participants: record.participants.map((/** @type {any} */ one) => ({ kind: one.kind ?? (one.staff ? "person" : "contact"), name: one.name, address: one.address })),
  };
}

/** A value in words. @param {keyof Values} field @param {any} value @param {{reasons: any[], areas: any[]}} catalog @returns {string} */
export function inWords(field, value, catalog) {
  if (value === null || value === "" || value?.length === 0) return t("form.nothing");
  if (field === "type") return t(`type.${value}`);
  if (field === "initiated_by") return t(`initiator.${value}`);
  if (field === "reason" || field === "area") return catalog[field === "reason" ? "reasons" : "areas"].find((choice) => choice.id === value)?.name ?? t("form.nothing");
  if (field === "occurred_at") return fullDate(new Date(value));
  if (field === "participants") return value.map((/** @type {any} */ one) => one.name || one.address).join(", ");
  return value;
}

/** The fields of a communication; only the subject is mandatory. */
export class RecordForm {
  /**
   * @param {import("./app.js").Register} register @param {() => Promise<import("./people.js").Known[]>} loadPeople
   * @param {{open?: readonly string[], author: string, changed: () => void}} form `open` are the fields that may be written, all unless told
   */
  constructor(register, loadPeople, { open = FIELDS, author, changed }) {
    this.catalog = register.catalog;
    this.open = open;
    this.changed = changed;
    this.subject = h("input", { id: nextId(), type: "text", required: true, maxlength: LONGEST_SUBJECT, autocomplete: "off", "aria-required": "true", oninput: () => this.#typed() });
    this.refusal = h("p", { id: nextId(), class: "refusal", hidden: true }, icon("error-circle"), t("form.subject_needed"));
    this.selects = {
      type: this.#select(this.catalog.types.map((/** @type {string} */ type) => [type, t(`type.${type}`)])),
      initiated_by: this.#select(INITIATORS.map((who) => [who, t(`initiator.${who}`)])),
      reason: this.#select([]), area: this.#select([]),
    };
    this.notes = h("textarea", { id: nextId(), rows: 3, maxlength: LONGEST_NOTES, oninput: () => this.#typed() });
    this.people = new PeopleField(loadPeople, () => this.changed());
    this.when = h("div", { class: "when-field" });
    this.element = h("div", { class: "record-form" }, this.#standing(author),
      this.#row("subject", this.subject, this.refusal),
      h("div", { class: "pair" }, this.#row("type", this.selects.type), this.#row("initiated_by", this.selects.initiated_by)),
      h("div", { class: "pair" }, this.#row("reason", this.selects.reason), this.#row("area", this.selects.area)),
      this.#row("participants", this.people.input), this.#row("notes", this.notes));
    this.#close();
  }

  /** @returns {Values} */
  get values() {
    const choice = (/** @type {HTMLSelectElement} */ select) => select.value || null;
    const number = (/** @type {HTMLSelectElement} */ select) => Number(select.value) || null;
    return {
      subject: this.subject.value.trim(), type: choice(this.selects.type), initiated_by: choice(this.selects.initiated_by),
      reason: number(this.selects.reason), area: number(this.selects.area), occurred_at: this.#moment(), participants: this.people.value, notes: this.notes.value.trim(),
    };
  }

  /** @param {Values} values */
  set values(values) {
    this.subject.value = values.subject;
    this.selects.type.value = values.type ?? "";
    this.selects.initiated_by.value = values.initiated_by ?? "";
    this.#offer("reason", values.reason);
    this.#offer("area", values.area);
    this.people.value = values.participants;
    this.notes.value = values.notes;
    // A mail has no notes, and never will have.
    /** @type {HTMLElement} */ (this.notes.parentElement).hidden = !values.notes && !this.open.includes("notes");
    this.moment = values.occurred_at;
    this.#drawWhen();
    this.#grow();
  }

  focus() {
    (this.open.includes("subject") ? this.subject : this.selects.reason).focus();
  }

  /** Whether the subject is there; where it is not, it is asked for. */
  complete() {
    const missing = this.open.includes("subject") && this.subject.value.trim() === "";
    this.#refuse(missing);
    if (missing) this.subject.focus();
    return !missing;
  }

  /** Who and when, which nobody has to fill in. @param {string} author */
  #standing(author) {
    return h("dl", { class: "standing" },
      h("div", null, h("dt", null, t("form.created_by")), h("dd", null, this.open.includes("subject") && icon("person"), author)),
      h("div", null, h("dt", null, t("form.occurred_at")), h("dd", null, this.when)));
  }

  #drawWhen() {
    if (this.timeInput) return void (this.timeInput.value = this.moment ? fieldTime(this.moment) : "");
    const text = this.moment ? fullDate(new Date(this.moment)) : t("form.now");
    fill(this.when, h("span", null, text), this.open.includes("occurred_at") && h("button", { type: "button", class: "button subtle small", "aria-label": t("form.change_time"), onclick: () => this.#openTime() }, t("dialog.change")));
  }

  #openTime() {
    this.timeInput = h("input", {
      type: "datetime-local", "aria-label": t("form.occurred_at"), value: fieldTime(this.moment ?? new Date().toISOString()), max: "9999-12-31T23:59", oninput: () => this.changed(),
    });
    fill(this.when, this.timeInput);
    this.timeInput.focus();
    this.changed();
  }

  /** The moment that the person set; the known one keeps its seconds. */
  #moment() {
    const text = this.timeInput?.value;
    if (!text || (this.moment && text === fieldTime(this.moment))) return this.moment ?? null;
    return momentOf(text);
  }

  /** @param {string} name @param {HTMLElement} field @param {HTMLElement | null} [more] */
  #row(name, field, more = null) {
    const shown = field instanceof HTMLSelectElement ? h("span", { class: "select" }, field, icon("chevron-down")) : field === this.people?.input ? this.people.element : field;
    return h("div", { class: `form-row row-${name}` }, h("label", { for: field.id }, t(`form.${name}`), name === "subject" && this.open.includes(name) && h("span", { class: "mandatory", "aria-hidden": "true" }, "*")), shown, more);
  }

  /** @param {string[][]} choices */
  #select(choices) {
    return h("select", { id: nextId(), onchange: () => this.changed() }, h("option", { value: "" }, t("form.unset")), choices.map(([value, name]) => h("option", { value }, name)));
  }

  /** The choices that are in use, and a retired one where it is the present one. @param {"reason" | "area"} field @param {number | null} value */
  #offer(field, value) {
    const items = this.catalog[field === "reason" ? "reasons" : "areas"].filter((/** @type {any} */ item) => item.active || item.id === value);
    const select = this.selects[field];
    fill(select, h("option", { value: "" }, t("form.unset")), items.map((/** @type {any} */ item) => h("option", { value: item.id }, choiceName(field, item))));
    select.value = String(value ?? "");
  }

  /** What may not be written stays to be read. */
  #close() {
    const fields = { subject: this.subject, notes: this.notes, participants: this.people, ...this.selects };
    for (const [name, field] of Object.entries(fields)) if (!this.open.includes(name)) field.disabled = true;
  }

  #typed() {
    if (!this.refusal.hidden && this.subject.value.trim()) this.#refuse(false);
    this.#grow();
    this.changed();
  }

  /** @param {boolean} refused */
  #refuse(refused) {
    this.refusal.hidden = !refused;
    this.subject.setAttribute("aria-invalid", String(refused));
    if (refused) this.subject.setAttribute("aria-describedby", this.refusal.id);
    else this.subject.removeAttribute("aria-describedby");
  }

  /** The notes grow with what is written, up to where they scroll. */
  #grow() {
    this.notes.style.height = "auto";
    if (this.notes.scrollHeight) this.notes.style.height = `${Math.min(this.notes.scrollHeight + 2, 240)}px`;
  }
}
