// @ts-check
import { period, timeElement } from "/addin/shared/dates.js";
import { announce, fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem } from "/addin/shared/problems.js";
import { channelIcon, subjectOf } from "/addin/shared/records.js";
import { hasAddress } from "./client.js";
import { notice, problemNotice } from "/shared/notices.js";

const PAGE = 50;
const SKELETON_MS = 300;
const JUMP = 10;

/** The communications, newest first: a grid whose rows are reached with the arrow keys. */
export class RecordList {
  /** @type {any[]} */ #items = [];
  /** @type {string | null} where the next page begins */ #next = null;
  /** @type {string | null} */ #selected = null;
  /** @type {AbortController} */ #asking = new AbortController();
  #loadingMore = false;
  #drawn = "";

  /** @param {HTMLElement} element @param {any} register */
  constructor(element, register) {
    this.element = element;
    this.register = register;
    this.grid = h("div", { role: "grid", class: "grid", "aria-label": t("list.name"), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
    this.more = h("button", { type: "button", class: "button subtle more-button", onclick: () => this.#loadMore() }, t("list.more"));
    this.scroll = h("div", { class: "scroll" }, this.grid, this.more);
    new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#loadMore(), { root: this.scroll, rootMargin: "400px" }).observe(this.more);
  }

  /** Loads the first page of the register's client. @param {Promise<any>} card the client's card, for what to say of an empty list */
  async load(card) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    Object.assign(this.element.dataset, { scope: this.register.client ? "client" : "all" });
    this.element.setAttribute("aria-busy", "true");
    fill(this.element);
    setTimeout(() => !signal.aborted && this.element.getAttribute("aria-busy") && fill(this.element, skeleton()), SKELETON_MS);
    try {
      const [page, client] = await Promise.all([this.register.api.records(this.#filter(), signal), card]);
      if (!signal.aborted) this.#begin(page, client);
    } catch (error) {
      if (!signal.aborted) this.#fail(asProblem(error), card);
    }
  }

  /** Reads the first page again; what is new or changed takes its place and the selection stays. */
  async refresh() {
    if (this.element.getAttribute("aria-busy") || this.#loadingMore) return;
    const { signal } = this.#asking;
    try {
      const page = await this.register.api.records(this.#filter(), signal);
      if (signal.aborted) return;
      if (!this.scroll.isConnected) return page.items.length && this.#begin(page, null);
      this.#announceNew(page.items);
      this.#items = merged(page, this.#items);
      this.#draw();
    } catch {
      // The bar tells that the server cannot be reached; what is on the screen stays true.
    }
  }

  /** A newer version of a record that is in the list. @param {any} record */
  adopt(record) {
    const index = this.#items.findIndex((item) => item.id === record.id);
    if (index < 0 || this.#items[index].version >= record.version) return;
    this.#items[index] = record;
    this.#draw();
  }

  /** @param {string} id */
  find(id) {
    return this.#items.find((item) => item.id === id);
  }

  /** @param {string} id */
  mark(id) {
    this.#selected = id;
    for (const row of this.#rows()) markRow(row, row.dataset.record === id);
  }

  /** @param {string} id */
  reveal(id) {
    this.#row(id)?.scrollIntoView({ block: "center" });
  }

  focus() {
    (this.#row(this.#selected) ?? this.#rows()[0])?.focus();
  }

  #filter() {
    return { limit: String(PAGE), ...(this.register.client ? { client: this.register.client } : {}) };
  }

  /** @param {{items: any[], next: string | null}} page @param {any} client */
  #begin(page, client) {
    this.element.removeAttribute("aria-busy");
    this.#items = page.items;
    this.#next = page.next;
    this.#selected = null;
    this.#drawn = "";
    if (page.items.length === 0) return fill(this.element, this.#empty(client));
    fill(this.element, this.scroll);
    this.scroll.scrollTop = 0;
    this.#draw();
  }

  /** @param {import("/addin/shared/problems.js").Problem} problem @param {Promise<any>} card */
  #fail(problem, card) {
    this.element.removeAttribute("aria-busy");
    fill(this.element, problemNotice(problem, () => this.load(card)));
  }

  async #loadMore() {
    if (!this.#next || this.#loadingMore || !this.scroll.isConnected) return;
    this.#loadingMore = true;
    const { signal } = this.#asking;
    try {
      const page = await this.register.api.records({ ...this.#filter(), cursor: this.#next }, signal);
      if (signal.aborted) return;
      this.#items = [...this.#items, ...page.items.filter((/** @type {any} */ item) => !this.find(item.id))];
      this.#next = page.next;
      this.#draw();
    } catch {
      this.more.classList.add("tapped");
    } finally {
      this.#loadingMore = false;
    }
  }

  /** @param {any} client */
  #empty(client) {
    if (client && !hasAddress(client)) return notice("mail", t("list.empty_title"), t("list.empty_no_address"));
    return notice("mail", t("list.empty_title"), t(client ? "list.empty_client" : "list.empty_all"));
  }

  /** @param {any[]} items */
  #announceNew(items) {
    const count = items.filter((item) => !this.find(item.id)).length;
    if (count) announce(t("list.new", { count }));
  }

  /** Draws the rows unless the screen shows just them, and keeps scroll and focus where they were. */
  #draw() {
    const now = new Date();
    const groups = this.#groups(now);
    const key = JSON.stringify([this.#items, Math.floor(now.getTime() / 30000)]);
    this.more.hidden = !this.#next;
    if (key === this.#drawn) return;
    this.#drawn = key;
    const keep = this.#anchor();
    fill(this.grid, this.#head(), groups);
    keep();
  }

  /** @param {Date} now */
  #groups(now) {
    /** @type {Map<string, HTMLElement>} */
    const groups = new Map();
    for (const record of this.#items) {
      const name = period(new Date(record.occurred_at), now);
      if (!groups.has(name)) groups.set(name, h("div", { role: "rowgroup", "aria-label": name }, h("div", { class: "group", "aria-hidden": "true" }, name)));
      groups.get(name)?.append(this.#makeRow(record, now));
    }
    const rows = [...groups.values()].flatMap((group) => [.../** @type {NodeListOf<HTMLElement>} */ (group.querySelectorAll("[role=row]"))]);
    if (rows.length && !rows.some((row) => row.tabIndex === 0)) rows[0].tabIndex = 0;
    return [...groups.values()];
  }

  #head() {
    const names = ["date", "channel", "client", "subject", "person", "reason", "area"];
    return h("div", { role: "rowgroup", class: "head" }, h("div", { role: "row", class: "row" },
      names.map((name) => h("span", { role: "columnheader", class: `cell-${name}` }, h("span", { class: name === "channel" ? "sr-only" : null }, t(`list.column.${name}`))))));
  }

  /** @param {any} record @param {Date} now */
  #makeRow(record, now) {
    const row = h("div", { role: "row", class: "row", "data-record": record.id, onclick: () => this.#choose(record.id, true) },
      cell("date", timeElement(record.occurred_at, now)), cell("channel", channelIcon(record)),
      cell("client", h("span", { title: record.client.name }, record.client.name)),
      cell("subject", record.restricted && icon("lock-closed", t("record.private")), h("span", { class: "subject-text", title: subjectOf(record) }, subjectOf(record)),
        record.attachments.length > 0 && icon("attach", t("list.attachments", { count: record.attachments.length }))),
      cell("person", record.person?.name), cell("reason", record.reason?.name), cell("area", record.area?.name));
    if (record.restricted) row.classList.add("restricted");
    markRow(row, record.id === this.#selected);
    return row;
  }

  /** Remembers what is at the top and what has the focus; the answer puts both back. */
  #anchor() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.record;
    const top = this.#rows().find((row) => row.offsetTop + row.offsetHeight > this.scroll.scrollTop + 60);
    const offset = top ? top.offsetTop - this.scroll.scrollTop : 0;
    return () => {
      const same = top && this.scroll.scrollTop > 0 && this.#row(top.dataset.record ?? null);
      if (same) this.scroll.scrollTop = same.offsetTop - offset;
      if (focused) this.#row(focused)?.focus({ preventScroll: true });
    };
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const rows = this.#rows();
    const at = rows.indexOf(/** @type {HTMLElement} */ (event.target));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1, Home: 0, End: rows.length - 1, PageDown: at + JUMP, PageUp: at - JUMP }[event.key];
    if (event.key === "Enter" && at >= 0) this.#choose(rows[at].dataset.record ?? "", true);
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (to >= rows.length - 1) this.#loadMore();
    const row = rows[Math.max(0, Math.min(to, rows.length - 1))];
    this.#choose(row.dataset.record ?? "", false);
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} id @param {boolean} opened */
  #choose(id, opened) {
    const record = this.find(id);
    if (record) this.register.select(record, opened);
  }

  /** @returns {HTMLElement[]} */
  #rows() {
    return [...this.grid.querySelectorAll("[data-record]")].map((row) => /** @type {HTMLElement} */ (row));
  }

  /** @param {string | null} id @returns {HTMLElement | null} */
  #row(id) {
    return id === null ? null : this.grid.querySelector(`[data-record="${CSS.escape(id)}"]`);
  }
}

/**
 * The fresh first page in front of the older rows. Within the time that the page spans it alone is right, so a
 * record deleted meanwhile goes.
 * @param {{items: any[], next: string | null}} page @param {any[]} known
 */
function merged(page, known) {
  if (!page.next) return page.items;
  const fresh = new Set(page.items.map((item) => item.id));
  const oldest = page.items[page.items.length - 1].occurred_at;
  return [...page.items, ...known.filter((item) => !fresh.has(item.id) && item.occurred_at <= oldest)];
}

/** @param {string} name @param {...any} content */
function cell(name, ...content) {
  return h("span", { role: "gridcell", class: `cell-${name}` }, ...content);
}

/** @param {HTMLElement} row @param {boolean} selected */
function markRow(row, selected) {
  row.setAttribute("aria-selected", String(selected));
  row.tabIndex = selected ? 0 : -1;
}

function skeleton() {
  return h("div", { class: "skeleton", "aria-hidden": "true" }, Array.from({ length: 12 }, () => h("i")));
}
