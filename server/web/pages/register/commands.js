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
    this.count = h("p", { class: "count" });
    fill(element, this.count,
      h("button", { type: "button", class: "button primary", "aria-keyshortcuts": "N", onclick: () => register.run("new") }, icon("add"), h("span", null, t("commands.new"))),
      this.excel, this.saving,
      h("button", { type: "button", class: "button subtle bare", "aria-keyshortcuts": "?", "aria-label": t("keys.title"), title: t("keys.title"), onclick: () => register.keys.shortcuts.open() }, icon("question-circle")));
    register.addEventListener("place-changed", () => this.#begin());
    register.addEventListener("counted", (event) => fill(this.count, /** @type {CustomEvent} */ (event).detail.sentence));
  }

  /** The workbook is coming. @param {string} sentence @param {number | null} share how much of it is here, where that is known @param {() => void} cancel */
  showSaving(sentence, share, cancel) {
    this.excel.hidden = true;
    this.saving.hidden = false;
    if (!this.words?.isConnected) {
      this.words = h("span");
      this.progress = h("progress", { "aria-label": t("excel.preparing") });
      fill(this.saving, this.progress, this.words,
        h("button", { type: "button", class: "button subtle small bare", "aria-label": t("excel.cancel"), onclick: cancel }, icon("dismiss")));
      this.saving.querySelector("button")?.focus();
    }
    this.words.textContent = sentence;
    // The size is a guess of the server's; the bar is full when the file is whole.
    if (share !== null && this.progress) this.progress.value = Math.min(share, 0.99);
  }

  showSaved() {
    const focused = this.saving.contains(document.activeElement);
    fill(this.saving);
    this.saving.hidden = true;
    this.excel.hidden = false;
    if (focused) this.excel.focus();
  }

  #begin() {
    fill(this.count);
    this.excel.title = t(this.register.client ? "excel.client" : "excel.all");
  }
}
