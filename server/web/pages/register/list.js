// @ts-check
import { period } from "/addin/shared/dates.js";
import { announce, fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { asProblem } from "/addin/shared/problems.js";
import { notice, problemNotice } from "/shared/notices.js";
import { hasAddress } from "./client.js";
import { Layout } from "./layout.js";
import { activeCount } from "./place.js";
import { emptyRow, fillRow, headRow } from "./row.js";
import { Stretch } from "./stretch.js";

const SKELETON_MS = 300;
const TICK_MS = 30_000;
const AHEAD = 8;
const NEAR_THE_END = 60;
const MOST_REREAD = 20;

/**
 * The communications, newest first: a grid whose rows are reached with the arrow keys. Only the rows in view are in
 * the document; the one under the cursor always is, so that the keyboard keeps its place.
 */
export class RecordList {
  /** @type {Stretch} */ #stretch;
  #layout = new Layout([], () => "", 1, 1);
  /** @type {Map<string, {row: HTMLElement, record: any, drawn: string}>} */ #rows = new Map();
  /** @type {Map<string, HTMLElement>} */ #groups = new Map();
  /** @type {Map<string, any>} picked for bulk */ #picked = new Map();
  /** @type {string | null} under the cursor */ #current = null;
  /** @type {string | null} where a range begins */ #anchor = null;
  /** @type {string[]} */ #words = [];
  /** @type {number | null} */ #count = null;
  #loading = false;
  #failed = false;
  #frame = 0;

  /** @param {HTMLElement} element @param {import("./app.js").Register} register */
  constructor(element, register) {
    this.element = element;
    this.register = register;
    this.#stretch = new Stretch(register.api, []);
    this.body = h("div", { class: "rows", role: "presentation" });
    this.grid = h("div", {
      role: "grid", class: "grid", "aria-label": t("list.name"), "aria-multiselectable": "true",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event), onclick: (/** @type {MouseEvent} */ event) => this.#click(event),
      onmousedown: (/** @type {MouseEvent} */ event) => event.shiftKey && event.preventDefault(),
    }, headRow(), this.body);
    this.foot = h("p", { class: "list-foot" });
    this.scroll = h("div", { class: "scroll", onscroll: () => this.#drawSoon() }, this.grid, this.foot);
    new ResizeObserver(() => this.#measure()).observe(this.scroll);
    setInterval(() => document.hidden || this.#draw(), TICK_MS);
  }

  /** Loads the newest of the register's client and filters. @param {Promise<any>} card the client's card, for what to say of an empty list */
  async load(card) {
    this.#stretch.abandon();
    const stretch = new Stretch(this.register.api, this.register.query);
    this.#stretch = stretch;
    this.#forget();
    Object.assign(this.element.dataset, { scope: this.register.client ? "client" : "all" });
    this.element.setAttribute("aria-busy", "true");
    setTimeout(() => stretch === this.#stretch && this.element.getAttribute("aria-busy") && fill(this.element, skeleton()), SKELETON_MS);
    try {
      const [, client] = await Promise.all([stretch.load(), card]);
      if (stretch === this.#stretch) this.#begin(client);
    } catch (error) {
      if (stretch === this.#stretch) this.#fail(asProblem(error), () => this.load(card));
    }
  }

  /** Reads the newest again; what is new or changed takes its place and the selection stays. */
  async refresh() {
    if (this.element.getAttribute("aria-busy") || this.#loading) return;
    const stretch = this.#stretch;
    try {
      const added = await stretch.refresh();
      if (stretch !== this.#stretch) return;
      if (!this.scroll.isConnected) return stretch.items.length && this.#begin(this.register.card);
      if (added.length) announce(t("list.new", { count: added.length }));
      this.#settle();
    } catch {
      // The bar tells that the server cannot be reached; what is on the screen stays true.
    }
  }

  /** A newer version of a record that is in the list. @param {any} record */
  adopt(record) {
    if (record && this.#stretch.adopt(record)) this.#settle();
  }

  /** Shows what has become of records. @param {string[]} ids */
  async renew(ids) {
    const stretch = this.#stretch;
    ids.forEach((id) => this.touch(id));
    if (ids.length <= MOST_REREAD) await stretch.renew(ids);
    else await stretch.reread(ids);
    await stretch.refresh();
    if (stretch === this.#stretch) this.#settle();
  }

  /** A record that the person has just changed stays where it is until the list is loaded anew. @param {string} id */
  touch(id) {
    this.#stretch.touched.add(id);
  }

  /** @param {string} id @returns {any} */
  find(id) {
    return this.#stretch.items[this.#stretch.indexOf(id)];
  }

  /** The record under the cursor. */
  get current() {
    return this.#current === null ? undefined : this.find(this.#current);
  }

  /** The records picked for bulk, in the order in which they were picked. */
  get picked() {
    return [...this.#picked.values()];
  }

  /** How many records the filters mean, null if there are too many to count. */
  get count() {
    return this.#count;
  }

  /** Puts the cursor on a record. @param {any} record */
  mark(record) {
    this.#current = record.id;
    this.#anchor = record.id;
    this.#draw();
  }

  /** Brings a record into view, and loads what stands around it if need be. @param {string} id */
  async reveal(id) {
    if (this.#stretch.indexOf(id) < 0) await this.#stretch.around(id);
    if (!this.scroll.isConnected) fill(this.element, this.scroll);
    this.#lay();
    this.#bringIntoView(this.#stretch.indexOf(id), "center");
    this.#draw();
  }

  /** Marks the words of a search in the rows. @param {string[]} words folded */
  highlight(words) {
    this.#words = words;
    this.#draw();
  }

  focus() {
    const index = Math.max(0, this.#stretch.indexOf(this.#current));
    const record = this.#stretch.items[index];
    if (!record) return;
    this.#bringIntoView(index, "nearest");
    this.#draw(record.id);
    this.#rows.get(record.id)?.row.focus({ preventScroll: true });
  }

  /** Picks the record under the cursor, or no longer. */
  pickCurrent() {
    const record = this.current;
    if (!record) return;
    if (!this.#picked.delete(record.id)) this.#picked.set(record.id, record);
    this.#anchor = record.id;
    this.#picksChanged();
  }

  /** Picks all that is loaded. */
  pickAll() {
    this.#picked = new Map(this.#stretch.items.map((record) => [record.id, record]));
    this.#picksChanged();
  }

  pickNone() {
    if (this.#picked.size === 0) return;
    this.#picked.clear();
    this.#picksChanged();
  }

  #forget() {
    this.#current = null;
    this.#anchor = null;
    this.#count = null;
    this.#failed = false;
    this.#picked.clear();
    this.register.dispatchEvent(new Event("selection-changed"));
  }

  /** @param {any} client */
  #begin(client) {
    this.element.removeAttribute("aria-busy");
    if (this.#stretch.items.length === 0) {
      this.#counted(0);
      return fill(this.element, this.#empty(client));
    }
    fill(this.element, this.scroll);
    this.scroll.scrollTop = 0;
    this.#lay();
    this.#draw();
    this.#countAll();
  }

  /** @param {import("/addin/shared/problems.js").Problem} problem @param {() => void} retry */
  #fail(problem, retry) {
    this.element.removeAttribute("aria-busy");
    fill(this.element, problemNotice(problem, retry));
  }

  async #countAll() {
    const stretch = this.#stretch;
    if (stretch.atNewest && stretch.atOldest) return this.#counted(stretch.items.length);
    try {
      const { count, capped } = await this.register.api.get("/api/records/count", this.register.query, stretch.asking.signal);
      if (stretch === this.#stretch) this.#counted(capped ? null : count, count);
    } catch {
      // The list is as good without its number.
    }
  }

  /** @param {number | null} count @param {number} [least] */
  #counted(count, least = 0) {
    this.#count = count;
    this.#draw();
    const sentence = count === null ? t("list.count_more", { value: least }) : t("list.count", { count });
    this.register.dispatchEvent(new CustomEvent("counted", { detail: { sentence } }));
  }

  /** @param {any} client */
  #empty(client) {
    if (activeCount(this.register.place.filters)) {
      return notice("filter", t("list.empty_filtered"), t("list.empty_filtered_text"), h("button", { type: "button", class: "button primary", onclick: () => this.register.unfilter() }, t("filter.clear")));
    }
    if (client && !hasAddress(client)) return notice("mail", t("list.empty_title"), t("list.empty_no_address"));
    return notice("mail", t("list.empty_title"), t(client ? "list.empty_client" : "list.empty_all"));
  }

  /** Draws what changed, with what is at the top of the view where it was; a cursor whose record has left goes to the next. */
  #settle() {
    const keep = this.#holdStill();
    const at = this.#lastIndex;
    this.#lay();
    keep();
    for (const id of this.#picked.keys()) if (this.#stretch.indexOf(id) < 0 && this.#stretch.atNewest) this.#picked.delete(id);
    if (this.#stretch.items.length === 0) return this.#begin(this.register.card);
    const focused = this.grid.contains(document.activeElement);
    if (this.#current && this.#stretch.indexOf(this.#current) < 0 && this.#stretch.atNewest) {
      this.#choose(Math.min(at, this.#stretch.items.length - 1), false);
      if (focused) this.focus();
    }
    this.#draw();
    this.register.dispatchEvent(new Event("selection-changed"));
  }

  /** The row under the cursor when last drawn. */
  #lastIndex = 0;

  #lay() {
    const style = getComputedStyle(this.element);
    const days = new Map();
    const now = new Date();
    // Records of one hour share their period, and naming one is dear.
    const nameOf = (/** @type {any} */ record) => {
      const hour = record.occurred_at.slice(0, 13);
      if (!days.has(hour)) days.set(hour, period(new Date(record.occurred_at), now));
      return days.get(hour);
    };
    this.#layout = new Layout(this.#stretch.items, nameOf, pixels(style, "--row-height"), pixels(style, "--group-height"));
  }

  #measure() {
    if (!this.scroll.isConnected) return;
    if (pixels(getComputedStyle(this.element), "--row-height") !== this.#layout.row) {
      const keep = this.#holdStill();
      this.#lay();
      keep();
    }
    this.#draw();
  }

  /** Remembers the first record in view; the answer brings it back to its place. */
  #holdStill() {
    const top = this.scroll.scrollTop;
    const index = this.#layout.indexAt(top);
    const id = this.#drawnItems[index]?.id;
    const offset = this.#layout.topOf(index) - top;
    return () => {
      const now = this.#stretch.indexOf(id ?? null);
      if (top > 0 && now >= 0) this.scroll.scrollTop = this.#layout.topOf(now) - offset;
    };
  }

  /** @type {any[]} what the layout was made of */ #drawnItems = [];

  #drawSoon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  /** Puts the rows in view into the document, and takes the others out. @param {string | null} [keep] a record that is about to be focused */
  #draw(keep = null) {
    if (!this.scroll.isConnected) return;
    const { items } = this.#stretch;
    this.#drawnItems = items;
    const top = this.scroll.scrollTop;
    const from = Math.max(0, this.#layout.indexAt(top) - AHEAD);
    const to = Math.min(items.length, this.#layout.indexAt(top + this.scroll.clientHeight) + AHEAD + 1);
    const wanted = this.#wanted(from, to, keep);
    this.body.style.height = `${this.#layout.height}px`;
    this.grid.setAttribute("aria-rowcount", String(this.#rowCount()));
    this.grid.classList.toggle("picking", this.#picked.size > 0);
    this.#dropRows(wanted);
    this.#place(wanted);
    this.#writeFoot();
    this.#lastIndex = Math.max(0, this.#stretch.indexOf(this.#current));
    if (to > items.length - NEAR_THE_END && !this.#stretch.atOldest) this.#grow("older");
    else if (from < NEAR_THE_END && !this.#stretch.atNewest) this.#grow("newer");
  }

  /** The indexes to draw, in order. @param {number} from @param {number} to @param {string | null} keep */
  #wanted(from, to, keep) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.record ?? null;
    const more = [this.#current, focused, keep].map((id) => this.#stretch.indexOf(id)).filter((index) => index >= 0 && (index < from || index >= to));
    const range = Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
    return [...new Set([...range, ...more])].sort((a, b) => a - b);
  }

  /** @param {number[]} wanted */
  #dropRows(wanted) {
    const ids = new Set(wanted.map((index) => this.#stretch.items[index].id));
    for (const [id, { row }] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
  }

  /** @param {number[]} wanted */
  #place(wanted) {
    const now = new Date();
    const tick = Math.floor(now.getTime() / TICK_MS);
    const used = new Set();
    /** @type {Element | null} */ let after = null;
    let first = true;
    for (const index of wanted) {
      const group = /** @type {import("./layout.js").Group} */ (this.#layout.groupOf(index));
      const element = this.#group(group);
      if (!used.has(group.name)) {
        used.add(group.name);
        after = element.firstElementChild;
      }
      const row = this.#row(this.#stretch.items[index], now, tick);
      row.style.top = `${this.#layout.head + (index - group.from) * this.#layout.row}px`;
      row.setAttribute("aria-rowindex", String((this.#stretch.before ?? 0) + index + 2));
      this.#markRow(row, first && this.#current === null);
      if (after?.nextElementSibling !== row) after?.after(row);
      after = row;
      first = false;
    }
    for (const [name, element] of this.#groups) if (!used.has(name)) (element.remove(), this.#groups.delete(name));
    this.#orderGroups();
  }

  /** @param {import("./layout.js").Group} group */
  #group(group) {
    const known = this.#groups.get(group.name) ?? h("div", { role: "rowgroup", class: "period", "aria-label": group.name }, h("div", { class: "group", "aria-hidden": "true" }, group.name));
    this.#groups.set(group.name, known);
    known.style.top = `${group.top}px`;
    known.style.height = `${this.#layout.heightOf(group)}px`;
    if (!known.isConnected) this.body.append(known);
    return known;
  }

  /** Groups stand in the document in the order in which they lie. */
  #orderGroups() {
    const elements = this.#layout.groups.map((group) => this.#groups.get(group.name)).filter((element) => element !== undefined);
    elements.forEach((element, index) => {
      if (this.body.children[index] !== element) this.body.insertBefore(element, this.body.children[index]);
    });
  }

  /** @param {any} record @param {Date} now @param {number} tick */
  #row(record, now, tick) {
    const known = this.#rows.get(record.id) ?? { row: emptyRow(record.id), record: null, drawn: "" };
    const chosen = this.register.edits.pending(record.id);
    const drawn = JSON.stringify([tick, this.#words, chosen]);
    if (known.record !== record || known.drawn !== drawn) fillRow(known.row, withChoices(record, chosen, this.register.catalog), now, this.#words);
    this.#rows.set(record.id, Object.assign(known, { record, drawn }));
    return known.row;
  }

  /** @param {HTMLElement} row @param {boolean} entry whether Tab leads here, while the cursor is nowhere */
  #markRow(row, entry) {
    const id = row.dataset.record ?? "";
    const picked = this.#picked.has(id);
    row.setAttribute("aria-selected", String(this.#picked.size ? picked : id === this.#current));
    row.classList.toggle("current", id === this.#current);
    row.classList.toggle("picked", picked);
    row.tabIndex = entry || id === this.#current ? 0 : -1;
    const tick = /** @type {HTMLInputElement | null} */ (row.querySelector("input[type=checkbox]"));
    if (tick) tick.checked = picked;
  }

  #rowCount() {
    const { items, atOldest, before } = this.#stretch;
    if (atOldest && before !== null) return before + items.length + 1;
    return this.#count === null ? -1 : this.#count + 1;
  }

  #writeFoot() {
    const state = this.#failed ? "failed" : this.#stretch.atOldest ? "end" : "loading";
    if (this.foot.dataset.state === state) return;
    this.foot.dataset.state = state;
    if (state === "end") return fill(this.foot);
    if (state === "loading") return fill(this.foot, t("list.loading"));
    return fill(this.foot, t("list.more_failed"), h("button", { type: "button", class: "button small", onclick: () => this.#retry() }, t("action.retry")));
  }

  #retry() {
    this.#failed = false;
    this.#draw();
  }

  /** @param {"older" | "newer"} end */
  async #grow(end) {
    if (this.#loading || this.#failed) return;
    this.#loading = true;
    const stretch = this.#stretch;
    try {
      await stretch[end]();
    } catch {
      this.#failed = stretch === this.#stretch;
    }
    this.#loading = false;
    if (stretch !== this.#stretch) return;
    const keep = this.#holdStill();
    this.#lay();
    keep();
    this.#draw();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const row = /** @type {HTMLElement} */ (event.target).closest("[data-record]");
    const id = /** @type {HTMLElement | null} */ (row)?.dataset.record;
    const record = id && this.find(id);
    if (!record) return;
    const onTick = /** @type {HTMLElement} */ (event.target).closest(".cell-tick");
    if (event.shiftKey && this.#anchor) return this.#pickTo(this.#stretch.indexOf(id));
    if (onTick || event.ctrlKey || event.metaKey) return this.#pickOne(record);
    this.pickNone();
    this.register.select(record, true);
  }

  /** @param {any} record */
  #pickOne(record) {
    if (this.#picked.size === 0 && this.current && this.#current !== record.id) this.#picked.set(this.current.id, this.current);
    if (!this.#picked.delete(record.id)) this.#picked.set(record.id, record);
    this.#anchor = record.id;
    this.#current ??= record.id;
    this.#picksChanged();
  }

  /** @param {number} index */
  #pickTo(index) {
    const anchor = this.#stretch.indexOf(this.#anchor);
    if (anchor < 0 || index < 0) return;
    const range = this.#stretch.items.slice(Math.min(anchor, index), Math.max(anchor, index) + 1);
    this.#picked = new Map(range.map((record) => [record.id, record]));
    this.#picksChanged();
  }

  #picksChanged() {
    this.#draw();
    this.register.dispatchEvent(new Event("selection-changed"));
    announce(this.#picked.size ? t("bulk.count", { count: this.#picked.size }) : t("bulk.none"));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#stretch.indexOf(/** @type {HTMLElement} */ (event.target).dataset.record ?? null);
    // Else the window that opens would take the same key for its first button.
    if (event.key === "Enter" && at >= 0) return event.preventDefault(), this.#open(at);
    if (event.key === " " && at >= 0) return event.preventDefault(), this.pickCurrent();
    const page = Math.max(1, Math.floor(this.scroll.clientHeight / this.#layout.row) - 2);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, j: at + 1, k: at - 1, Home: 0, End: Infinity, PageDown: at + page, PageUp: at - page }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#move(to, event.shiftKey);
  }

  /** Shows the detail; where it stands beside the list anyway, the whole mail. @param {number} index */
  #open(index) {
    const record = this.#stretch.items[index];
    this.register.select(record, true);
    if (record.automatic && !record.restricted && !this.register.narrow) this.register.run("read", [record]);
  }

  /** @param {number} to @param {boolean} extend */
  async #move(to, extend) {
    if (!extend && ((to === Infinity && !this.#stretch.atOldest) || (to === 0 && !this.#stretch.atNewest))) await this.#jump(to === 0 ? "load" : "oldest");
    const index = Math.max(0, Math.min(to, this.#stretch.items.length - 1));
    const anchor = this.#anchor;
    this.#choose(index, false);
    if (extend) {
      this.#anchor = anchor;
      this.#pickTo(index);
    } else if (this.#picked.size) this.pickNone();
    this.focus();
  }

  /** To the very end of a list that is not loaded as far. @param {"load" | "oldest"} end */
  async #jump(end) {
    const stretch = this.#stretch;
    try {
      await stretch[end]();
    } catch {
      return;
    }
    if (stretch === this.#stretch) this.#lay();
  }

  /** @param {number} index @param {boolean} opened */
  #choose(index, opened) {
    const record = this.#stretch.items[index];
    if (record) this.register.select(record, opened);
  }

  /** @param {number} index @param {"nearest" | "center"} where */
  #bringIntoView(index, where) {
    if (index < 0) return;
    const top = this.#layout.topOf(index);
    const height = this.scroll.clientHeight - this.body.offsetTop;
    const at = this.scroll.scrollTop;
    if (where === "center") this.scroll.scrollTop = top - (height - this.#layout.row) / 2;
    else if (top - this.#layout.head < at) this.scroll.scrollTop = top - this.#layout.head;
    else if (top + this.#layout.row > at + height) this.scroll.scrollTop = top + this.#layout.row - height;
  }
}

/**
 * The record as the person wants it, while the server does not know it yet.
 * @param {any} record @param {import("/addin/shared/edits.js").Edit["chosen"]} chosen @param {any} catalog
 */
function withChoices(record, chosen, catalog) {
  const fields = /** @type {("reason" | "area")[]} */ (Object.keys(chosen));
  if (fields.length === 0) return record;
  const named = (/** @type {"reason" | "area"} */ field) => catalog[`${field}s`].find((/** @type {any} */ choice) => choice.id === chosen[field]) ?? null;
  return { ...record, ...Object.fromEntries(fields.map((field) => [field, named(field)])), waiting: fields };
}

/** @param {CSSStyleDeclaration} style @param {string} name */
function pixels(style, name) {
  return Number.parseFloat(style.getPropertyValue(name)) || 1;
}

function skeleton() {
  return h("div", { class: "skeleton", "aria-hidden": "true" }, Array.from({ length: 12 }, () => h("i")));
}
