// @ts-check
import { fullDate, timeElement } from "/addin/shared/dates.js";
import { fill, h } from "/addin/shared/dom.js";
import { has, t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";

/** Who did what to a record, asked for when somebody unfolds it. */
export class History {
  #asked = false;

  /** @param {import("./app.js").Register} register @param {any} record */
  constructor(register, record) {
    this.register = register;
    this.record = record;
    this.list = h("ol", { class: "history" });
    this.element = h("details", { class: "block fold", ontoggle: () => this.element.open && this.#load() },
      h("summary", { "data-key": "history" }, icon("chevron-down"), h("h3", null, t("past.title"))), this.list);
  }

  /** A newer version of the record has more to tell. @param {any} record */
  renew(record) {
    const changed = record.version !== this.record.version;
    this.record = record;
    if (changed && this.#asked) this.#load();
  }

  async #load() {
    this.#asked = true;
    try {
      const { items } = await this.register.api.get(`/api/records/${this.record.id}/history`);
      fill(this.list, this.record.automatic && this.#arrival(), items.map((/** @type {any} */ item) => entry(item)));
    } catch (error) {
      fill(this.list, h("li", { class: "refusal" }, icon("error-circle"), explain(asProblem(error)).title));
    }
  }

  /** A mail began by itself. */
  #arrival() {
    return h("li", null, h("p", null, t("past.arrived")), timeElement(this.record.created_at, new Date()));
  }
}

/** @param {{at: string, person: string, action: string, changes: Record<string, [any, any]>}} item */
function entry({ at, person, action, changes }) {
  return h("li", null, h("p", null, t(`past.${action}`, { person })), timeElement(at, new Date()),
    Object.entries(changes).map(([field, [before, after]]) => h("p", { class: "change" }, h("span", { class: "quiet" }, fieldName(field)),
      h("del", null, words(field, before)), h("span", { class: "sr-only" }, t("past.to")), h("ins", null, words(field, after)))));
}

/** @param {string} field */
function fieldName(field) {
  return field === "client" ? t("new.client") : has(`form.${field}`) ? t(`form.${field}`) : field;
}

/** @param {string} field @param {any} value */
function words(field, value) {
  if (value === null || value === "" || value?.length === 0) return t("form.nothing");
  if (field === "client") return value.name;
  if (field === "type") return t(`type.${value}`);
  if (field === "initiated_by") return t(`initiator.${value}`);
  if (field === "occurred_at") return fullDate(new Date(value));
  if (Array.isArray(value)) return value.map((one) => one?.name || one?.address || String(one)).join(", ");
  return String(value);
}
