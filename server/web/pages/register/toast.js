// @ts-check
import { announce, fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";

const SHOWN_MS = 12000;

/** What has just been done, in a sentence at the foot of the page, with the way back. Ctrl+Z is the same way back. */
export class Toast {
  /** @type {(() => any) | null} */ #undo = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    element.setAttribute("role", "region");
    element.setAttribute("aria-label", t("toast.name"));
    element.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    element.addEventListener("focusin", () => clearTimeout(this.#timer));
    element.addEventListener("pointerleave", () => this.#fade());
    element.addEventListener("focusout", () => this.#fade());
  }

  /**
   * @param {string} sentence
   * @param {{undo?: (() => any) | null, sign?: string, offer?: {name: string, act: () => any} | null}} [more] `undo` puts back what was done, `offer` is something else to do about it
   */
  say(sentence, { undo = null, sign = "checkmark", offer = null } = {}) {
    this.#undo = undo;
    fill(this.element, h("div", { class: `toast toast-${sign}` }, icon(sign), h("span", null, sentence),
      undo && h("button", { type: "button", class: "button subtle small", "aria-keyshortcuts": "Control+Z", onclick: () => this.undo() }, icon("arrow-undo"), t("action.undo")),
      offer && h("button", { type: "button", class: "button subtle small", onclick: () => (this.close(), offer.act()) }, offer.name),
      h("button", { type: "button", class: "button subtle small bare", "aria-label": t("toast.close"), onclick: () => this.close() }, icon("dismiss"))));
    announce(undo ? t("toast.undoable", { sentence }) : sentence);
    this.#fade();
  }

  /** Whether the last thing said can be put back. */
  get undoable() {
    return this.#undo !== null;
  }

  /** Puts back what was done last, once. */
  async undo() {
    const undo = this.#undo;
    this.#undo = null;
    this.close();
    await undo?.();
  }

  close() {
    clearTimeout(this.#timer);
    fill(this.element);
  }

  #fade() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => !this.element.matches(":hover, :focus-within") && this.close(), SHOWN_MS);
  }
}
