// @ts-check
import { relativeDate, fullDate } from "../../shared/dates.js";
import { announce, fill, h } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { icon } from "../../shared/icons.js";
import { asProblem, explain } from "../../shared/problems.js";
import { progressSentence, refreshAccounts } from "../../shared/refresh.js";

const TICK_MS = 5000;

/** The line at the foot: whether mail is coming in, and the button that fetches it. */
export class Heartbeat {
  /** @type {any} */ #me = null;

  /** @param {HTMLElement} element @param {any} pane */
  constructor(element, pane) {
    this.line = h("span", { class: "pulse" });
    this.pane = pane;
    fill(element, this.line, refreshButton(pane, "button subtle"));
    setInterval(() => this.#me && this.#draw(), TICK_MS);
  }

  /** @param {any} me of GET /api/me */
  show(me) {
    this.#me = me;
    this.#draw();
  }

  /** @param {import("../../shared/problems.js").Problem} problem */
  fail(problem) {
    this.#me = null;
    this.#write("bad", explain(problem).title);
  }

  #draw() {
    const { last_message_at: last, stale } = this.#me.heartbeat;
    if (!last) return this.#write(stale ? "stale" : "good", t("heartbeat.none"));
    const when = relativeDate(new Date(last), new Date());
    this.#write(stale ? "stale" : "good", t(stale ? "heartbeat.stale" : "heartbeat.fresh", { when }), fullDate(new Date(last)));
  }

  /** @param {string} state @param {string} sentence @param {string} [title] */
  #write(state, sentence, title) {
    fill(this.line, h("span", { class: `dot ${state}`, "aria-hidden": "true" }), h("span", { title }, sentence));
  }
}

/** The button that asks Microsoft for new mail now. @param {any} pane @param {string} className */
export function refreshButton(pane, className) {
  const words = h("span", null, t("action.refresh"));
  const button = h("button", { type: "button", class: className, onclick: () => refresh(pane, button, words) }, icon("arrow-sync"), words);
  return button;
}

/** @param {any} pane @param {HTMLButtonElement} button @param {HTMLElement} words */
async function refresh(pane, button, words) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  try {
    await refreshAccounts(pane.api, (done, total) => fill(words, progressSentence(done, total)));
    announce(t("refresh.done"));
  } catch (error) {
    pane.heartbeat.fail(asProblem(error));
  }
  button.removeAttribute("aria-disabled");
  fill(words, t("action.refresh"));
  pane.read();
}
