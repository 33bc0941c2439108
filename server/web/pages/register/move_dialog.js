// @ts-check
import { fill, h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { codeTag, subjectOf } from "/addin/shared/records.js";
import { doToMany } from "./bulk.js";
import { ClientField } from "./client_field.js";
import { Dialog } from "./dialog.js";

/** "Cambiar de cliente": this mail or its whole thread, or all that is selected, goes to another client's register. */
export class MoveDialog extends Dialog {
  /** @param {import("./app.js").Register} register @param {any[]} records */
  constructor(register, records) {
    super(t("move.title"));
    this.register = register;
    this.records = records;
    this.element.classList.add("low");
    this.field = new ClientField(register.api, t("move.to"), () => this.#chosen());
    this.scopes = h("div");
    fill(this.about, records.length === 1 ? [h("span", null, subjectOf(records[0]))] : t("move.count", { count: records.length }));
    fill(this.body, this.#from(), h("div", { class: "form-row" }, h("span", { class: "label" }, t("move.to")), this.field.element), this.scopes);
    fill(this.foot, this.mainButtons(t("move.submit")));
  }

  open() {
    super.open();
    this.field.focus();
    if (this.records.length === 1 && this.records[0].automatic) this.#offerThread();
  }

  async submit() {
    const client = this.field.value;
    if (!client) return this.field.focus();
    if (this.records.some(({ client: { code } }) => code === client.code) && this.records.length === 1) return this.warn(t("move.same", { name: client.name }));
    if (this.records.length === 1) return this.during(() => this.#moveOne(client));
    this.close();
    return doToMany(this.register, "move", this.records, { client: client.code }, (count) => t("move.done_many", { name: client.name, count }));
  }

  #chosen() {
    this.calm();
    if (this.field.value) /** @type {HTMLElement | null} */ (this.foot.querySelector("[type=submit]"))?.focus();
  }

  #from() {
    const [first] = this.records;
    const one = this.records.every((record) => record.client.code === first.client.code);
    return one && h("div", { class: "form-row" }, h("span", { class: "label" }, t("move.from")), h("span", { class: "client-chosen" }, h("span", null, first.client.name), codeTag(first.client.code)));
  }

  /** How far it goes is asked only where the mail is not alone. */
  async #offerThread() {
    try {
      const { items } = await this.register.api.get(`/api/records/${this.records[0].id}/thread`);
      if (items.length < 2 || !this.element.open) return;
      const name = nextId();
      const choice = (/** @type {string} */ scope, /** @type {boolean} */ checked, /** @type {string} */ text) => h("label", { class: "tick" }, h("input", { type: "radio", name, value: scope, checked }), text);
      fill(this.scopes, h("fieldset", { class: "scope" }, h("legend", null, t("move.scope")), choice("message", true, t("move.message")), choice("thread", false, t("move.thread", { count: items.length }))));
    } catch {
      // The mail alone can be moved all the same.
    }
  }

  /** @param {import("./client_field.js").Client} client */
  async #moveOne(client) {
    const { register, records: [record] } = this;
    const scope = /** @type {HTMLInputElement | null} */ (this.scopes.querySelector("input:checked"))?.value ?? "message";
    this.calm();
    try {
      const moved = await register.api.send("POST", `/api/records/${record.id}/move`, { client: client.code, scope });
      this.close();
      register.toast.say(t(scope === "thread" ? "move.done_thread" : "move.done", { name: client.name }), { undo: () => this.#undo(moved) });
      await register.changed(moved.done);
    } catch (error) {
      this.complain(asProblem(error));
    }
  }

  /** @param {{batch: string, done: string[]}} moved */
  async #undo({ batch, done }) {
    const { register, records: [record] } = this;
    try {
      await register.api.send("POST", `/api/batches/${batch}/undo`);
      register.toast.say(t("move.undone", { name: record.client.name }), { sign: "arrow-undo" });
    } catch (error) {
      register.toast.say(explain(asProblem(error)).title, { sign: "error-circle" });
    }
    await register.changed(done);
  }
}
