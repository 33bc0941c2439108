// @ts-check
import { announce, fill, h, nextId } from "/addin/shared/dom.js";
import { choiceName } from "/addin/shared/fields.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { presetOf, presets } from "./days.js";
import { activeCount } from "./place.js";
import { popUp } from "./popup.js";

/** @typedef {"type" | "reason" | "area" | "person"} Several */
/** @typedef {"documents" | "private" | "deleted"} Switch */

const ORIGINS = ["client", "firm"];

/** What narrows the list: each filter is a chip that says what it lets through and is cleared in one click. */
export class FilterBar {
  #announcing = false;

  /** @param {HTMLElement} element @param {import("./app.js").Register} register */
  constructor(element, register) {
    this.register = register;
    /** @type {Record<Several, Chip>} */
    this.several = {
      type: this.#several("type", () => register.catalog.types.map((/** @type {string} */ type) => [type, t(`type.${type}`)])),
      reason: this.#several("reason", () => named(register.catalog.reasons, "reason")),
      area: this.#several("area", () => named(register.catalog.areas, "area")),
      person: this.#several("person", () => this.#persons()),
    };
    this.days = new Chip(t("filter.dates"), (box) => this.#fillDays(box), () => register.filter({ since: "", until: "" }));
    this.unclassified = h("button", { type: "button", class: "chip switch", "aria-pressed": "false", onclick: () => this.#filter({ unclassified: !register.place.filters.unclassified }) }, t("filter.unclassified"));
    this.more = new Chip(t("filter.more"), (box) => this.#fillMore(box), () => register.filter({ initiated_by: [], documents: false, private: false, deleted: false }));
    this.clear = h("button", { type: "button", class: "button subtle clear", onclick: () => this.#clear() }, icon("dismiss"), t("filter.clear"));
    fill(element, ...Object.values(this.several).map((chip) => chip.element), this.days.element, this.unclassified, this.more.element, this.clear);
    register.addEventListener("place-changed", () => this.#show());
    register.addEventListener("met", () => this.#show());
    register.addEventListener("counted", (event) => this.#tell(/** @type {CustomEvent} */ (event).detail));
  }

  #show() {
    const { filters } = this.register.place;
    for (const [name, chip] of Object.entries(this.several)) chip.show(filters[/** @type {Several} */ (name)].map((value) => this.#nameOf(/** @type {Several} */ (name), value)));
    this.days.show(filters.since || filters.until ? [presetOf(filters.since, filters.until, new Date())] : []);
    this.more.show([...this.#moreSwitches().filter((name) => filters[name]).map((name) => t(`filter.${name}`)), ...filters.initiated_by.map((origin) => t(`filter.initiated_by_${origin}`))]);
    this.unclassified.setAttribute("aria-pressed", String(filters.unclassified));
    this.clear.hidden = activeCount(filters) === 0;
  }

  /** After a filter has changed, says what it left. @param {{sentence: string}} counted */
  #tell({ sentence }) {
    const count = activeCount(this.register.place.filters);
    if (this.#announcing) announce(count ? t("filter.announced", { count, found: sentence }) : sentence);
    this.#announcing = false;
  }

  /** @param {Several} name @param {() => [string, string][] | Promise<[string, string][]>} choices */
  #several(name, choices) {
    return new Chip(t(`filter.${name}`), (box) => this.#fillSeveral(box, name, choices), () => this.#filter({ [name]: [] }));
  }

  /** @param {HTMLElement} box @param {Several} name @param {() => [string, string][] | Promise<[string, string][]>} choices */
  async #fillSeveral(box, name, choices) {
    try {
      const chosen = new Set(this.register.place.filters[name]);
      const rows = await choices();
      const missing = [...chosen].filter((value) => !rows.some(([known]) => known === value)).map((value) => [value, value]);
      fill(box, ...[...rows, ...missing].map(([value, label]) => this.#tick(name, value, label, chosen.has(value))));
      if (rows.length === 0) fill(box, h("p", { class: "quiet" }, t("filter.nothing")));
    } catch (error) {
      fill(box, h("p", { class: "quiet" }, explain(asProblem(error)).title));
    }
  }

  /** @param {Several} name @param {string} value @param {string} label @param {boolean} checked */
  #tick(name, value, label, checked) {
    const input = h("input", { type: "checkbox", checked, onchange: () => this.#toggle(name, value, input.checked) });
    return h("label", { class: "tick" }, input, h("span", null, label));
  }

  /** @param {Several | "initiated_by"} name @param {string} value @param {boolean} on */
  #toggle(name, value, on) {
    const others = this.register.place.filters[name].filter((chosen) => chosen !== value);
    this.#filter({ [name]: on ? [...others, value] : others });
  }

  /** @param {HTMLElement} box */
  #fillDays(box) {
    const { since, until } = this.register.place.filters;
    const day = (/** @type {"since" | "until"} */ name, /** @type {string} */ value) => {
      const input = h("input", { type: "date", id: nextId(), value, onchange: () => this.#filter({ [name]: input.value }) });
      return h("div", { class: "day" }, h("label", { for: input.id }, t(`filter.${name}`)), input);
    };
    fill(box,
      h("div", { class: "presets" }, presets(new Date()).map((preset) => h("button", {
        type: "button", class: "preset", "aria-pressed": String(preset.since === since && preset.until === until),
        onclick: () => (this.#filter({ since: preset.since, until: preset.until }), this.days.close()),
      }, preset.name))),
      day("since", since), day("until", until));
  }

  /** Deleted records are shown to administrators. @returns {Switch[]} */
  #moreSwitches() {
    return this.register.me?.person.administrator || this.register.place.filters.deleted ? ["documents", "private", "deleted"] : ["documents", "private"];
  }

  /** @param {HTMLElement} box */
  #fillMore(box) {
    const { filters } = this.register.place;
    const tick = (/** @type {boolean} */ checked, /** @type {string} */ label, /** @type {(on: boolean) => any} */ change) => {
      const input = h("input", { type: "checkbox", checked, onchange: () => change(input.checked) });
      return h("label", { class: "tick" }, input, h("span", null, label));
    };
    fill(box,
      ...this.#moreSwitches().map((name) => tick(filters[name], t(`filter.${name}`), (on) => this.#filter({ [name]: on }))),
      h("hr"),
      ...ORIGINS.map((origin) => tick(filters.initiated_by.includes(origin), t(`filter.initiated_by_${origin}`), (on) => this.#toggle("initiated_by", origin, on))));
  }

  #clear() {
    this.#announcing = true;
    this.register.unfilter();
  }

  /** @param {Partial<import("./place.js").Filters>} changes */
  #filter(changes) {
    this.#announcing = true;
    return this.register.filter(changes);
  }

  /** @returns {Promise<[string, string][]>} */
  async #persons() {
    const { client } = this.register;
    const { items } = await this.register.api.get("/api/persons", client ? { client } : {});
    return items.map((/** @type {any} */ person) => [person.name, person.name]);
  }

  /** @param {Several} name @param {string} value */
  #nameOf(name, value) {
    if (name === "person") return value;
    if (name === "type") return t(`type.${value}`);
    const choices = this.register.catalog[name === "reason" ? "reasons" : "areas"];
    return value === "0" ? t(`field.no_${name}`) : choices.find((/** @type {any} */ choice) => String(choice.id) === value)?.name ?? value;
  }
}

/** A filter with choices of its own. */
class Chip {
  /** @param {string} name @param {(box: HTMLElement) => any} fillBox @param {() => any} clear */
  constructor(name, fillBox, clear) {
    this.name = name;
    this.words = h("span", { class: "chip-words" }, name);
    this.box = h("div", { class: "popup choices", role: "group", "aria-label": name });
    this.button = h("button", { type: "button", class: "chip-open" }, this.words, icon("chevron-down"));
    this.away = h("button", { type: "button", class: "chip-clear", hidden: true, onclick: () => (clear(), this.button.focus()) }, icon("dismiss"));
    this.element = h("div", { class: "chip" }, this.button, this.away, this.box);
    this.close = popUp(this.button, this.box, () => fillBox(this.box));
  }

  /** @param {string[]} chosen */
  show(chosen) {
    const words = chosen.length > 2 ? t("filter.several", { name: this.name, count: chosen.length }) : chosen.join(", ");
    this.words.textContent = words || this.name;
    this.button.setAttribute("aria-label", words ? t("filter.chosen", { name: this.name, chosen: chosen.join(", ") }) : this.name);
    this.button.title = chosen.length > 2 ? chosen.join(", ") : "";
    this.element.classList.toggle("active", chosen.length > 0);
    this.away.hidden = chosen.length === 0;
    this.away.setAttribute("aria-label", t("filter.remove", { name: this.name }));
  }
}

/** @param {{id: number, name: string, active: boolean}[]} choices @param {"reason" | "area"} field @returns {[string, string][]} */
function named(choices, field) {
  return [...choices.map((choice) => /** @type {[string, string]} */ ([String(choice.id), choiceName(field, choice)])), ["0", t(`field.no_${field}`)]];
}
