// @ts-check
import { fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";

/** What can be done at a client whatever is selected: a new communication, the Excel listing, the help on keys. */
export class Commands {
  /** @param {HTMLElement} element @param {import("./app.js").Register} register */
  constructor(element, register) {
    this.register = register;
    this.excel = h("button", { type: "button", class: "button subtle", onclick: () => register.run("excel") }, icon("table"), h("span", null, "Excel"));
    this.saving = h("span", { class: "saving", hidden: true });
    fill(element,
      h("button", { type: "button", class: "button primary", "aria-keyshortcuts": "N", onclick: () => register.run("new") }, icon("add"), h("span", null, t("commands.new"))),
      this.excel, this.saving,
      h("button", { type: "button", class: "button subtle bare", "aria-keyshortcuts": "?", "aria-label": t("keys.title"), title: t("keys.title"), onclick: () => register.keys.shortcuts.open() }, icon("question-circle")));
    register.addEventListener("place-changed", () => this.#name());
  }

  /** The workbook is coming. @param {string} sentence @param {() => void} cancel */
  showSaving(sentence, cancel) {
    this.excel.hidden = true;
    this.saving.hidden = false;
    if (!this.words?.isConnected) {
      this.words = h("span");
      fill(this.saving, h("progress", { "aria-label": t("excel.preparing") }), this.words,
        h("button", { type: "button", class: "button subtle small bare", "aria-label": t("excel.cancel"), onclick: cancel }, icon("dismiss")));
      this.saving.querySelector("button")?.focus();
    }
    this.words.textContent = sentence;
  }

  showSaved() {
    const focused = this.saving.contains(document.activeElement);
    fill(this.saving);
    this.saving.hidden = true;
    this.excel.hidden = false;
    if (focused) this.excel.focus();
  }

  #name() {
    this.excel.title = t(this.register.client ? "excel.client" : "excel.all");
  }
}
