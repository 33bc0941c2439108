// @ts-check
import { fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { block } from "./blocks.js";
import { signInLink } from "./doors.js";

const ALWAYS = "bitacora-body";
const DWELL_MS = 250;
// Of a page; what ends a sentence does not belong to it.
const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}»])/;
// Pixels of a mail in a frame.
const HIGHEST = 560;
const LOWEST = 120;
const LINE = 28;
const LETTER = 7;
const MARGIN = 40;
// Links lead to new tabs; nothing else of a mail may act.
const SANDBOX = "allow-popups allow-popups-to-escape-sandbox";

/** The mail itself, read from the mailbox when somebody wants to see it; what the person wanted last goes for the next mail too. */
export class Body {
  #asking = new AbortController();

  /** @param {import("./app.js").Register} register @param {any} record @param {boolean} [large] in a window of its own */
  constructor(register, record, large = false) {
    this.register = register;
    this.record = record;
    this.large = large;
    this.content = h("div", { class: large ? "mail large" : "mail", tabindex: -1 });
    this.element = large ? this.content : block("body.title", this.content);
    if (large) this.#load();
    else if (wanted()) this.#later();
    else this.#offer();
  }

  /** Nobody looks at it any more. */
  end() {
    clearTimeout(this.timer);
    this.#asking.abort();
  }

  /** The cursor may only be passing by. */
  #later() {
    this.#preview();
    this.content.setAttribute("aria-busy", "true");
    this.timer = setTimeout(() => this.#load(), DWELL_MS);
  }

  #offer() {
    this.#preview(h("button", { type: "button", class: "button", "data-key": "body", onclick: () => this.#want(true) }, icon("mail-read"), t("body.show")));
  }

  /** @param {Node | null} [more] */
  #preview(more = null) {
    fill(this.content, this.record.preview && h("p", { class: "preview" }, this.record.preview), more);
  }

  /** @param {boolean} want */
  #want(want) {
    localStorage.setItem(ALWAYS, want ? "shown" : "hidden");
    if (want) return this.#load();
    this.#offer();
    /** @type {HTMLElement | null} */ (this.content.querySelector("button"))?.focus();
  }

  async #load() {
    const { signal } = this.#asking;
    this.content.setAttribute("aria-busy", "true");
    if (!this.content.querySelector("p")) fill(this.content, h("p", { class: "quiet" }, t("body.loading")));
    try {
      const body = await this.register.api.get(`/api/records/${this.record.id}/body`, {}, signal);
      if (!signal.aborted) this.#show(body, false);
    } catch (error) {
      if (!signal.aborted) this.#fail(asProblem(error));
    }
    this.content.removeAttribute("aria-busy");
  }

  /** @param {any} body @param {boolean} images whether pictures from elsewhere are let in */
  #show(body, images) {
    const focused = this.content.contains(document.activeElement);
    const shown = body.text !== null ? h("div", { class: "mail-text", tabindex: 0, role: "group", "aria-label": t("body.title") }, ...withLinks(body.text)) : this.#frame(body.html, images);
    fill(this.content, !images && body.images_blocked > 0 && this.#imageLine(body), shown, this.#foot(body));
    // Keys that are pressed in the frame of a mail never reach the page: the focus stays beside it.
    if (focused) this.content.focus();
  }

  /** @param {string} html @param {boolean} images */
  #frame(html, images) {
    const path = `/api/records/${this.record.id}/body.html`;
    const frame = h("iframe", { class: "mail-frame", sandbox: SANDBOX, referrerpolicy: "no-referrer", title: t("body.title"), src: images ? `${path}?images=true` : path });
    if (!this.large) frame.style.height = `min(56vh, ${likelyHeight(html, this.content.clientWidth)}px)`;
    return frame;
  }

  /** @param {any} body */
  #imageLine(body) {
    return h("div", { class: "images-line" }, icon("image"), h("span", null, t("body.images_blocked", { count: body.images_blocked })),
      h("button", { type: "button", class: "button small", onclick: () => this.#show(body, true) }, t("body.show_images")));
  }

  /** @param {any} body */
  #foot(body) {
    return h("div", { class: "mail-foot" },
      body.web_link && h("a", { class: "link", href: body.web_link, target: "_blank", rel: "noopener noreferrer" }, icon("open"), t("outlook.open")),
      !this.large && h("button", { type: "button", class: "button subtle small", onclick: () => this.register.run("read", [this.record]) }, icon("mail-read"), t("body.enlarge")),
      !this.large && h("button", { type: "button", class: "button subtle small", onclick: () => this.#want(false) }, t("body.hide")));
  }

  /** @param {import("/addin/shared/problems.js").Problem} problem */
  #fail(problem) {
    const { title, text } = explain(problem);
    const again = problem.code === "sign_in_needed" ? signInLink() : problem.passing && h("button", { type: "button", class: "button small", onclick: () => this.#load() }, t("action.retry"));
    this.#preview(h("p", { class: "mail-failed" }, icon("info"), h("span", null, h("strong", null, title), ". ", text), again));
  }
}

function wanted() {
  return localStorage.getItem(ALWAYS) === "shown";
}

/** A plain text whose addresses of pages lead there. @param {string} text */
function withLinks(text) {
  return text.split(ADDRESS).map((piece, index) => (index % 2 ? h("a", { href: piece, target: "_blank", rel: "noopener noreferrer" }, piece) : piece));
}

/** About how high a mail is: a frame that may not act cannot say it itself. @param {string} html @param {number} width */
function likelyHeight(html, width) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  if (body.querySelector("img[src]")) return HIGHEST;
  const breaks = body.querySelectorAll("p, br, tr, li, div, h1, h2, h3, h4, hr").length;
  const lines = (body.textContent ?? "").length / Math.max(20, width / LETTER) + breaks;
  return Math.min(HIGHEST, Math.max(LOWEST, Math.round(lines * LINE) + MARGIN));
}
