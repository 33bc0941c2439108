// @ts-check
import { timeElement } from "/addin/shared/dates.js";
import { fill, h } from "/addin/shared/dom.js";
import { RecordFields } from "/addin/shared/fields.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { notice, problemNotice } from "/shared/notices.js";
import { Body } from "./body.js";
import { deeds } from "./deeds.js";
import { documents } from "./documents.js";
import { Followups } from "./followups.js";
import { History } from "./history.js";
import { learnAbilities } from "./outlook.js";
import { clientLine, heading, knownFields, lock, notes, people, summary, why } from "./summary.js";
import { Thread } from "./thread.js";
import { Toolbar } from "./toolbar.js";

/** The chosen record at the right of the list; on a narrow screen, on top of it. */
export class Detail {
  /** @type {any} */ #record = null;
  /** @type {{slot: HTMLElement, drawn: string}[]} */ #slots = [];
  /** What was begun from records and lies in Outlook. */
  followups = new Followups();

  /** @param {HTMLElement} element @param {import("./app.js").Register} register */
  constructor(element, register) {
    this.element = element;
    this.register = register;
    Object.assign(register.actions, deeds(register));
    element.setAttribute("aria-label", t("detail.name"));
    element.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.#covers && this.register.close());
    this.followups.addEventListener("change", () => this.#record && this.#redraw());
    register.addEventListener("met", () => learnAbilities(register).then(() => this.#record && this.#redraw()));
  }

  clear() {
    this.#end();
    this.#record = null;
    this.close();
    fill(this.element, notice("mail-read", t("detail.none_title"), t("detail.none_text")));
  }

  /** @param {any} record @param {boolean} opened */
  show(record, opened) {
    if (record.id !== this.#record?.id) this.#begin(record);
    else this.renew(record);
    if (!opened) return;
    this.element.classList.add("opened");
    if (this.#covers) this.element.querySelector("button")?.focus();
  }

  /** A newer state of the record that is shown; what did not change stays as it is on the screen. @param {any} record */
  renew(record) {
    if (!this.#record || record.id !== this.#record.id) return;
    this.#record = record;
    this.register.edits.adopt(record);
    this.history?.renew(record);
    this.thread?.refresh();
    this.#redraw();
  }

  /** @param {import("/addin/shared/problems.js").Problem} problem */
  fail(problem) {
    this.#end();
    this.#record = null;
    fill(this.element, problemNotice(problem, () => location.reload()));
  }

  close() {
    this.element.classList.remove("opened");
  }

  /** Whether it hides the list. */
  get #covers() {
    return getComputedStyle(this.element).position === "fixed";
  }

  /** @param {any} record */
  #begin(record) {
    this.#end();
    this.#record = record;
    const { register } = this;
    this.mail = record.automatic && record.can.open ? new Body(register, record) : null;
    this.thread = !record.restricted ? new Thread(register, record, this.followups) : null;
    this.history = new History(register, record);
    this.#slots = this.#parts().map(() => ({ slot: h("div", { class: "slot" }), drawn: "" }));
    const [head, rest] = [this.#slots.slice(0, 6), this.#slots.slice(6)].map((slots) => slots.map(({ slot }) => slot));
    fill(this.element, backButton(register), ...head, this.mail?.element, ...rest.slice(0, 1), this.thread?.element, ...rest.slice(1), this.history.element);
    this.#redraw();
    this.element.scrollTop = 0;
  }

  #end() {
    this.mail?.end();
    this.thread?.end();
  }

  /** What is drawn anew when what it depends on has changed. @returns {[any, () => any][]} */
  #parts() {
    const { register } = this;
    const record = this.#record;
    const { client, subject, type, direction, occurred_at, restricted, state, can, automatic, attachments, documents: files, participants } = record;
    const fields = () => [record.reason, record.area];
    return [
      [[subject, type, direction, occurred_at, client, register.client, state], () => [heading(record), state === "deleted" && tombstone(register, record), clientLine(register, record)]],
      [[can, state, automatic, register.me?.can], () => new Toolbar(register, record).element],
      [this.followups.of(record.id), () => this.#followupLines()],
      [[restricted, can.classify, can.classify && !restricted ? null : fields()], () => (restricted || !can.classify ? [restricted && lock(), knownFields(record)] : RecordFields.of(record, register.catalog, register.edits))],
      [[record.notes, record.preview, automatic, can.open], () => [notes(record), !(automatic && can.open) && record.preview && h("p", { class: "preview" }, record.preview)]],
      [[attachments, files, can.open], () => documents(register, record)],
      [participants, () => people(record)],
      [[record.person, record.initiated_by, record.created_by, record.created_at, record.edited_at], () => summary(record)],
      [[record.why, record.holders], () => why(record)],
    ];
  }

  #redraw() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.closest("[data-key]");
    this.#parts().forEach(([depends, draw], index) => {
      const part = this.#slots[index];
      const drawn = JSON.stringify(depends) ?? "";
      if (part.drawn === drawn) return;
      part.drawn = drawn;
      fill(part.slot, ...[draw()].flat());
    });
    const key = /** @type {HTMLElement | null} */ (focused)?.dataset.key;
    if (key && !focused?.isConnected) /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus();
  }

  /** What waits in Outlook, to be opened again. */
  #followupLines() {
    return this.followups.of(this.#record.id).map((one) => h("div", { class: "followup" }, icon(one.kind === "task" ? "task-list-square-ltr" : "mail"),
      h("p", null, t(`followup.${one.kind}`), " ", timeElement(one.at, new Date())),
      h("a", { class: "link", href: one.link, target: "_blank", rel: "noopener noreferrer" }, t("followup.open")),
      h("button", { type: "button", class: "button subtle small bare", "aria-label": t("followup.dismiss"), title: t("followup.dismiss"), onclick: () => this.followups.forget(one) }, icon("dismiss"))));
  }
}

/** @param {import("./app.js").Register} register @param {any} record */
function tombstone(register, record) {
  return h("div", { class: "tombstone" }, icon("delete"), h("p", null, t(record.automatic ? "detail.tombstone_mail" : "detail.tombstone")),
    record.can.restore && h("button", { type: "button", class: "button small", "data-key": "restore", onclick: () => register.run("restore", [record]) }, icon("arrow-undo"), t("detail.restore")));
}

/** @param {import("./app.js").Register} register */
function backButton(register) {
  return h("button", { type: "button", class: "button subtle back", onclick: () => register.close() }, icon("chevron-left"), t("detail.back"));
}
