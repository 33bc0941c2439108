// @ts-check
import { fullDate } from "/addin/shared/dates.js";
import { fill, h, nextId } from "/addin/shared/dom.js";
import { RecordFields } from "/addin/shared/fields.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { channelIcon, channelName, codeTag, fileIcon, holderList, size, subjectOf, whyFacts, whySentence } from "/addin/shared/records.js";
import { notice, problemNotice } from "/shared/notices.js";

const ROLES = /** @type {const} */ (["from", "sender", "to", "cc", "bcc"]);

/** The chosen record at the right of the list; on a narrow screen, on top of it. */
export class Detail {
  /** @type {any} */ #record = null;

  /** @param {HTMLElement} element @param {any} register */
  constructor(element, register) {
    this.element = element;
    this.register = register;
    element.setAttribute("aria-label", t("detail.name"));
    element.addEventListener("keydown", (event) => event.key === "Escape" && this.#covers && this.register.close());
  }

  clear() {
    this.#record = null;
    this.close();
    fill(this.element, notice("mail-read", t("detail.none_title"), t("detail.none_text")));
  }

  /** @param {any} record @param {boolean} opened */
  show(record, opened) {
    this.#record = record;
    this.#draw();
    this.element.scrollTop = 0;
    if (!opened) return;
    this.element.classList.add("opened");
    if (this.#covers) this.element.querySelector("button")?.focus();
  }

  /** A newer state of the record that is shown; reading and choosing are not disturbed by an equal one. @param {any} record */
  renew(record) {
    if (!this.#record || record.id !== this.#record.id || JSON.stringify(record) === JSON.stringify(this.#record)) return;
    const chosen = this.register.edits.of(record);
    this.#record = record;
    if (chosen.status === "idle" && !this.element.contains(document.activeElement)) this.#draw();
  }

  /** @param {import("/addin/shared/problems.js").Problem} problem */
  fail(problem) {
    fill(this.element, problemNotice(problem, () => location.reload()));
  }

  close() {
    this.element.classList.remove("opened");
  }

  /** Whether it hides the list. */
  get #covers() {
    return getComputedStyle(this.element).position === "fixed";
  }

  #draw() {
    const record = this.#record;
    fill(this.element, backButton(this.register), heading(record), clientLine(this.register, record),
      record.restricted ? lock() : RecordFields.of(record, this.register.catalog, this.register.edits),
      record.restricted && knownFields(record), record.preview && h("p", { class: "preview" }, record.preview),
      people(record), files(record), why(record));
  }
}

/** @param {any} register */
function backButton(register) {
  return h("button", { type: "button", class: "button subtle back", onclick: () => register.close() }, icon("chevron-left"), t("detail.back"));
}

/** @param {any} record */
function heading(record) {
  return h("header", null,
    h("h2", null, subjectOf(record)),
    h("p", { class: "when" }, channelIcon(record), h("span", null, channelName(record), " · ", h("time", { datetime: record.occurred_at }, fullDate(new Date(record.occurred_at))))));
}

/** @param {any} register @param {any} record */
function clientLine(register, record) {
  if (register.client) return null;
  return h("button", { type: "button", class: "button client-button", onclick: () => register.open(record.client.code, record.id) },
    h("span", null, record.client.name), codeTag(record.client.code));
}

function lock() {
  return h("p", { class: "locked" }, icon("lock-closed"), t("record.restricted"));
}

/** @param {any} record */
function knownFields(record) {
  return facts([[t("field.reason"), record.reason?.name ?? t("field.no_reason")], [t("field.area"), record.area?.name ?? t("field.no_area")]]);
}

/** @param {any} record */
function people(record) {
  /** @type {[string, any][]} */
  const pairs = ROLES.map((role) => [t(`role.${role}`), named(record, role)]);
  const present = pairs.filter(([, names]) => names.length);
  return present.length ? block("detail.people", facts(present)) : null;
}

/** The people in a role; a sender is named only where it is not the author. @param {any} record @param {string} role */
function named(record, role) {
  const authors = record.participants.filter((/** @type {any} */ person) => person.role === "from");
  const isAuthor = (/** @type {any} */ person) => authors.some((/** @type {any} */ author) => author.address === person.address);
  const people = record.participants.filter((/** @type {any} */ person) => person.role === role && !(role === "sender" && isAuthor(person)));
  return people.map((/** @type {any} */ person) =>
    h("span", { class: "participant" }, person.name && h("strong", null, person.name), h("span", null, person.address)));
}

/** @param {any} record */
function files(record) {
  if (record.attachments.length === 0) return null;
  return block("attachments.title", h("table", { class: "files" },
    h("thead", null, h("tr", null, ["attachments.file", "attachments.size", "attachments.published"].map((key) => h("th", { scope: "col" }, t(key))))),
    h("tbody", null, record.attachments.map(fileRow))));
}

/** @param {{name: string, size: number}} file */
function fileRow(file) {
  return h("tr", null, h("td", null, h("span", { class: "file" }, fileIcon(file.name), h("span", { title: file.name }, file.name))), h("td", null, size(file.size)), h("td"));
}

/** @param {any} record */
function why(record) {
  return block("detail.why", h("p", null, whySentence(record)), facts([...whyFacts(record), ...holders(record)]));
}

/** @param {any} record @returns {[string, any][]} */
function holders(record) {
  return record.holders.length ? [[t("why.fact.holders"), holderList(record)]] : [];
}

/** @param {string} key @param {...any} content */
function block(key, ...content) {
  const title = h("h3", { id: nextId() }, t(key));
  return h("section", { class: "block", "aria-labelledby": title.id }, title, ...content);
}

/** @param {[string, any][]} pairs */
function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
}
