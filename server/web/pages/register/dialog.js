// @ts-check
import { fill, h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { explain } from "/addin/shared/problems.js";
import { signInLink } from "./doors.js";

/**
 * A window over the page with a title, what it is about, and buttons at its foot. Escape and the cross ask first
 * where something typed would be lost; the browser gives the focus back to where it was.
 */
export class Dialog {
  #busy = false;
  /** @type {HTMLElement | null} the question whether to lose what is typed */ #question = null;
  /** @type {HTMLElement | null} where the focus was when it was asked */ #before = null;

  /** @param {string} title @param {{wide?: boolean}} [form] */
  constructor(title, { wide = false } = {}) {
    this.heading = h("h2", { id: nextId() }, title);
    this.about = h("div", { class: "window-about" });
    this.body = h("div", { class: "window-body" });
    this.problem = h("div", { class: "window-problem", role: "alert" });
    this.foot = h("footer", { class: "window-foot" });
    const cross = h("button", { type: "button", class: "button subtle bare", "aria-label": t("dialog.close"), title: t("dialog.close"), onclick: () => this.leave() }, icon("dismiss"));
    this.form = h("form", { method: "dialog", novalidate: true, onsubmit: (/** @type {SubmitEvent} */ event) => this.#submit(event) },
      h("header", null, h("div", null, this.heading, this.about), cross), this.body, this.problem, this.foot);
    // Until a window says where to begin, no button of it is pressed by mistake.
    this.element = h("dialog", {
      autofocus: true, tabindex: -1, class: wide ? "window wide" : "window", "aria-labelledby": this.heading.id,
      oncancel: (/** @type {Event} */ event) => this.#cancel(event), onclose: (/** @type {Event} */ event) => event.target === this.element && this.#gone(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    }, this.form);
  }

  /** Whether closing would lose something; a window with fields says so. */
  get dirty() {
    return false;
  }

  /** What Enter and the main button do. @returns {any} */
  submit() {}

  /** The window is about to go for good. */
  ended() {}

  open() {
    document.body.append(this.element);
    this.element.showModal();
  }

  close() {
    this.element.close();
  }

  /** Goes away, after asking where something would be lost. */
  leave() {
    if (this.#busy) return;
    if (this.dirty) this.#ask();
    else this.discard();
  }

  /** Goes away without a question. */
  discard() {
    this.close();
  }

  /** Runs something during which nothing else can be pressed. @param {() => Promise<any>} work */
  async during(work) {
    this.#setBusy(true);
    try {
      return await work();
    } finally {
      this.#setBusy(false);
    }
  }

  get busy() {
    return this.#busy;
  }

  /** @param {import("/addin/shared/problems.js").Problem} problem @param {string} [more] what becomes of what was typed */
  complain(problem, more) {
    const { title, text } = explain(problem);
    this.warn([h("strong", null, title), " ", more ?? text], problem.code === "sign_in_needed" && signInLink());
  }

  /** @param {any} content @param {Node | false | null} [action] */
  warn(content, action = null) {
    fill(this.problem, h("p", { class: "conflict" }, icon("warning"), h("span", null, ...[content].flat()), action));
  }

  calm() {
    fill(this.problem);
  }

  /** The buttons of every window that does something. @param {string} name of the one that does it */
  mainButtons(name) {
    return h("div", { class: "foot-main" }, h("button", { type: "button", class: "button", onclick: () => this.leave() }, t("dialog.cancel")),
      h("button", { type: "submit", class: "button primary" }, name));
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    this.form.setAttribute("aria-busy", String(busy));
    for (const button of this.foot.querySelectorAll("button")) button.setAttribute("aria-disabled", String(busy));
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    if (!this.#busy) this.submit();
  }

  /** @param {Event} event */
  #cancel(event) {
    if (event.target !== this.element) return;
    event.preventDefault();
    this.leave();
  }

  /** Escape asks each time; the browser lets a window refuse to be cancelled only once. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.#question) this.#stay();
    else this.leave();
  }

  #ask() {
    if (this.#question) return;
    const words = h("p", { id: nextId() }, t("dialog.discard_question"));
    const stay = h("button", { type: "button", class: "button primary", onclick: () => this.#stay() }, t("dialog.stay"));
    this.#before = /** @type {HTMLElement | null} */ (document.activeElement);
    this.#question = h("div", { class: "window-question", role: "alertdialog", "aria-labelledby": words.id }, words,
      h("div", { class: "actions" }, h("button", { type: "button", class: "button", onclick: () => this.discard() }, t("dialog.discard")), stay));
    this.foot.hidden = true;
    this.form.append(this.#question);
    stay.focus();
  }

  #stay() {
    this.#question?.remove();
    this.#question = null;
    this.foot.hidden = false;
    this.#before?.focus();
  }

  #gone() {
    this.element.remove();
    this.ended();
  }
}
