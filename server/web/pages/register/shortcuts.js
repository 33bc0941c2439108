// @ts-check
import { fill, h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";

const OFF = "bitacora-letters";

/** Keys by what they are for; a name in capitals is a key that each language calls by its own name. @type {[string, [string, string][]][]} */
const GROUPS = [
  ["move", [["↑ ↓", "keys.rows"], ["HOME END", "keys.ends"], ["PAGE_UP PAGE_DOWN", "keys.pages"], ["Enter", "keys.open"], ["Esc", "keys.escape"]]],
  ["find", [["/", "keys.find"], ["Enter F3", "keys.next"], ["SHIFT+Enter SHIFT+F3", "keys.previous"]]],
  ["pick", [["X", "keys.pick"], ["SHIFT+↑ SHIFT+↓", "keys.range"], ["Ctrl+A", "keys.all"]]],
  ["act", [["N", "keys.new"], ["E", "keys.edit"], ["R", "keys.reply"], ["M", "keys.move"], ["DELETE", "keys.delete"], ["Ctrl+Z", "keys.undo"], ["?", "keys.help"]]],
  ["tray", [["1 … 9", "keys.assign"], ["D", "keys.dismiss"]]],
];

/** The list of all keys, and the switch for those that are a single letter. */
export class Shortcuts {
  /** @param {import("./app.js").Register} register */
  constructor(register) {
    this.register = register;
    this.dialog = h("dialog", { class: "shortcuts", "aria-labelledby": nextId(), onclick: (/** @type {Event} */ event) => event.target === this.dialog && this.dialog.close() });
    document.body.append(this.dialog);
  }

  /** Whether single letters act; people who dictate switch them off. */
  get on() {
    return localStorage.getItem(OFF) !== "off";
  }

  /** The reasons that 1 to 9 stand for. @returns {any[]} */
  get reasons() {
    return this.register.catalog.reasons.filter((/** @type {any} */ reason) => reason.active).slice(0, 9);
  }

  open() {
    const title = h("h2", { id: this.dialog.getAttribute("aria-labelledby") }, t("keys.title"));
    fill(this.dialog,
      h("header", null, title, h("button", { type: "button", class: "button subtle bare", "aria-label": t("keys.close"), onclick: () => this.dialog.close() }, icon("dismiss"))),
      h("div", { class: "shortcut-groups" }, GROUPS.map(([name, keys]) => group(t(`keys.group.${name}`), keys.map(([key, sentence]) => [key, t(sentence)]))), this.#reasonGroup()),
      this.#letters());
    this.dialog.showModal();
  }

  #reasonGroup() {
    const pairs = this.reasons.map((reason, index) => /** @type {[string, string]} */ ([String(index + 1), reason.name]));
    return group(t("keys.group.reasons"), [...pairs, ["0", t("field.no_reason")]]);
  }

  #letters() {
    const input = h("input", { type: "checkbox", checked: this.on, onchange: () => localStorage.setItem(OFF, input.checked ? "on" : "off") });
    return h("label", { class: "tick" }, input, t("keys.letters"));
  }
}

/** @param {string} title @param {[string, string][]} pairs */
function group(title, pairs) {
  return h("section", null, h("h3", null, title), h("dl", null, pairs.map(([keys, sentence]) =>
    h("div", null, h("dt", null, keys.split(" ").map((key) => (key === "…" ? " … " : h("kbd", null, keyName(key))))), h("dd", null, sentence)))));
}

/** @param {string} key */
function keyName(key) {
  return key.replace(/[A-Z_]{3,}/g, (name) => t(`keys.key.${name.toLowerCase()}`));
}
