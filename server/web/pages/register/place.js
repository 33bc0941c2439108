// @ts-check

/**
 * Where in the register the person is, as the address tells it. `record` is the chosen record, `q` the words of
 * the search; `filters` narrow the list; `tray` is "Por asignar" in place of the list.
 * @typedef {{client: string | null, tray: boolean, filters: Filters, q: string, record: string | null}} Place
 *
 * What narrows the list. Several of one kind mean any of them, different kinds combine; "0" means without reason
 * or area. Days are calendar days in Madrid, both included.
 * @typedef {{type: string[], reason: string[], area: string[], initiated_by: string[], person: string[],
 *            since: string, until: string, documents: boolean, unclassified: boolean, private: boolean, deleted: boolean}} Filters
 */

const ZONE = "Europe/Madrid";
const LISTS = /** @type {const} */ (["type", "reason", "area", "initiated_by", "person"]);
const DAYS = /** @type {const} */ (["since", "until"]);
const SWITCHES = /** @type {const} */ (["documents", "unclassified", "private", "deleted"]);

/** @returns {Filters} */
export function noFilters() {
  return {
    type: [], reason: [], area: [], initiated_by: [], person: [], since: "", until: "",
    documents: false, unclassified: false, private: false, deleted: false,
  };
}

/** How many kinds of filter narrow the list; the days count as one. @param {Filters} filters */
export function activeCount(filters) {
  const days = filters.since || filters.until ? 1 : 0;
  return days + LISTS.filter((name) => filters[name].length).length + SWITCHES.filter((name) => filters[name]).length;
}

/** @param {string} search the query of an address @returns {Place} */
export function readPlace(search) {
  const query = new URLSearchParams(search);
  const filters = noFilters();
  for (const name of LISTS) filters[name] = query.getAll(name).filter(Boolean);
  for (const name of DAYS) filters[name] = dayOrNothing(query.get(name));
  for (const name of SWITCHES) filters[name] = query.get(name) === "true";
  return { client: query.get("client") || null, tray: query.get("tray") === "true", filters, q: query.get("q") ?? "", record: query.get("record") };
}

/** The address of a place. @param {Place} place */
export function addressOf(place) {
  const query = new URLSearchParams();
  if (place.client) query.set("client", place.client);
  if (place.tray) query.set("tray", "true");
  for (const name of LISTS) for (const value of place.filters[name]) query.append(name, value);
  for (const name of DAYS) if (place.filters[name]) query.set(name, place.filters[name]);
  for (const name of SWITCHES) if (place.filters[name]) query.set(name, "true");
  if (place.q) query.set("q", place.q);
  if (place.record) query.set("record", place.record);
  return query.size ? `/?${query}` : "/";
}

/** What the API is asked for at this place, without page and size. @param {Place} place @returns {string[][]} */
export function apiFilters({ client, filters }) {
  /** @type {string[][]} */
  const pairs = client ? [["client", client]] : [];
  for (const name of LISTS) for (const value of filters[name]) pairs.push([name, value]);
  if (filters.since) pairs.push(["since", startOfDay(filters.since)]);
  if (filters.until) pairs.push(["until", startOfDay(shiftDay(filters.until, 1))]);
  for (const name of /** @type {const} */ (["documents", "unclassified", "private"])) if (filters[name]) pairs.push([name, "true"]);
  if (filters.deleted) pairs.push(["state", "deleted"]);
  return pairs;
}

/** The calendar day in Madrid as yyyy-mm-dd. @param {Date} date */
export function dayOf(date) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(date);
}

/** A day so many days later. @param {string} day @param {number} days */
export function shiftDay(day, days) {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** The instant at which a day begins in Madrid. @param {string} day */
function startOfDay(day) {
  const guess = new Date(`${day}T00:00:00Z`);
  const there = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, dateStyle: "short", timeStyle: "medium" }).format(guess);
  const ahead = Date.parse(`${there.replace(" ", "T")}Z`) - guess.getTime();
  return new Date(guess.getTime() - ahead).toISOString();
}

/** @param {string | null} text */
function dayOrNothing(text) {
  return text && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : "";
}
