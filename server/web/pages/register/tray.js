// @ts-check
import { ClientSearch } from "/addin/shared/client_search.js";
import { timeElement } from "/addin/shared/dates.js";
import { announce, fill, h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { codeTag } from "/addin/shared/records.js";
import { notice, problemNotice } from "/shared/notices.js";

const PAGE = 50;
const COUNT_MS = 30_000;

/** "Por asignar": the mails whose client nobody knows yet. One key or click answers, and the next one comes up. */
export class Tray {
  /** @type {any[]} */ #items = [];
  /** @type {string | null} */ #next = null;
  /** @type {any} the mail that is asked about */ #current = null;
  #count = 0;
  #busy = false;

  /** @param {HTMLElement} element @param {import("./app.js").Register} register */
  constructor(element, register) {
    this.element = element;
    this.register = register;
    this.list = h("ol", { class: "tray-list", "aria-label": t("tray.title"), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
    this.question = h("section", { class: "tray-question", "aria-label": t("tray.question") });
    setInterval(() => document.hidden || this.count(), COUNT_MS);
  }

  /** Asks how many wait, for the number at the tab. */
  async count() {
    try {
      const { count } = await this.register.api.get("/api/unassigned", { limit: "1" });
      this.#counted(count);
    } catch {
      // The number stays as it was.
    }
  }

  async load() {
    fill(this.element, h("div", { class: "skeleton", "aria-hidden": "true" }, Array.from({ length: 8 }, () => h("i"))));
    try {
      const page = await this.register.api.get("/api/unassigned", { limit: String(PAGE) });
      this.#take(page);
      this.#choose(this.#items[0]);
      this.#draw();
    } catch (error) {
      fill(this.element, problemNotice(asProblem(error), () => this.load()));
    }
  }

  /** Reads the tray again; the mail that is asked about stays. */
  async refresh() {
    if (this.#busy || this.list.contains(document.activeElement)) return;
    try {
      const before = this.#current?.message.id;
      this.#take(await this.register.api.get("/api/unassigned", { limit: String(PAGE) }));
      const same = this.#items.find((item) => item.message.id === before);
      if (!same) this.#choose(this.#items[0]);
      if (same && this.element.contains(this.list)) this.#drawList();
      else this.#draw();
    } catch {
      // The bar tells that the server cannot be reached.
    }
  }

  /** What a key does here. @param {string} key @returns {(() => any) | undefined} */
  act(key) {
    const candidate = this.#candidates()[Number(key) - 1];
    if (candidate) return () => this.#assign(candidate.client);
    if (key === "d") return () => this.#dismiss();
    if (key === "/") return () => /** @type {HTMLElement} */ (this.question.querySelector("input[role=combobox]"))?.focus();
    return { j: () => this.#step(1), k: () => this.#step(-1) }[key];
  }

  /** @param {{items: any[], next: string | null, count: number}} page */
  #take(page) {
    this.#items = page.items;
    this.#next = page.next;
    this.#counted(page.count);
  }

  /** @param {number} count */
  #counted(count) {
    this.#count = count;
    this.register.bar.showWaiting(count);
  }

  #draw() {
    if (this.#items.length === 0) return fill(this.element, notice("checkmark-circle", t("tray.empty_title"), t("tray.empty_text")));
    const more = this.#count > this.#items.length && h("p", { class: "list-foot" }, t("tray.more", { value: this.#count - this.#items.length }));
    fill(this.element, h("div", { class: "tray-side" }, this.list, more), this.question);
    this.#drawList();
    this.#drawQuestion();
  }

  #drawList() {
    const now = new Date();
    const focused = this.list.contains(document.activeElement);
    fill(this.list, this.#items.map((item) => h("li", null, h("button", {
      type: "button", class: "tray-item", "data-message": item.message.id, "aria-current": String(item === this.#current), tabindex: item === this.#current ? 0 : -1,
      onclick: () => (this.#choose(item), this.#draw(), this.focus()),
    }, h("span", { class: "tray-from" }, senderOf(item)), timeElement(item.received_at, now), h("span", { class: "tray-subject" }, item.subject || t("record.no_subject"))))));
    if (focused) this.focus();
  }

  /** Puts the keyboard on the mail that is asked about. */
  focus() {
    /** @type {HTMLElement | null} */ (this.list.querySelector("[aria-current=true]"))?.focus();
  }

  /** @param {any} item */
  #choose(item) {
    this.#current = item ?? null;
  }

  /** One line of each client, the best first. @returns {any[]} */
  #candidates() {
    const seen = new Set();
    return (this.#current?.candidates ?? []).filter((/** @type {any} */ candidate) => !seen.has(candidate.client.code) && seen.add(candidate.client.code));
  }

  #drawQuestion() {
    const item = this.#current;
    const candidates = this.#candidates();
    const title = h("h2", { id: nextId() }, item.subject || t("record.no_subject"));
    this.thread = h("input", { type: "checkbox", id: nextId() });
    this.address = h("input", { type: "checkbox", id: nextId() });
    const search = new ClientSearch(this.register.api, (client) => this.#assign(client), { label: t("file.other"), placeholder: t("client.search") });
    const at = this.#items.indexOf(item) + 1;
    fill(this.question,
      h("p", { class: "tray-steps" }, t("find.position", { position: at, total: this.#count }),
        h("button", { type: "button", class: "button subtle bare", "aria-label": t("tray.previous"), onclick: () => this.#step(-1) }, icon("arrow-up")),
        h("button", { type: "button", class: "button subtle bare", "aria-label": t("tray.next"), onclick: () => this.#step(1) }, icon("arrow-down"))),
      title,
      h("p", { class: "tray-facts" }, h("strong", null, senderOf(item)), item.from?.name && h("span", { class: "quiet" }, item.from.address), timeElement(item.received_at, new Date()),
        h("span", { class: "quiet" }, t("tray.mailbox", { name: item.mailbox.name || item.mailbox.address }))),
      item.preview && h("p", { class: "preview" }, item.preview),
      h("h3", null, candidates.length ? t("tray.whose") : t("unassigned.question_none")),
      candidates.length > 0 && h("ol", { class: "candidates" }, candidates.map((candidate, index) => h("li", null, this.#candidate(candidate, index)))),
      h("div", { class: "tray-other" }, h("h3", null, t("file.other")), search.element),
      h("div", { class: "tray-memory" },
        h("label", { class: "tick" }, this.thread, t("file.thread")),
        item.from && h("label", { class: "tick" }, this.address, h("span", null, t("tray.address", { address: item.from.address })))),
      h("button", { type: "button", class: "button subtle", "aria-keyshortcuts": "D", onclick: () => this.#dismiss() }, icon("prohibited"), t("tray.dismiss"), h("kbd", { "aria-hidden": "true" }, "D")));
  }

  /** @param {any} candidate @param {number} index */
  #candidate(candidate, index) {
    const { client, address, section, clue } = candidate;
    return h("button", { type: "button", class: "candidate", "aria-keyshortcuts": index < 9 ? String(index + 1) : null, onclick: () => this.#assign(client) },
      h("kbd", { "aria-hidden": "true" }, index < 9 ? index + 1 : ""),
      h("span", { class: "client-name" }, client.name), codeTag(client.code),
      address && h("span", { class: "candidate-why" }, section ? t("why.place", { address, section: t(`section.${section}`) }) : address),
      clue && h("span", { class: "clue" }, icon("lightbulb"), t(`clue.${clue}`)));
  }

  /** @param {{code: string, name: string}} client */
  #assign(client) {
    const item = this.#current;
    const wish = { client: client.code, scope: this.thread?.checked ? "thread" : "message", remember_address: this.address?.checked ?? false };
    return this.#answer(item, `/api/unassigned/${item.message.id}/assign`, wish, (answer) => assigned(client.name, answer));
  }

  #dismiss() {
    const item = this.#current;
    return item && this.#answer(item, `/api/unassigned/${item.message.id}/dismiss`, {}, () => t("tray.dismissed"));
  }

  /** Sends the answer, and turns to the next mail. @param {any} item @param {string} path @param {object} body @param {(answer: any) => string} sentence */
  async #answer(item, path, body, sentence) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const answer = await this.register.api.send("POST", path, body);
      this.#leave(item);
      const undo = answer.batch ? () => this.#undo(answer.batch) : null;
      const offer = answer.records?.length ? { name: t("bulk.move"), act: () => this.register.run("move", answer.records) } : null;
      this.register.toast.say([sentence(answer), this.#nextSentence()].join(" "), { undo, offer });
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === "not_found") this.#leave(item);
      this.register.toast.say(explain(problem).title, { sign: "error-circle" });
    }
    this.#busy = false;
  }

  /** @param {any} item */
  #leave(item) {
    const at = this.#items.indexOf(item);
    this.#items = this.#items.filter((other) => other !== item);
    this.#counted(Math.max(0, this.#count - 1));
    this.#choose(this.#items[Math.min(at, this.#items.length - 1)]);
    this.#draw();
    this.focus();
    if (this.#items.length < 5 && this.#next) this.#more();
  }

  async #more() {
    this.#take(await this.register.api.get("/api/unassigned", { limit: String(PAGE) }));
    if (!this.#items.some((item) => item.message.id === this.#current?.message.id)) this.#choose(this.#items[0]);
    else this.#choose(this.#items.find((item) => item.message.id === this.#current.message.id));
    this.#draw();
  }

  /** @param {string} batch */
  async #undo(batch) {
    await this.register.api.send("POST", `/api/batches/${batch}/undo`);
    announce(t("tray.undone"));
    await this.load();
    this.focus();
  }

  #nextSentence() {
    return this.#items.length ? t("tray.left", { count: this.#count }) : t("tray.empty_title");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.#step(by);
  }

  /** @param {number} by */
  #step(by) {
    const at = this.#items.indexOf(this.#current) + by;
    this.#choose(this.#items[Math.max(0, Math.min(at, this.#items.length - 1))]);
    this.#draw();
    this.focus();
  }
}

/** @param {any} item */
function senderOf(item) {
  return item.from?.name || item.from?.address || t("tray.no_sender");
}

/** @param {string} name @param {any} answer */
function assigned(name, answer) {
  return answer.past ? t("tray.assigned_past", { name, count: answer.past }) : t("tray.assigned", { name });
}
