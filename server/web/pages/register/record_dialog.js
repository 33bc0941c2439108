// @ts-check
import { announce, fill, h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem } from "/addin/shared/problems.js";
import { codeTag } from "/addin/shared/records.js";
import { ClientField } from "./client_field.js";
import { Dialog } from "./dialog.js";
import { changedFields, merge } from "./merge.js";
import { learnAbilities, obstacle, obstacleLine } from "./outlook.js";
import { knownPeople } from "./people.js";
import { emptyValues, FIELDS, inWords, RecordForm, valuesOf } from "./record_form.js";
import { Typed } from "./typed.js";

/** @typedef {import("./record_form.js").Values} Values */

/** What an edit of a mail's record may change: the rest is what the mail says. */
const OF_A_MAIL = /** @type {const} */ (["reason", "area"]);

/** The fields of a communication in a window that keeps what is typed until it is saved or thrown away. */
class RecordDialog extends Dialog {
  /** @type {RecordForm} each window makes its own */ fields = /** @type {any} */ (null);

  /** @param {import("./app.js").Register} register @param {string} title @param {Typed} typed */
  constructor(register, title, typed) {
    super(title, { wide: true });
    this.register = register;
    this.typed = typed;
    /** @type {Values} what the fields held before anybody typed */ this.base = emptyValues();
  }

  get dirty() {
    return changedFields(this.base, this.fields.values).length > 0;
  }

  discard() {
    this.typed.forget();
    super.discard();
  }

  keep() {
    if (this.dirty) this.typed.keep(this.written());
    else this.typed.forget();
  }

  /** @returns {any} */
  written() {
    return { values: this.fields.values };
  }

  /** Says that it found what was typed before. @param {() => void} startAfresh */
  recovered(startAfresh) {
    const note = h("p", { class: "recovered" }, icon("info"), h("span", null, t("form.recovered")),
      h("button", { type: "button", class: "button subtle small", onclick: () => (note.remove(), startAfresh()) }, t("form.afresh")));
    this.body.prepend(note);
  }

  /** @param {unknown} error */
  failed(error) {
    const problem = asProblem(error);
    this.keep();
    if (problem.code === "sign_in_needed") this.complain(problem, t("form.safe_signed_out"));
    else this.complain(problem, problem.passing ? t("form.safe") : undefined);
  }
}

/** "Nueva comunicación": what no mail tells, a call or a visit. */
export class NewRecord extends RecordDialog {
  /** Made here, so that saving again after a lost answer does not double it. */
  id = crypto.randomUUID();

  /** @param {import("./app.js").Register} register */
  constructor(register) {
    super(register, t("new.title"), new Typed(`${register.me.person.id}.new`));
    this.clientField = new ClientField(register.api, t("new.client"), (client) => this.#turnTo(client));
    this.fields = new RecordForm(register, () => this.#people(), { author: register.me.person.name, changed: () => this.keep() });
    const { client, card } = register;
    this.clientField.value = client ? { code: client, name: card?.name ?? client } : null;
    this.clientMissing = h("p", { class: "refusal", hidden: true }, icon("error-circle"), t("new.client_needed"));
    fill(this.body, h("div", { class: "form-row" }, h("span", { class: "label" }, t("new.client")), this.clientField.element, this.clientMissing), this.fields.element);
    this.fields.values = this.base;
    this.#foot();
    learnAbilities(register).then(() => this.#foot());
    this.#recover();
  }

  open() {
    super.open();
    if (this.clientField.value) this.fields.focus();
    else this.clientField.focus();
  }

  written() {
    return { ...super.written(), id: this.id, client: this.clientField.value };
  }

  /** @param {"task" | "message" | null} [then] what to do with it afterwards */
  async submit(then = null) {
    const client = this.clientField.value;
    this.clientMissing.hidden = client !== null;
    if (!this.fields.complete()) return;
    if (!client) return this.clientField.focus();
    await this.during(() => this.#save(client.code, then));
  }

  /** @param {string} client @param {"task" | "message" | null} then */
  async #save(client, then) {
    this.calm();
    const values = this.fields.values;
    const filled = Object.fromEntries(changedFields(emptyValues(), values).map((field) => [field, values[/** @type {keyof Values} */ (field)]]));
    let record;
    try {
      record = await this.register.api.send("POST", "/api/records", { id: this.id, client, ...filled });
    } catch (error) {
      return this.failed(error);
    }
    this.typed.forget();
    this.close();
    await show(this.register, record);
    if (then) return this.register.run(then, [record]);
    this.register.toast.say(t("new.done"));
  }

  /** @param {import("./client_field.js").Client | null} client */
  #turnTo(client) {
    this.fields.people.forget();
    this.clientMissing.hidden = true;
    if (client) this.fields.focus();
    this.keep();
  }

  async #people() {
    const client = this.clientField.value;
    return client ? knownPeople(this.register.api, client.code) : [];
  }

  #foot() {
    const then = (/** @type {"task" | "message"} */ action, /** @type {string} */ sign) => !obstacle(this.register, action) &&
      h("button", { type: "button", class: "button", onclick: () => this.busy || this.submit(action) }, icon(sign), t(`new.then_${action}`));
    fill(this.foot, h("div", { class: "foot-more" }, then("task", "task-list-square-ltr"), then("message", "mail"), obstacleLine(this.register)), this.mainButtons(t("dialog.save")));
  }

  #recover() {
    const kept = this.typed.read();
    if (!kept) return;
    this.id = kept.id;
    this.fields.values = kept.values;
    if (kept.client) this.clientField.value = kept.client;
    this.recovered(() => {
      this.id = crypto.randomUUID();
      this.fields.values = this.base;
      this.typed.forget();
      this.fields.focus();
    });
  }
}

/** "Modificar comunicación": all of what was written by hand; of a mail, its reason and area. */
export class EditRecord extends RecordDialog {
  /** @param {import("./app.js").Register} register @param {any} record */
  constructor(register, record) {
    super(register, t("edit.title"), new Typed(`${register.me.person.id}.edit.${record.id}`));
    this.record = record;
    const open = record.can.edit ? FIELDS : OF_A_MAIL;
    this.fields = new RecordForm(register, () => knownPeople(register.api, record.client.code), {
      open, author: record.created_by?.name ?? t(record.automatic ? "edit.by_itself" : "edit.nobody"), changed: () => this.keep(),
    });
    this.base = valuesOf(record);
    this.fields.values = this.base;
    this.questions = h("div");
    fill(this.about, h("span", null, record.client.name), codeTag(record.client.code));
    fill(this.body, this.questions, !record.can.edit && this.#closed(), this.fields.element);
    fill(this.foot, this.mainButtons(t("dialog.save")));
    this.#recover();
  }

  open() {
    super.open();
    this.fields.focus();
  }

  written() {
    return { ...super.written(), base: this.base, version: this.record.version };
  }

  async submit() {
    if (!this.fields.complete()) return;
    if (!this.dirty) return this.discard();
    await this.during(() => this.#save());
  }

  #closed() {
    return h("p", { class: "explained", id: nextId() }, icon("lock-closed"), t("edit.automatic"));
  }

  async #save() {
    this.calm();
    const values = this.fields.values;
    const changes = Object.fromEntries(changedFields(this.base, values).map((field) => [field, values[/** @type {keyof Values} */ (field)]]));
    try {
      const saved = await this.register.api.changeRecord(this.record, changes);
      this.typed.forget();
      this.close();
      this.register.edits.adopt(saved);
      this.register.toast.say(t("edit.done"));
      await this.register.changed([saved.id]);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === "edit_conflict") await this.#meet(problem.document.current);
      else this.failed(error);
    }
  }

  /** Somebody else was faster: what only one changed is taken, what both changed is asked. @param {any} current */
  async #meet(current) {
    const mine = this.fields.values;
    const theirs = valuesOf(current);
    const { merged, contested } = merge(this.base, mine, theirs);
    this.record = current;
    this.base = theirs;
    this.fields.values = merged;
    this.keep();
    if (contested.length === 0) return this.dirty ? this.#save() : this.discard();
    fill(this.questions, this.#conflict(contested, mine, theirs, await this.#lastEditor()));
    /** @type {HTMLElement | null} */ (this.questions.querySelector("input"))?.focus();
  }

  /** @param {string[]} contested @param {Values} mine @param {Values} theirs @param {string | undefined} who */
  #conflict(contested, mine, theirs, who) {
    const heading = h("p", { id: nextId() }, icon("warning"), h("span", null, who ? t("edit.conflict_named", { name: who }) : t("edit.conflict")));
    return h("div", { class: "conflict choices", role: "group", "aria-labelledby": heading.id }, heading,
      contested.map((field) => this.#question(/** @type {keyof Values} */ (field), mine, theirs, who)));
  }

  /** @param {keyof Values} field @param {Values} mine @param {Values} theirs @param {string | undefined} who */
  #question(field, mine, theirs, who) {
    const name = nextId();
    const choice = (/** @type {Values} */ from, /** @type {string} */ whose, /** @type {boolean} */ checked) => h("label", { class: "tick" },
      h("input", { type: "radio", name, checked, onchange: () => this.#take(field, from) }), h("span", null, h("span", { class: "quiet" }, whose), " ", inWords(field, from[field], this.register.catalog)));
    return h("fieldset", null, h("legend", null, t(`form.${field}`)), choice(mine, t("edit.mine"), true), choice(theirs, t("edit.theirs", { name: who ?? t("edit.somebody") }), false));
  }

  /** @param {keyof Values} field @param {Values} from */
  #take(field, from) {
    this.fields.values = { ...this.fields.values, [field]: from[field] };
    this.keep();
    announce(inWords(field, from[field], this.register.catalog));
  }

  /** @returns {Promise<string | undefined>} */
  async #lastEditor() {
    try {
      const { items } = await this.register.api.get(`/api/records/${this.record.id}/history`);
      const [last] = items.slice(-1);
      return last?.person === this.register.me.person.name ? undefined : last?.person;
    } catch {
      return undefined;
    }
  }

  #recover() {
    const kept = this.typed.read();
    if (!kept) return;
    const found = this.record;
    // Saved as of what the person then saw: where somebody was faster meanwhile, the server tells.
    this.record = { ...found, version: kept.version };
    this.base = kept.base;
    this.fields.values = kept.values;
    this.recovered(() => {
      this.record = found;
      this.base = valuesOf(found);
      this.fields.values = this.base;
      this.typed.forget();
      this.fields.focus();
    });
  }
}

/** Puts the cursor on a record that was just made or came back. @param {import("./app.js").Register} register @param {any} record */
export async function show(register, record) {
  if (register.place.tray || (register.client && register.client !== record.client.code)) return register.open(record.client.code, record.id);
  await register.changed([record.id]);
  await register.list.reveal(record.id).catch(() => undefined);
  register.select(record, false);
  register.list.focus();
}
