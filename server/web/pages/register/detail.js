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
import { learnAbilities, obstacleLine } from "./outlook.js";
import { clientLine, heading, knownFields, lock, notes, people, summary, why } from "./summary.js";
import { Thread } from "./thread.js";
import { Toolbar } from "./toolbar.js";

/** The chosen record at the right of the list; on a narrow screen, on top of it. */
export class Detail {
  /** @type {any} */ #record = null;
  /** @type {Record<string, {element: HTMLElement, drawn: string}>} */ #slots = {};
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
    if (record.id === this.#record?.id) this.renew(record);
    else this.#begin(record);
    if (!opened) return;
    this.element.classList.add("opened");
    if (this.#covers) this.element.querySelector("button")?.focus();
  }

  /** A newer state of the record that is shown; what did not change stays as it is on the screen. @param {any} record */
  renew(record) {
    if (!this.#record || record.id !== this.#record.id) return;
    if (record.state !== this.#record.state) return this.#begin(record);
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
    const stands = record.state === "filed";
    this.mail = stands && record.automatic && record.can.open ? new Body(register, record) : null;
    this.thread = stands && !record.restricted ? new Thread(register, record, this.followups) : null;
    this.history = stands ? new History(register, record) : null;
    this.#slots = {};
    const slot = (/** @type {string} */ name) => (this.#slots[name] = { element: h("div", { class: "slot" }), drawn: "" }).element;
    fill(this.element, backButton(register), ...["head", "tools", "begun", "fields", "notes", "files"].map(slot), this.mail?.element, this.thread?.element,
      ...["people", "summary", "why"].map(slot), this.history?.element);
    this.#redraw();
    this.element.scrollTop = 0;
  }

  #end() {
    this.mail?.end();
    this.thread?.end();
  }

  /** What depends on what, and how it is drawn. @returns {Record<string, [any, () => any]>} */
  #parts() {
    const { register } = this;
    const record = this.#record;
    const { id, client, subject, type, direction, occurred_at, restricted, state, can, participants } = record;
    const stands = state === "filed";
    const chosen = stands && !restricted && can.classify ? null : [record.reason, record.area];
    return {
      head: [[subject, type, direction, occurred_at, client, register.client], () => [heading(record), !stands && tombstone(register, record), clientLine(register, record)]],
      tools: [[can, register.me?.can], () => (stands && !restricted ? [new Toolbar(register, record).element, obstacleLine(register, true)] : [])],
      begun: [[this.followups.of(id), minute()], () => this.#followupLines()],
      fields: [[restricted, chosen], () => (chosen ? [restricted && lock(), knownFields(record)] : RecordFields.of(record, register.catalog, register.edits))],
      notes: [[record.notes, record.preview], () => [notes(record), !this.mail && record.preview && h("p", { class: "preview" }, record.preview)]],
      files: [[record.attachments, record.documents, can.open], () => documents(register, record)],
      people: [participants, () => people(record)],
      summary: [[record.person, record.initiated_by, record.created_by, record.edited_at, minute()], () => summary(record)],
      why: [[record.why, record.holders], () => why(record)],
    };
  }

  #redraw() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.closest("[data-key]");
    for (const [name, [depends, draw]] of Object.entries(this.#parts())) {
      const slot = this.#slots[name];
      const drawn = JSON.stringify(depends);
      if (slot.drawn === drawn) continue;
      slot.drawn = drawn;
      fill(slot.element, ...[draw()].flat());
    }
    const key = /** @type {HTMLElement | null} */ (focused)?.dataset.key;
    if (key && !focused?.isConnected) /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus();
  }

  /** What waits in Outlook, to be opened again. */
  #followupLines() {
    return this.followups.of(this.#record.id).map((one) => h("div", { class: "followup" }, icon(one.kind === "task" ? "task-list-square-ltr" : "mail"),
      h("p", null, t(`followup.${one.kind}`), " ", timeElement(one.at, new Date())),
      h("a", { class: "link", href: one.link, target: "_blank", rel: "noopener noreferrer", "data-key": `open-${one.kind}` }, t("followup.open")),
      h("button", { type: "button", class: "button subtle small bare", "aria-label": t("followup.dismiss"), title: t("followup.dismiss"), "data-key": `dismiss-${one.kind}`, onclick: () => this.followups.forget(one) }, icon("dismiss"))));
  }
}

/** So that what says how long ago does not stand still. */
function minute() {
  return Math.floor(Date.now() / 60_000);
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
