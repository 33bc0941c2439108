// @ts-check
import { announce, fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { foldedWords } from "./hits.js";

const PAUSE_MS = 150;

/** Finds a line without hiding the others: the cursor goes to the first that matches, Enter to the next. */
export class Finder {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #asking = new AbortController();
  /** @type {string | null} the hit on which the cursor stands */ #hit = null;
  /** @type {number | null} which hit that is, counted from the first; null after going back beyond it */ #ordinal = null;
  /** @type {number | null} how many there are, known once the search has been through them */ #total = null;

  /** @param {HTMLElement} element @param {import("./app.js").Register} register */
  constructor(element, register) {
    this.register = register;
    this.input = h("input", {
      type: "search", autocomplete: "off", spellcheck: "false", "aria-label": t("find.label"), placeholder: t("find.label"), "aria-keyshortcuts": "/", enterkeyhint: "search",
      oninput: () => this.#later(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.said = h("span", { class: "find-said" });
    this.buttons = h("span", { class: "find-steps", hidden: true }, this.#button("previous", "arrow-up"), this.#button("next", "arrow-down"));
    fill(element, h("div", { class: "search" }, icon("search"), this.input, this.said), this.buttons);
    element.setAttribute("role", "search");
    register.addEventListener("place-changed", () => this.#begin());
    register.addEventListener("counted", (event) => (this.input.placeholder = t("find.placeholder", { found: /** @type {CustomEvent} */ (event).detail.sentence })));
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** Whether something is being searched for. */
  get active() {
    return this.input.value.trim() !== "";
  }

  /** @param {"next" | "previous"} direction */
  step(direction) {
    return this.active ? this.#find(direction) : this.focus();
  }

  clear() {
    this.input.value = "";
    this.#changed();
  }

  /** The list has changed: the words of the address are searched for in it. */
  #begin() {
    const { q, record } = this.register.place;
    this.#reset();
    if (this.input.value.trim() !== q) this.input.value = q;
    this.register.list.highlight(foldedWords(q));
    this.#say("");
    this.buttons.hidden = !q;
    if (q && !record) this.#find("first", false);
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed(), PAUSE_MS);
  }

  #changed() {
    const words = this.input.value.trim();
    this.#reset();
    this.register.rememberWords(words);
    this.register.list.highlight(foldedWords(words));
    this.buttons.hidden = !words;
    this.#say("");
    if (words) this.#find("first");
  }

  #reset() {
    this.#asking.abort();
    this.#hit = null;
    this.#ordinal = null;
    this.#total = null;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Enter") this.#enter(event);
    else if (event.key === "ArrowDown") (event.preventDefault(), this.register.list.focus());
    else if (event.key === "Escape") this.#escape(event);
  }

  /** @param {KeyboardEvent} event */
  #enter(event) {
    event.preventDefault();
    clearTimeout(this.#timer);
    if (this.register.place.q !== this.input.value.trim()) return this.#changed();
    this.step(event.shiftKey ? "previous" : "next");
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    event.preventDefault();
    if (this.active) this.clear();
    this.register.list.focus();
  }

  /** @param {"first" | "next" | "previous"} direction @param {boolean} [speak] */
  async #find(direction, speak = true) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const after = direction === "first" ? null : this.#hit ?? this.register.record;
    try {
      const query = [...this.register.query, ["q", this.register.place.q], ["direction", direction], ...(after ? [["after", after]] : [])];
      const found = await this.register.api.get("/api/records/find", query, signal);
      if (!signal.aborted) await this.#show(found, direction, speak);
    } catch (error) {
      if (!signal.aborted) this.#say(explain(asProblem(error)).title);
    }
  }

  /** @param {any} found @param {"first" | "next" | "previous"} direction @param {boolean} speak */
  async #show(found, direction, speak) {
    const { record } = found;
    if (!record) return this.#say(t("find.none"), speak);
    this.#hit = record.id;
    await this.register.list.reveal(record.id);
    this.register.select(record, false);
    this.#countSteps(direction, found.wrapped);
    const more = found.wrapped ? t("find.wrapped") : "";
    if (this.#total !== null || this.#ordinal === null) this.#say(this.#position(), speak, more);
    else this.#say(t("find.of_unknown", { value: this.#ordinal }), speak, more, t("find.ordinal", { value: this.#ordinal }));
  }

  /** @param {"first" | "next" | "previous"} direction @param {boolean} wrapped */
  #countSteps(direction, wrapped) {
    if (direction === "first") this.#ordinal = 1;
    else if (!wrapped) this.#ordinal &&= this.#ordinal + (direction === "next" ? 1 : -1);
    else if (direction === "next") [this.#total, this.#ordinal] = [this.#total ?? this.#ordinal, 1];
    else this.#ordinal = this.#total;
  }

  #position() {
    return this.#ordinal === null || this.#total === null ? "" : t("find.position", { position: this.#ordinal, total: this.#total });
  }

  /** @param {string} sentence @param {boolean} [speak] @param {string} [more] @param {string} [spoken] what is said in its place where it is cut short */
  #say(sentence, speak = false, more = "", spoken = sentence) {
    fill(this.said, sentence);
    this.said.title = more;
    if (speak && (spoken || more)) announce([spoken, more].filter(Boolean).join(". "));
  }

  /** @param {"next" | "previous"} direction @param {string} sign */
  #button(direction, sign) {
    return h("button", { type: "button", class: "button subtle bare", "aria-label": t(`find.${direction}`), title: t(`find.${direction}`), onclick: () => this.step(direction) }, icon(sign));
  }
}
