// @ts-check
import { announce, fill, h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { foldedWords } from "./hits.js";

/** @typedef {{kind: "person" | "contact" | "other", name: string, address: string}} Somebody */
/** @typedef {Somebody & {note: string}} Known somebody of whom the register knows, with what they are to the client */

const SIGNS = { person: "person", contact: "mail", other: "people" };

/** The people of the firm and the client's contacts. @param {import("/addin/shared/api.js").Api} api @param {string} code @returns {Promise<Known[]>} */
export async function knownPeople(api, code) {
  const { users, contacts } = await api.get(`/api/clients/${encodeURIComponent(code)}/people`);
  return [
    ...users.map((/** @type {any} */ user) => ({ kind: "person", name: user.name, address: user.address ?? "", note: t("people.firm") })),
    ...contacts.map((/** @type {any} */ contact) => ({
      kind: "contact", name: contact.name || contact.label || contact.address, address: contact.address ?? "",
      note: [t(`section.${contact.section}`), contact.label !== contact.name && contact.label].filter(Boolean).join(" · "),
    })),
  ];
}

/** The sign of the firm's people, of contacts, and of everybody else. @param {Somebody["kind"]} kind */
export function kindIcon(kind) {
  return icon(SIGNS[kind] ?? SIGNS.other, t(`people.kind.${kind}`));
}

/**
 * Who took part: names as chips, and a combobox that offers the people and contacts that are known. Anybody else is
 * written by name or address.
 */
export class PeopleField {
  /** @type {Somebody[]} */ #chosen = [];
  /** @type {Known[]} */ #offered = [];
  #active = -1;

  /** @param {() => Promise<Known[]>} load the people that are known @param {() => void} changed */
  constructor(load, changed) {
    this.load = load;
    this.changed = changed;
    this.chips = h("ul", { class: "chips" });
    this.options = h("ul", { id: nextId(), role: "listbox", class: "options people-options", "aria-label": t("people.offered") });
    this.options.popover = "manual";
    this.input = h("input", {
      id: nextId(), type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: t("people.placeholder"),
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.options.id,
      oninput: () => this.#offer(), onfocus: () => this.#offer(), onclick: () => this.#offer(), onblur: () => this.#leave(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.element = h("div", { class: "people-field", onclick: (/** @type {Event} */ event) => event.target === this.element && this.input.focus() }, this.chips, this.input, this.options);
  }

  /** @returns {Somebody[]} */
  get value() {
    return this.#chosen;
  }

  set value(people) {
    this.#chosen = people;
    this.#draw();
  }

  /** @param {boolean} disabled */
  set disabled(disabled) {
    this.input.disabled = disabled;
    this.element.classList.toggle("disabled", disabled);
    this.#draw();
  }

  /** Another client: others are offered. */
  forget() {
    this.known = undefined;
  }

  #draw() {
    fill(this.chips, this.#chosen.map((somebody) => this.#chip(somebody)));
    this.input.placeholder = this.#chosen.length || this.input.disabled ? "" : t("people.placeholder");
  }

  /** @param {Somebody} somebody */
  #chip(somebody) {
    const name = somebody.name || somebody.address;
    return h("li", { class: "person-chip", title: [name, somebody.address !== name && somebody.address].filter(Boolean).join(" · ") }, kindIcon(somebody.kind), h("span", null, name),
      !this.input.disabled && h("button", { type: "button", "aria-label": t("people.remove", { name }), onclick: () => this.#remove(somebody) }, icon("dismiss")));
  }

  /** @param {Somebody} somebody */
  #remove(somebody) {
    this.#set(this.#chosen.filter((one) => one !== somebody));
    this.input.focus();
  }

  /** @param {Somebody} somebody */
  #add({ kind, name, address }) {
    this.input.value = "";
    this.#set([...this.#chosen, { kind, name, address }]);
    announce(t("people.added", { name: name || address }));
  }

  /** @param {Somebody[]} people */
  #set(people) {
    this.value = people;
    this.changed();
    if (document.activeElement === this.input) this.#offer();
  }

  async #offer() {
    this.known ??= this.load().catch(() => []);
    const known = await this.known;
    if (document.activeElement !== this.input) return;
    const words = foldedWords(this.input.value);
    const fits = (/** @type {Known} */ one) => {
      const text = foldedWords(`${one.name} ${one.address} ${one.note}`).join(" ");
      return words.every((word) => text.includes(word));
    };
    this.#offered = known.filter((one) => fits(one) && !this.#chosen.some((chosen) => chosen.address ? chosen.address === one.address : chosen.name === one.name));
    fill(this.options, this.#offered.map((one, index) => this.#option(one, index)));
    this.#show(this.#offered.length > 0);
    this.#activate(words.length && this.#offered.length ? 0 : -1);
  }

  /** @param {Known} one @param {number} index */
  #option(one, index) {
    return h("li", {
      role: "option", id: `${this.options.id}-${index}`, "aria-selected": "false",
      onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), onclick: () => this.#add(one),
    }, kindIcon(one.kind), h("span", { class: "option-name" }, one.name), h("span", { class: "option-note" }, [one.address, one.note].filter(Boolean).join(" · ")));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const open = this.options.matches(":popover-open");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return this.#offer();
      return this.#activate(Math.max(0, Math.min(this.#active + (event.key === "ArrowDown" ? 1 : -1), this.#offered.length - 1)));
    }
    if (event.key === "Enter" || event.key === ",") return this.#enter(event);
    if (event.key === "Escape" && open) return event.preventDefault(), this.#show(false);
    if (event.key === "Backspace" && !this.input.value && this.#chosen.length) return this.#set(this.#chosen.slice(0, -1));
  }

  /** @param {KeyboardEvent} event */
  #enter(event) {
    if (event.isComposing) return;
    const chosen = this.options.matches(":popover-open") && this.#offered[this.#active];
    if (!chosen && !this.input.value.trim()) return event.key === "," && event.preventDefault();
    event.preventDefault();
    if (chosen) this.#add(chosen);
    else this.#addWritten();
  }

  #addWritten() {
    const text = this.input.value.trim();
    if (text) this.#add({ kind: "other", name: text, address: text.includes("@") ? text : "" });
  }

  /** What was written and not confirmed counts: the one that was offered for it, else as it stands. */
  #leave() {
    const offered = this.options.matches(":popover-open") && this.#offered[this.#active];
    this.#show(false);
    if (offered) this.#add(offered);
    else this.#addWritten();
  }

  /** @param {number} index */
  #activate(index) {
    this.#active = index;
    [...this.options.children].forEach((option, position) => option.setAttribute("aria-selected", String(position === index)));
    const active = this.options.children[index];
    if (active) this.input.setAttribute("aria-activedescendant", active.id);
    else this.input.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
  }

  /** In the top layer, so that no edge of the window cuts it off. @param {boolean} open */
  #show(open) {
    this.options.togglePopover(open);
    this.input.setAttribute("aria-expanded", String(open));
    if (open) place(this.options, this.element.getBoundingClientRect());
    else this.#activate(-1);
  }
}

/** Under the field, or above it where there is more room. @param {HTMLElement} box @param {DOMRect} field */
function place(box, field) {
  const below = innerHeight - field.bottom - 12;
  const above = field.top - 12;
  const under = below >= Math.min(box.scrollHeight, 240) || below >= above;
  Object.assign(box.style, {
    left: `${field.left}px`, width: `${field.width}px`, maxHeight: `${Math.min(280, under ? below : above)}px`,
    top: under ? `${field.bottom + 4}px` : "auto", bottom: under ? "auto" : `${innerHeight - field.top + 4}px`,
  });
}
