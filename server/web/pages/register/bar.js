// @ts-check
import { ClientSearch } from "/addin/shared/client_search.js";
import { fullDate, relativeDate } from "/addin/shared/dates.js";
import { announce, fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { progressSentence, refreshAccounts } from "/addin/shared/refresh.js";
import { personMenu } from "/shared/person.js";

/** The head of the page: whose register, how fresh the mail is, who is signed in. */
export class Bar {
  /** @param {HTMLElement} element @param {any} register */
  constructor(element, register) {
    this.register = register;
    this.pulse = h("span", { class: "pulse" });
    this.progress = h("progress", { hidden: true, "aria-label": t("refresh.name") });
    this.words = h("span", null, t("action.refresh"));
    this.button = h("button", { type: "button", class: "button subtle", onclick: () => this.#update() }, icon("arrow-sync"), this.words);
    this.person = h("div", { class: "person" });
    const search = new ClientSearch(register.api, (client) => register.open(client.code), { label: t("client.search"), placeholder: t("client.search") });
    fill(element,
      h("a", { class: "brand", href: "/" }, h("img", { src: "/addin/assets/logo.svg", alt: "", width: 24, height: 24 }), "Bitácora"),
      search.element,
      h("div", { class: "freshness" }, this.pulse, this.progress, this.button), this.person);
  }

  /** Asks when the last mail came and who is signed in. */
  async beat() {
    try {
      const { person, heartbeat } = await this.register.api.me();
      this.#showPerson(person);
      this.#showHeartbeat(heartbeat);
    } catch (error) {
      this.#write("bad", explain(asProblem(error)).title);
    }
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
    await Promise.all([this.beat(), this.register.list.refresh()]);
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
