// @ts-check
import { Api } from "/addin/shared/api.js";
import { fill } from "/addin/shared/dom.js";
import { Edits } from "/addin/shared/edits.js";
import { languageFor, useLanguage } from "/addin/shared/i18n.js";
import { bringIcons } from "/addin/shared/icons.js";
import { asProblem } from "/addin/shared/problems.js";
import { problemNotice } from "/shared/notices.js";
import { Bar } from "./bar.js";
import { BulkBar } from "./bulk.js";
import { classify, deleteMany } from "./classify.js";
import { showClient } from "./client.js";
import { Commands } from "./commands.js";
import { Detail } from "./detail.js";
import { FilterBar } from "./filters.js";
import { Finder } from "./finder.js";
import { Keys } from "./keys.js";
import { RecordList } from "./list.js";
import { addressOf, apiFilters, noFilters, readPlace } from "./place.js";
import { Toast } from "./toast.js";
import { Tray } from "./tray.js";
import { saveWorkbook } from "./workbook.js";

const REFRESH_MS = 3000;
const CATALOG_MS = 60_000;
const NARROW = matchMedia("(max-width: 900px)");

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * The register of one client, or the latest of all; which one, its filters and the chosen record stand in the address.
 *
 * Dispatches "place-changed" after turning to another list, "counted" with `{sentence}` as detail when it is known how
 * many records that list has, "selection-changed", and "records-changed" with `{ids}` after something was done to records.
 */
export class Register extends EventTarget {
  /** What the server answered to /api/catalog: types, reasons, areas. @type {any} */ catalog = null;
  /** What the server answered to /api/me, renewed every few seconds: who is signed in and what they can. @type {any} */ me = null;
  /** The card of the client in view, null for all clients. @type {any} */ card = null;
  /** @type {import("./place.js").Place} */ place = readPlace(location.search);
  /**
   * What can be done to records, by name; a part of the page puts its own here and `run` finds it.
   * @type {Record<string, (records: any[], values: any) => any>}
   */
  actions = {
    classify: (records, values) => classify(this, records, values),
    delete: (records) => deleteMany(this, records),
    excel: () => saveWorkbook(this),
  };
  #catalogAt = 0;
  #turn = 0;
  #leaving = false;

  constructor() {
    super();
    this.api = new Api(async () => ({}));
    this.edits = new Edits(this.api);
    this.toast = new Toast(part("toast"));
    this.bar = new Bar(part("bar"), this);
    this.commands = new Commands(part("commands"), this);
    this.filters = new FilterBar(part("filters"), this);
    this.finder = new Finder(part("finder"), this);
    this.bulk = new BulkBar(part("bulk"), this);
    this.list = new RecordList(part("list"), this);
    this.detail = new Detail(part("detail"), this);
    this.tray = new Tray(part("tray"), this);
    this.keys = new Keys(this);
    this.edits.addEventListener("change", (event) => this.list.adopt(this.edits.find(/** @type {CustomEvent} */ (event).detail)));
    addEventListener("popstate", () => this.#travel());
  }

  async start() {
    const beat = this.bar.beat();
    try {
      await this.#readCatalog();
    } catch (error) {
      return fill(part("list"), problemNotice(asProblem(error), () => location.reload()));
    }
    this.#write(false);
    await Promise.all([this.#load(), beat.then(() => this.tray.count())]);
    setInterval(() => document.hidden || this.refresh(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
  }

  /** The client in view; null for all. */
  get client() {
    return this.place.client;
  }

  /** The id of the record under the cursor. */
  get record() {
    return this.place.record;
  }

  /** Whether the detail lies on the list. */
  get narrow() {
    return NARROW.matches;
  }

  /** The records that an action is about: those picked for bulk, else the one under the cursor. @returns {any[]} */
  get selection() {
    return this.list.picked.length ? this.list.picked : this.list.current ? [this.list.current] : [];
  }

  /** The filters of the list as the API takes them, with the client. @returns {string[][]} */
  get query() {
    return apiFilters(this.place);
  }

  /** Turns to a client, or to everybody with null. @param {string | null} client @param {string | null} [record] */
  open(client, record = null) {
    return this.go({ client, record, tray: false });
  }

  /** Turns to another list; the browser's way back leads here. @param {Partial<import("./place.js").Place>} changes */
  go(changes) {
    this.place = { ...this.place, record: null, ...changes };
    this.#write(true);
    return this.#load();
  }

  /** @param {Partial<import("./place.js").Filters>} changes */
  filter(changes) {
    return this.go({ filters: { ...this.place.filters, ...changes } });
  }

  unfilter() {
    return this.go({ filters: noFilters() });
  }

  /** The words of the search stand in the address, and going back does not stop at every letter. @param {string} q */
  rememberWords(q) {
    this.place = { ...this.place, q };
    this.#write(false);
  }

  /** Shows a record; `opened` where the person wants to read it, which covers the list on a narrow screen. @param {any} record @param {boolean} opened */
  select(record, opened) {
    const covers = opened && this.narrow && !history.state?.covers;
    this.place = { ...this.place, record: record.id };
    this.#write(covers, covers || history.state?.covers);
    this.list.mark(record);
    this.detail.show(record, opened);
    this.dispatchEvent(new Event("selection-changed"));
  }

  /** Puts the detail away and goes back to the list. */
  close() {
    if (this.#leaving) return;
    this.#leaving = history.state?.covers === true;
    if (this.#leaving) return history.back();
    this.detail.close();
    this.list.focus();
  }

  /**
   * Does an action by its name: new, edit, delete, move, classify, reply, message, task, excel.
   * @param {string} action @param {any[]} [records] the selection unless told @param {any} [values] e.g. `{reason: 3}` to classify
   */
  run(action, records = this.selection, values = {}) {
    if (action !== "new" && action !== "excel" && records.length === 0) return undefined;
    return this.actions[action]?.(records, values);
  }

  /** What the server says of the person who is signed in. @param {any} me */
  meet(me) {
    const known = this.me !== null;
    this.me = me;
    if (!known) this.dispatchEvent(new Event("met"));
  }

  /** Shows what has become of records; those that are gone leave the list. @param {string[]} ids */
  async changed(ids) {
    await this.list.renew(ids);
    this.#showCurrent();
    this.dispatchEvent(new CustomEvent("records-changed", { detail: { ids } }));
  }

  async #load() {
    this.#turn += 1;
    const turn = this.#turn;
    const { client, record, tray } = this.place;
    document.body.classList.toggle("in-tray", tray);
    this.card = null;
    this.detail.clear();
    const card = showClient(part("client"), this, tray ? null : client, () => turn === this.#turn);
    card.then((known) => turn === this.#turn && (this.card = known));
    this.dispatchEvent(new Event("place-changed"));
    if (tray) return this.tray.load();
    await this.list.load(card);
    if (record && turn === this.#turn) await this.#restore(record);
  }

  /** @param {string} id */
  async #restore(id) {
    try {
      const record = this.list.find(id) ?? (await this.api.record(id));
      await this.list.reveal(id);
      this.select(record, true);
    } catch (error) {
      this.detail.fail(asProblem(error));
    }
  }

  /** Asks again for what may have changed; the person is not disturbed. */
  async refresh() {
    this.bar.beat();
    if (Date.now() - this.#catalogAt > CATALOG_MS) this.#readCatalog().catch(asProblem);
    if (this.place.tray) return this.tray.refresh();
    await this.list.refresh();
    this.#showCurrent();
  }

  /** Administrators may change the reasons and areas at any time. */
  async #readCatalog() {
    this.#catalogAt = Date.now();
    this.catalog = await this.api.catalog();
  }

  #showCurrent() {
    const record = this.record && this.list.find(this.record);
    if (record) this.detail.renew(record);
  }

  /** The browser went back or forth. Where only the record differs, the list stays. */
  #travel() {
    const before = this.place;
    this.#leaving = false;
    this.place = readPlace(location.search);
    if (addressOf({ ...before, record: null }) !== addressOf({ ...this.place, record: null })) return this.#load();
    if (history.state?.covers) return undefined;
    this.place.record = before.record;
    this.#write(false);
    this.detail.close();
    return this.list.focus();
  }

  /** @param {boolean} push whether the browser's way back stops here @param {boolean} [covers] whether the detail lies on the list */
  #write(push, covers = false) {
    history[push ? "pushState" : "replaceState"](covers ? { covers } : null, "", addressOf(this.place));
  }
}

await Promise.all([useLanguage(languageFor(navigator.language), "/register/i18n"), bringIcons()]);
await new Register().start();
