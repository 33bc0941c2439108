// @ts-check
import { ClientSearch } from "/addin/shared/client_search.js";
import { fullDate, relativeDate } from "/addin/shared/dates.js";
import { announce, fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { progressSentence, refreshAccounts } from "/addin/shared/refresh.js";
import { personMenu } from "/shared/person.js";

/** The head of the page: list or tray, whose register, how fresh the mail is, who is signed in. */
export class Bar {
  /** @type {Date | null} when the server was last heard of */ #heard = null;

  /** @param {HTMLElement} element @param {import("./app.js").Register} register */
  constructor(element, register) {
    this.register = register;
    this.pulse = h("span", { class: "pulse" });
    this.progress = h("progress", { hidden: true, "aria-label": t("refresh.name") });
    this.words = h("span", null, t("action.refresh"));
    this.button = h("button", { type: "button", class: "button subtle", onclick: () => this.#update() }, icon("arrow-sync"), this.words);
    this.person = h("div", { class: "person" });
    this.waiting = h("span", { class: "badge", hidden: true });
    this.tabs = {
      list: this.#tab(false, "table", t("list.everybody")),
      tray: this.#tab(true, "question-circle", t("tray.title"), this.waiting),
    };
    const search = new ClientSearch(register.api, (client) => register.open(client.code), { label: t("client.search"), placeholder: t("client.search") });
    fill(element,
      h("a", { class: "brand", href: "/" }, h("img", { src: "/addin/assets/logo.svg", alt: "", width: 24, height: 24 }), h("span", null, "Bitácora")),
      h("nav", { class: "tabs", "aria-label": t("tabs.name") }, this.tabs.list, this.tabs.tray),
      search.element,
      h("div", { class: "freshness" }, this.pulse, this.progress, this.button), this.person);
    register.addEventListener("place-changed", () => this.#showPlace());
  }

  /** Asks when the last mail came and who is signed in. */
  async beat() {
    try {
      const me = await this.register.api.me();
      this.register.meet(me);
      this.#heard = new Date();
      this.#showStrip(false);
      this.#showPerson(me.person);
      this.#showHeartbeat(me.heartbeat);
    } catch (error) {
      const problem = asProblem(error);
      this.#write("bad", explain(problem).title);
      this.#showStrip(problem.passing);
    }
  }

  /** How many mails wait in the tray. @param {number} count */
  showWaiting(count) {
    this.waiting.hidden = count === 0;
    this.waiting.textContent = String(count);
    this.tabs.tray.setAttribute("aria-label", count ? t("tray.tab", { count }) : t("tray.title"));
  }

  /** @param {boolean} tray @param {string} sign @param {string} name @param {...any} more */
  #tab(tray, sign, name, ...more) {
    return h("button", { type: "button", class: "tab", onclick: () => this.register.go({ tray }) }, icon(sign), h("span", null, name), ...more);
  }

  #showPlace() {
    const { tray } = this.register.place;
    this.tabs.list.setAttribute("aria-current", tray ? "false" : "page");
    this.tabs.tray.setAttribute("aria-current", tray ? "page" : "false");
  }

  /** While the server is away: since when, and that nothing is lost. @param {boolean} away */
  #showStrip(away) {
    const strip = /** @type {HTMLElement} */ (document.getElementById("strip"));
    strip.hidden = !away;
    const sentence = this.#heard ? t("offline.text", { when: relativeDate(this.#heard, new Date()) }) : t("offline.never");
    if (away && strip.textContent !== sentence) fill(strip, icon("wifi-off"), h("span", null, sentence));
  }

  /** @param {{last_message_at: string | null, stale: boolean}} heartbeat */
  #showHeartbeat({ last_message_at: last, stale }) {
    if (!last) return this.#write("good", t("heartbeat.none"));
    const date = new Date(last);
    this.#write(stale ? "stale" : "good", t(stale ? "heartbeat.stale" : "heartbeat.fresh", { when: relativeDate(date, new Date()) }), fullDate(date));
  }

  /** @param {string} state @param {string} sentence @param {string} [title] */
  #write(state, sentence, title) {
    fill(this.pulse, h("span", { class: `dot ${state}`, "aria-hidden": "true" }), h("span", { title }, sentence));
  }

  async #update() {
    if (this.button.getAttribute("aria-disabled")) return;
    this.button.setAttribute("aria-disabled", "true");
    try {
      await refreshAccounts(this.register.api, (done, total) => this.#showProgress(done, total));
      announce(t("refresh.done"));
    } catch (error) {
      this.#write("bad", explain(asProblem(error)).title);
    }
    this.button.removeAttribute("aria-disabled");
    this.progress.hidden = true;
    fill(this.words, t("action.refresh"));
    await this.register.refresh();
  }

  /** @param {number} done @param {number} total */
  #showProgress(done, total) {
    this.progress.hidden = false;
    Object.assign(this.progress, { max: total || 1, value: done });
    fill(this.words, progressSentence(done, total));
  }

  /** @param {{name: string, address: string, administrator: boolean}} person */
  #showPerson(person) {
    if (this.person.childElementCount) return;
    fill(this.person, personMenu(person));
  }
}
