// @ts-check

const FIRST = 100;
const PAGE = 200;
const BESIDE = 100;
const FRESH = 50;
const MOST = 4000;

/**
 * The stretch of a list that is loaded, newest first: begins as its first page, grows at both ends as far as
 * somebody scrolls, and lets go of what is far away, so that a list of any length costs the same.
 */
export class Stretch {
  /** @type {any[]} */ items = [];
  /** Whether nothing newer is left to load. */ atNewest = true;
  /** Whether nothing older is left to load. */ atOldest = true;
  /** Where the API goes on after the last one, where that is known. @type {string | null} */ #cursor = null;
  /** How many records stand before the first one; null where it was not counted. @type {number | null} */ before = 0;
  /** Records that this person has just changed stay in view, though the filters no longer mean them. @type {Set<string>} */ touched = new Set();

  /** @param {import("/addin/shared/api.js").Api} api @param {string[][]} query */
  constructor(api, query) {
    this.api = api;
    this.query = query;
    this.asking = new AbortController();
  }

  /** Stops whatever is being loaded; what comes later is thrown away. */
  abandon() {
    this.asking.abort();
  }

  /** Loads the newest. */
  async load() {
    const page = await this.#ask("/api/records", { limit: FIRST });
    this.#begin(page, true, !page.next);
  }

  /** Loads what stands around a record, wherever it is. Its place in the whole list is not known then. @param {string} id */
  async around(id) {
    const page = await this.#ask("/api/records/around", { id, before: BESIDE, after: BESIDE });
    this.#begin(page, !page.previous, !page.next);
  }

  /** Loads the oldest. */
  async oldest() {
    const page = await this.#ask("/api/records", { end: "oldest", limit: PAGE });
    this.#begin(page, !page.previous, true);
  }

  /** Adds a page of older records. */
  async older() {
    const page = this.#cursor
      ? await this.#ask("/api/records", { cursor: this.#cursor, limit: PAGE })
      : await this.#beside(() => this.items[this.items.length - 1], { before: 0, after: BESIDE });
    const known = this.#ids();
    this.items = [...this.items, ...page.items.filter((/** @type {any} */ item) => !known.has(item.id))];
    this.atOldest = !page.next;
    this.#cursor = page.next;
    if (this.items.length > MOST) this.#drop(this.items.length - MOST);
  }

  /** Adds a page of newer records. */
  async newer() {
    const page = await this.#beside(() => this.items[0], { before: BESIDE, after: 0 });
    const known = this.#ids();
    const fresh = page.items.filter((/** @type {any} */ item) => !known.has(item.id));
    this.items = [...fresh, ...this.items];
    this.atNewest = !page.previous;
    if (this.before !== null) this.before = Math.max(0, this.before - fresh.length);
    if (this.atNewest) this.before = 0;
    if (this.items.length > MOST) this.#dropOlder();
  }

  /** Reads the newest again, and answers those that were not there. */
  async refresh() {
    if (!this.atNewest) return [];
    const page = await this.#ask("/api/records", { limit: FRESH });
    const known = new Map(this.items.map((item) => [item.id, item]));
    const added = page.items.filter((/** @type {any} */ item) => !known.has(item.id));
    this.items = this.#merged({ ...page, items: page.items.map((/** @type {any} */ item) => unlessEqual(item, known.get(item.id))) });
    if (!page.next) this.atOldest = true;
    return added;
  }

  /** Reads single records again; who is gone leaves. @param {string[]} ids */
  async renew(ids) {
    const answers = await Promise.all(ids.map((id) => this.#reread(id)));
    answers.forEach((record, index) => (record ? this.adopt(record) : this.remove(ids[index])));
  }

  /** Reads all of the stretch again, so far as it reached. @param {string[]} ids of records that may be gone */
  async reread(ids) {
    const gone = new Set(ids);
    const length = this.items.length;
    const anchor = this.items.find((item) => !gone.has(item.id));
    if (!this.atNewest && anchor) return this.around(anchor.id);
    let page = await this.#ask("/api/records", { limit: PAGE });
    let { items } = page;
    while (items.length < length && page.next) {
      page = await this.#ask("/api/records", { cursor: page.next, limit: PAGE });
      items = [...items, ...page.items];
    }
    return this.#begin({ items, next: page.next }, true, !page.next);
  }

  /** A newer version of a record that is here. @param {any} record @returns {boolean} whether it was taken */
  adopt(record) {
    const index = this.items.findIndex((item) => item.id === record.id);
    if (index < 0 || this.items[index].version > record.version) return false;
    this.items[index] = unlessEqual(record, this.items[index]);
    return true;
  }

  /** Whether the list is about its client; a record may have moved to another one. @param {any} record */
  #isOurs(record) {
    return this.query.every(([name, value]) => name !== "client" || value === record.client.code);
  }

  /** @param {string} id */
  remove(id) {
    this.items = this.items.filter((item) => item.id !== id);
  }

  /** @param {string | null} id */
  indexOf(id) {
    return id === null ? -1 : this.items.findIndex((item) => item.id === id);
  }

  /** @param {{items: any[], next: string | null}} page @param {boolean} atNewest @param {boolean} atOldest */
  #begin(page, atNewest, atOldest) {
    Object.assign(this, { items: page.items, atNewest, atOldest, before: atNewest ? 0 : null });
    this.#cursor = page.next;
  }

  /**
   * The fresh first page in front of the older rows. Within the time that the page spans it alone is right, so a
   * record deleted meanwhile goes.
   * @param {{items: any[], next: string | null}} page
   */
  #merged(page) {
    const fresh = new Set(page.items.map((item) => item.id));
    const oldest = page.next ? page.items[page.items.length - 1].occurred_at : "";
    const kept = this.items.filter((item) => !fresh.has(item.id) && (item.occurred_at <= oldest || this.touched.has(item.id)));
    const late = kept.filter((item) => item.occurred_at > oldest);
    if (late.length === 0) return [...page.items, ...kept];
    return [...page.items, ...kept].sort((a, b) => (a.occurred_at === b.occurred_at ? (a.id < b.id ? 1 : -1) : a.occurred_at < b.occurred_at ? 1 : -1));
  }

  /** Lets go of the newest. @param {number} count */
  #drop(count) {
    this.items = this.items.slice(count);
    this.atNewest = false;
    if (this.before !== null) this.before += count;
  }

  #dropOlder() {
    this.items = this.items.slice(0, MOST);
    this.atOldest = false;
    this.#cursor = null;
  }

  #ids() {
    return new Set(this.items.map((item) => item.id));
  }

  /** @param {string} id */
  async #reread(id) {
    try {
      const record = await this.api.record(id, this.asking.signal);
      return record.state === "filed" && this.#isOurs(record) ? record : null;
    } catch (error) {
      if (/** @type {any} */ (error).code === "not_found") return null;
      return this.items.find((item) => item.id === id) ?? null;
    }
  }

  /** A page beside a record at an end; one that has been deleted meanwhile gives its place to the next. @param {() => any} end @param {Record<string, number>} size */
  async #beside(end, size) {
    for (;;) {
      const { id } = end();
      try {
        return await this.#ask("/api/records/around", { id, ...size });
      } catch (error) {
        if (/** @type {any} */ (error).code !== "not_found" || this.items.length < 2) throw error;
        this.remove(id);
      }
    }
  }

  /** @param {string} path @param {Record<string, any>} more */
  async #ask(path, more) {
    const pairs = Object.entries(more).map(([name, value]) => [name, String(value)]);
    const page = await this.api.get(path, [...this.query, ...pairs], this.asking.signal);
    if (this.asking.signal.aborted) throw new DOMException("the person has turned to another list", "AbortError");
    return page;
  }
}

/** The known object where nothing differs, so that what shows it need not be drawn again. @param {any} item @param {any} known */
function unlessEqual(item, known) {
  return known && JSON.stringify(known) === JSON.stringify(item) ? known : item;
}
