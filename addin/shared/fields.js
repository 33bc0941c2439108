// @ts-check
import { announce, fill, h, nextId } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { explain } from "./problems.js";

/** @typedef {import("./edits.js").Edits} Edits */
/** @typedef {{reasons: Named[], areas: Named[]}} Catalog */
/** @typedef {{id: number, name: string, active: boolean}} Named */

const LISTS = /** @type {const} */ ({ reason: "reasons", area: "areas" });

/** How a reason or area is called; of a retired one it says so. @param {"reason" | "area"} field @param {{name: string, active: boolean}} choice */
export function choiceName(field, { name, active }) {
  return active ? name : t(`field.retired_${field}`, { name });
}

/** Reason and area of one record; each choice saves itself, can be undone, and says how far it has come. */
export class RecordFields extends HTMLElement {
  #listener = (/** @type {Event} */ event) => {
    if (/** @type {CustomEvent} */ (event).detail === this.record.id) this.#update();
  };

  /** @param {any} record @param {Catalog} catalog @param {Edits} edits */
  static of(record, catalog, edits) {
    const element = /** @type {RecordFields} */ (document.createElement("record-fields"));
    Object.assign(element, { record, catalog, edits });
    return element;
  }

  /** @type {any} */ record;
  /** @type {Catalog} */ catalog = { reasons: [], areas: [] };
  /** @type {Edits} */ edits = /** @type {any} */ (null);

  connectedCallback() {
    this.edits.addEventListener("change", this.#listener);
    this.selects = { reason: this.#select("reason"), area: this.#select("area") };
    this.line = h("div", { class: "field-status" });
    fill(this, this.#row("reason"), this.#row("area"), this.line);
    this.#update();
  }

  disconnectedCallback() {
    this.edits.removeEventListener("change", this.#listener);
  }

  /** @param {"reason" | "area"} field */
  #select(field) {
    return h("select", {
      id: nextId(),
      "data-key": `${this.record.id}-${field}`,
      onchange: (/** @type {Event} */ event) => this.#choose(field, /** @type {HTMLSelectElement} */ (event.target).value),
    });
  }

  /** @param {"reason" | "area"} field */
  #row(field) {
    const select = /** @type {any} */ (this.selects)[field];
    return h("div", { class: "field" },
      h("label", { for: select.id }, t(`field.${field}`)),
      h("span", { class: "select" }, select, icon("chevron-down")));
  }

  /** @param {"reason" | "area"} field @param {string} value */
  #choose(field, value) {
    this.edits.choose(this.record, field, value === "" ? null : Number(value));
  }

  #update() {
    const edit = this.edits.of(this.record);
    for (const field of /** @type {const} */ (["reason", "area"])) {
      const select = /** @type {any} */ (this.selects)[field];
      fill(select, ...this.#options(field, edit.record[field]));
      select.value = String(this.edits.value(this.record, field) ?? "");
    }
    this.dataset.status = edit.status;
    fill(/** @type {HTMLElement} */ (this.line), ...this.#statusLine(edit));
    if (edit.status !== "idle" && edit.status !== "sending") announce(this.#sentence(edit));
  }

  /**
   * What is offered, and what the record has or is about to have. The record says how the latter is called now.
   * @param {"reason" | "area"} field @param {Named | null} present
   */
  #options(field, present) {
    const wanted = this.edits.value(this.record, field);
    const items = this.catalog[LISTS[field]].filter((item) => item.id !== present?.id && (item.active || item.id === wanted));
    const offered = present ? [...items, present].sort((a, b) => a.name.localeCompare(b.name)) : items;
    return [
      h("option", { value: "" }, t(`field.no_${field}`)),
      ...offered.map((item) => h("option", { value: item.id }, choiceName(field, item))),
    ];
  }

  /** @param {import("./edits.js").Edit} edit */
  #statusLine(edit) {
    if (edit.status === "idle") return [];
    if (edit.status === "conflict") return [this.#conflict(edit)];
    const sign = STATUS_ICONS[edit.status];
    return [
      h("span", { class: "field-status-text" }, sign && icon(sign), this.#sentence(edit)),
      edit.undo && edit.status !== "sending" && this.#undoButton(),
    ];
  }

  /** @param {import("./edits.js").Edit} edit */
  #sentence(edit) {
    if (edit.status === "refused" && edit.problem) return explain(edit.problem).title;
    return t(`field.${edit.status}`);
  }

  #undoButton() {
    return h("button", { type: "button", class: "button subtle small", "data-key": `${this.record.id}-undo`, onclick: () => this.edits.undo(this.record) },
      icon("arrow-undo"), t("action.undo"));
  }

  /** @param {import("./edits.js").Edit} edit */
  #conflict(edit) {
    const field = edit.contested[0];
    const names = { theirs: this.#name(field, edit.record[field]?.id), mine: this.#name(field, edit.chosen[field]) };
    const heading = h("p", { id: nextId() }, icon("warning"), t(`conflict.${field}`, names));
    return h("div", { class: "conflict", role: "group", "aria-labelledby": heading.id }, heading,
      h("div", { class: "actions" },
        h("button", { type: "button", class: "button", onclick: () => this.edits.keepTheirs(this.record) }, t("conflict.keep", { name: names.theirs })),
        h("button", { type: "button", class: "button primary", onclick: () => this.edits.keepMine(this.record) }, t("conflict.put", { name: names.mine }))));
  }

  /** @param {"reason" | "area"} field @param {number | null | undefined} id */
  #name(field, id) {
    return this.catalog[LISTS[field]].find((item) => item.id === id)?.name ?? t(`field.no_${field}`);
  }
}

/** @type {Partial<Record<import("./edits.js").Status, string>>} */
const STATUS_ICONS = { waiting: "clock", saved: "checkmark", refused: "error-circle" };

customElements.define("record-fields", RecordFields);
