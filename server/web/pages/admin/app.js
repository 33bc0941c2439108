// @ts-check
import { announce, fill, h } from "/addin/shared/dom.js";
import { languageFor, t, useLanguage } from "/addin/shared/i18n.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { problemNotice } from "/shared/notices.js";
import { personMenu } from "/shared/person.js";
import { accountsPanel } from "./accounts.js";
import { AdminApi } from "./api.js";
import { ChoiceList } from "./choices.js";
import { healthPanel, verdictSentence } from "./health.js";
import { parkedPanel } from "./parked.js";
import { when } from "./parts.js";
import { Rehearsal } from "./rehearsal.js";
import { renew } from "./renew.js";
import { routinesPanel } from "./routines.js";

const REFRESH_MS = 4000;
const TOAST_MS = 8000;
const PAGE = 100;

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** How capture stands, asked for again every few seconds, and what an administrator can do about it. */
class Administration {
  /** @type {any} */ #seen = null;
  #spoken = "";
  #asking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #toastTimer;
  #parkedLimit = PAGE;
  /** @type {Map<number, number>} */ #differenceLimits = new Map();
  /** @type {import("./accounts.js").View} */ #view = { open: new Set(), pending: new Set(), censuses: new Map(), allDays: new Set() };

  constructor() {
    this.api = new AdminApi(async () => ({}));
    this.rehearsal = new Rehearsal(this.api);
    this.choices = [new ChoiceList("reason", this.api, (done) => this.#say(done)), new ChoiceList("area", this.api, (done) => this.#say(done))];
    this.lists = h("div", { class: "lists", hidden: true }, this.choices.map(({ element }) => element));
    this.live = h("div", { class: "live" });
    this.freshness = h("div", { class: "pulse" });
    this.person = h("div", { class: "person" });
    fill(part("bar"), h("a", { class: "brand", href: "/" }, h("img", { src: "/addin/assets/logo.svg", alt: "", width: 24, height: 24 }), "Bitácora"),
      h("span", { class: "place" }, t("admin.title")), this.freshness, this.person);
    this.toast = h("p", { class: "toast", role: "status" });
    fill(part("main"), this.live, this.lists, this.rehearsal.element, this.toast);
    this.live.addEventListener("click", (event) => this.#click(event));
    this.rehearsal.element.hidden = true;
  }

  async start() {
    document.title = `${t("admin.title")} · Bitácora`;
    this.#readLists();
    await this.#refresh();
    setInterval(() => document.hidden || this.#refresh(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.#refresh();
      this.#readLists();
    });
  }

  /** The lists change by the hands of administrators, and not every few seconds. */
  #readLists() {
    for (const list of this.choices) list.read();
  }

  async #refresh() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#ask();
      this.#draw();
    } catch (error) {
      this.#fail(asProblem(error));
    }
    this.#asking = false;
  }

  async #ask() {
    const { api } = this;
    const [health, { items: accounts }, parked, me] = await Promise.all([api.health(), api.accounts(), api.parked(this.#parkedLimit), this.#seen?.me ?? api.me()]);
    this.#seen = { health, accounts, parked, me, at: new Date() };
    await Promise.all([...this.#view.open].map((id) => this.#readCensus(id)));
  }

  /** @param {number} id */
  async #readCensus(id) {
    this.#view.censuses.set(id, await this.api.census(id, this.#differenceLimits.get(id) ?? PAGE));
  }

  #draw() {
    const { health, accounts, parked, me, at } = this.#seen;
    const now = new Date();
    renew(this.live, healthPanel(health, now), accountsPanel(accounts, this.#view, now), parkedPanel(parked, this.#view.pending, now), routinesPanel(health, now));
    renew(this.freshness, h("span", { class: "dot good", "aria-hidden": "true" }), h("span", null, t("admin.updated"), " ", when(at.toISOString(), now)));
    if (!this.person.childElementCount) fill(this.person, personMenu(me.person));
    this.rehearsal.offer(accounts.map((/** @type {any} */ account) => account.address));
    this.rehearsal.element.hidden = false;
    this.lists.hidden = false;
    this.#speak(verdictSentence(health));
  }

  /** A change of the judgement is said, not each look. @param {string} sentence */
  #speak(sentence) {
    if (this.#spoken && sentence !== this.#spoken) announce(sentence);
    this.#spoken = sentence;
  }

  /** @param {import("/addin/shared/problems.js").Problem} problem */
  #fail(problem) {
    if (!this.#seen || !problem.passing) return fill(this.live, problemNotice(problem, () => location.reload()));
    // What is on the screen was true then.
    renew(this.freshness, h("span", { class: "dot bad", "aria-hidden": "true" }), h("span", null, explain(problem).title));
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-action]");
    if (!(button instanceof HTMLElement) || button.getAttribute("aria-disabled")) return;
    const { action = "", id = "" } = button.dataset;
    const number = Number(id);
    switch (action) {
      case "toggle": return this.#toggle(number);
      case "days": return this.#flip(this.#view.allDays, number);
      case "more-parked": this.#parkedLimit += PAGE; return this.#refresh();
      case "more-differences": this.#differenceLimits.set(number, (this.#differenceLimits.get(number) ?? PAGE) + PAGE); return this.#refresh();
      default: return this.#do(action, id, button.dataset.key ?? "");
    }
  }

  /** @param {number} id */
  async #toggle(id) {
    this.#flip(this.#view.open, id);
    if (this.#view.open.has(id)) await this.#refresh();
  }

  /** @param {Set<number>} set @param {number} id */
  #flip(set, id) {
    if (!set.delete(id)) set.add(id);
    this.#draw();
  }

  /** @param {string} action @param {string} id @param {string} key */
  async #do(action, id, key) {
    this.#view.pending.add(key);
    this.#draw();
    try {
      this.#say(await this.#act(action, Number(id)));
    } catch (error) {
      this.#say(explain(asProblem(error)).title);
    }
    this.#view.pending.delete(key);
    await this.#refresh();
    this.#draw();
  }

  /** Shows for a while what was done. @param {string} sentence */
  #say(sentence) {
    clearTimeout(this.#toastTimer);
    this.toast.textContent = sentence;
    this.#toastTimer = setTimeout(() => (this.toast.textContent = ""), TOAST_MS);
  }

  /** Does it and says what was done. @param {string} action @param {number} id @returns {Promise<string>} */
  async #act(action, id) {
    switch (action) {
      case "stop": await this.api.setBackfill(id, true); return t("done.stopped");
      case "resume": await this.api.setBackfill(id, false); return t("done.resumed");
      case "census": await this.api.takeCensus(id); return t("done.census");
      case "repair": return t("done.repair", { count: (await this.api.repair(id)).asked_for });
      default: return t("done.retry", { count: (await this.api.retry(Number.isNaN(id) ? null : id)).retried });
    }
  }
}

await useLanguage(languageFor(navigator.language), "/admin/i18n");
await new Administration().start();
