// @ts-check
import { ClientSearch } from "/addin/shared/client_search.js";
import { fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { codeTag } from "/addin/shared/records.js";

/** @typedef {{code: string, name: string}} Client */

/** A client, chosen by searching; once chosen it stands there by name and can be changed. */
export class ClientField {
  /** @type {Client | null} */ #client = null;

  /** @param {import("/addin/shared/api.js").Api} api @param {string} label @param {(client: Client | null) => void} changed */
  constructor(api, label, changed) {
    this.changed = changed;
    this.search = new ClientSearch(api, (client) => this.#choose(client), { label, placeholder: t("client.search") });
    this.element = h("div", { class: "client-field" });
    this.#draw();
  }

  get value() {
    return this.#client;
  }

  /** @param {Client | null} client */
  set value(client) {
    this.#client = client;
    this.#draw();
  }

  focus() {
    (this.#client ? this.element.querySelector("button") : this.search.input)?.focus();
  }

  /** @param {Client} client */
  #choose(client) {
    this.value = client;
    this.changed(client);
  }

  #draw() {
    if (!this.#client) return fill(this.element, this.search.element);
    fill(this.element, h("span", { class: "client-chosen" }, h("strong", null, this.#client.name), codeTag(this.#client.code)),
      h("button", { type: "button", class: "button subtle small", onclick: () => this.#again() }, t("dialog.change")));
  }

  #again() {
    this.value = null;
    this.changed(null);
    this.focus();
  }
}
