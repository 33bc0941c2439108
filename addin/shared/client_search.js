// @ts-check
import { announce, fill, h, nextId } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { asProblem, explain } from "./problems.js";
import { codeTag } from "./records.js";

const PAUSE_MS = 150;

/** @typedef {{code: string, name: string, nif: string}} Client */

/**
 * A combobox that finds clients by name, code or NIF, with the keys of the ARIA authoring practices.
 */
export class ClientSearch {
  /** @type {Client[]} */ #found = [];
  #active = -1;
  /** @type {AbortController | null} */ #search = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /**
   * @param {import("./api.js").Api} api
   * @param {(client: Client) => void} choose is called with the client that the person picked
   * @param {{label: string, placeholder?: string}} words
   */
  constructor(api, choose, words) {
    this.api = api;
    this.choose = choose;
    this.list = h("ul", { role: "listbox", id: nextId(), class: "options", "aria-label": words.label, hidden: true });
    this.input = this.#makeInput(words);
    this.element = h("div", { class: "search" }, icon("search"), this.input, this.list);
  }

  /** @param {{label: string, placeholder?: string}} words */
  #makeInput(words) {
    return h("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-label": words.label, placeholder: words.placeholder ?? words.label,
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id,
      oninput: () => this.#later(), onfocus: () => this.#later(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
      onblur: () => this.#close(),
    });
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#find(this.input.value.trim()), PAUSE_MS);
  }

  /** @param {string} words */
  async #find(words) {
    this.#search?.abort();
    this.#search = new AbortController();
    const { signal } = this.#search;
    try {
      const { items } = await this.api.clients(words, signal);
      if (!signal.aborted) this.#show(items, t("client.none_found", { words }));
    } catch (error) {
      if (!signal.aborted) this.#show([], explain(asProblem(error)).title);
    }
  }

  /** @param {Client[]} clients @param {string} otherwise what to say if there is none */
  #show(clients, otherwise) {
    if (document.activeElement !== this.input) return;
    this.#found = clients;
    fill(this.list, clients.length ? clients.map((client, index) => this.#option(client, index)) : this.#nothing(otherwise));
    this.#open(true);
    this.#activate(clients.length && this.input.value.trim() ? 0 : -1);
    announce(clients.length ? t("client.found", { count: clients.length }) : otherwise);
  }

  /** @param {Client} client @param {number} index */
  #option(client, index) {
    return h("li", {
      role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false",
      onpointerdown: (/** @type {Event} */ event) => event.preventDefault(),
      onclick: () => this.#pick(index),
    }, codeTag(client.code), h("span", { class: "option-name" }, client.name), client.nif && h("span", { class: "option-note" }, client.nif));
  }

  /** @param {string} sentence */
  #nothing(sentence) {
    return h("li", { role: "option", class: "option-empty", "aria-disabled": "true", "aria-selected": "false" }, sentence);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const move = { ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, PageDown: this.#active + 8, PageUp: this.#active - 8 }[event.key];
    if (move !== undefined) this.#moveTo(event, move);
    else if (event.key === "Enter") this.#enter(event);
    else if (event.key === "Escape") this.#escape(event);
  }

  /** @param {KeyboardEvent} event @param {number} index */
  #moveTo(event, index) {
    event.preventDefault();
    if (this.list.hidden) return this.#find(this.input.value.trim());
    const last = this.#found.length - 1;
    this.#activate(Math.max(0, Math.min(index, last)));
  }

  /** @param {KeyboardEvent} event */
  #enter(event) {
    if (this.#active < 0 || this.list.hidden) return;
    event.preventDefault();
    this.#pick(this.#active);
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (this.list.hidden && !this.input.value) return;
    event.preventDefault();
    if (this.list.hidden) this.input.value = "";
    this.#close();
  }

  /** @param {number} index */
  #pick(index) {
    const client = this.#found[index];
    this.input.value = "";
    this.#close();
    this.choose(client);
  }

  /** @param {number} index */
  #activate(index) {
    this.#active = this.#found.length ? index : -1;
    [...this.list.children].forEach((option, position) => option.setAttribute("aria-selected", String(position === this.#active)));
    const active = this.#active >= 0 ? this.list.children[this.#active] : null;
    if (active) this.input.setAttribute("aria-activedescendant", active.id);
    else this.input.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }

  #close() {
    clearTimeout(this.#timer);
    this.#search?.abort();
    this.#open(false);
    this.#activate(-1);
  }

  /** @param {boolean} open */
  #open(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
  }
}
