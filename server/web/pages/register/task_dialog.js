// @ts-check
import { fullDate } from "/addin/shared/dates.js";
import { fill, h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { asProblem } from "/addin/shared/problems.js";
import { codeTag, subjectOf } from "/addin/shared/records.js";
import { facts } from "./blocks.js";
import { Dialog } from "./dialog.js";
import { dayOf, shiftDay } from "./place.js";

const LONGEST_TITLE = 255;
const LONGEST_NOTE = 2000;
/** Days from today that people mean most often. @type {[string, number][]} */
const SOON = [["today", 0], ["tomorrow", 1], ["week", 7]];

/** "Nueva tarea": a task in the person's Microsoft To Do that leads back to the communication. */
export class TaskDialog extends Dialog {
  /** @param {import("./app.js").Register} register @param {any} record */
  constructor(register, record) {
    super(t("task.title"));
    this.register = register;
    this.record = record;
    this.initial = `${record.client.name}: ${subjectOf(record)}`.slice(0, LONGEST_TITLE);
    this.name = h("input", { id: nextId(), type: "text", maxlength: LONGEST_TITLE, required: true, autocomplete: "off", value: this.initial, oninput: () => this.calm() });
    this.due = h("input", { id: nextId(), type: "date", min: dayOf(new Date()), max: "9999-12-31" });
    this.note = h("textarea", { id: nextId(), rows: 3, maxlength: LONGEST_NOTE });
    fill(this.about, h("span", null, record.client.name), codeTag(record.client.code));
    fill(this.body, facts(this.#facts()), row(this.name, t("task.name")), row(this.due, t("task.due"), h("div", { class: "soon" }, SOON.map(([name, days]) => this.#soon(name, days)))), row(this.note, t("task.note")));
    fill(this.foot, this.mainButtons(t("task.create")));
  }

  get dirty() {
    return this.name.value !== this.initial || this.note.value.trim() !== "";
  }

  open() {
    super.open();
    this.name.focus();
    this.name.setSelectionRange(this.name.value.length, this.name.value.length);
  }

  async submit() {
    if (!this.name.value.trim()) return this.name.focus(), this.warn(t("task.name_needed"));
    await this.during(() => this.#create());
  }

  /** What goes into the task by itself. @returns {[string, any][]} */
  #facts() {
    const { record, register } = this;
    return [
      [t("new.client"), record.client.name], [t("task.person"), register.me.person.name],
      [t("form.occurred_at"), fullDate(new Date(record.occurred_at))], [t("form.subject"), subjectOf(record)],
    ];
  }

  /** @param {string} name @param {number} days */
  #soon(name, days) {
    return h("button", { type: "button", class: "button small", onclick: () => (this.due.value = shiftDay(dayOf(new Date()), days)) }, t(`task.soon.${name}`));
  }

  async #create() {
    const { register, record } = this;
    const note = this.note.value.trim();
    this.calm();
    try {
      const made = await register.api.send("POST", `/api/records/${record.id}/task`, {
        title: this.name.value.trim(), ...(this.due.value && { due: this.due.value }), ...(note && { note }),
      });
      register.detail.followups.add(record.id, "task", made.web_link);
      this.close();
      register.toast.say(t("task.done"), { sign: "task-list-square-ltr" });
    } catch (error) {
      this.complain(asProblem(error));
    }
  }
}

/** @param {HTMLElement} field @param {string} name @param {HTMLElement | null} [more] */
function row(field, name, more = null) {
  return h("div", { class: "form-row" }, h("label", { for: field.id }, name), field, more);
}
