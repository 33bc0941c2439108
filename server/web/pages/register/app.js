// @ts-check
import { Api } from "/addin/shared/api.js";
import { fill } from "/addin/shared/dom.js";
import { Edits } from "/addin/shared/edits.js";
import { languageFor, useLanguage } from "/addin/shared/i18n.js";
import { asProblem } from "/addin/shared/problems.js";
import { Bar } from "./bar.js";
import { showClient } from "./client.js";
import { Detail } from "./detail.js";
import { RecordList } from "./list.js";
import { problemNotice } from "/shared/notices.js";

const REFRESH_MS = 3000;

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The register of one client, or the latest of all; which one, and the chosen record, stand in the address. */
class Register {
  /** @type {any} */ catalog = null;
  /** @type {string | null} */ client = null;
  /** @type {string | null} */ record = null;
  #turn = 0;

  constructor() {
    this.api = new Api(async () => ({}));
    this.edits = new Edits(this.api);
    this.bar = new Bar(part("bar"), this);
    this.list = new RecordList(part("list"), this);
    this.detail = new Detail(part("detail"), this);
    this.edits.addEventListener("change", (event) => this.list.adopt(this.edits.find(/** @type {CustomEvent} */ (event).detail)));
  }

  async start() {
    const place = new URLSearchParams(location.search);
    this.bar.beat();
    try {
      this.catalog = await this.api.catalog();
    } catch (error) {
      return fill(part("list"), problemNotice(asProblem(error), () => location.reload()));
    }
    await this.open(place.get("client"), place.get("record"));
    setInterval(() => document.hidden || this.#refresh(), REFRESH_MS);
    document.addEventListener("visibilitychange", () => document.hidden || this.#refresh());
  }

  /** Turns to a client, or to everybody with null. @param {string | null} client @param {string | null} [record] */
  async open(client, record = null) {
    this.#turn += 1;
    const turn = this.#turn;
    this.client = client;
    this.#remember(record);
    this.detail.clear();
    const card = showClient(part("client"), this, client, () => turn === this.#turn);
    await this.list.load(card);
    if (record && turn === this.#turn) await this.#restore(record);
  }

  /** Shows a record; `opened` where the person wants to read it, which covers the list on a narrow screen. @param {any} record @param {boolean} opened */
  select(record, opened) {
    this.#remember(record.id);
    this.list.mark(record.id);
    this.detail.show(record, opened);
  }

  /** Puts the detail away and goes back to the list. */
  close() {
    this.detail.close();
    this.list.focus();
  }

  /** @param {string} id */
  async #restore(id) {
    try {
      const record = this.list.find(id) ?? (await this.api.record(id));
      this.select(record, true);
      this.list.reveal(id);
    } catch (error) {
      this.detail.fail(asProblem(error));
    }
  }

  async #refresh() {
    this.bar.beat();
    await this.list.refresh();
    const record = this.record && this.list.find(this.record);
    if (record) this.detail.renew(record);
  }

  /** @param {string | null} record */
  #remember(record) {
    this.record = record;
    const query = new URLSearchParams();
    if (this.client) query.set("client", this.client);
    if (record) query.set("record", record);
    history.replaceState(null, "", query.size ? `/?${query}` : "/");
  }
}

await useLanguage(languageFor(navigator.language));
await new Register().start();
