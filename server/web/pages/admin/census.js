// @ts-check
import { h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { actionButton, number, plainDay, row, status, table, when } from "./parts.js";

const COLUMNS = /** @type {const} */ (["in_mailbox", "filed", "unassigned", "internal", "excluded", "different"]);

/** How the last census of an account came out, in a few words. @param {any} account @param {Date} now */
export function censusStatus({ census, census_waiting: under_way }, now) {
  if (under_way) return status("idle", t("census.under_way"));
  if (!census) return status("idle", t("census.none"));
  if (census.missing) return status("bad", t("census.missing", { count: census.missing }));
  return status("good", t("census.equal"), " · ", when(census.finished_at, now));
}

/**
 * The balance day by day, what does not stand where it should, and the two things to do.
 * @param {any} account @param {any} census undefined until it has been read
 * @param {{pending: Set<string>, allDays: Set<number>}} view @param {Date} now
 */
export function censusBlock(account, census, view, now) {
  const { pending } = view;
  const missing = account.census?.missing ?? 0;
  return h("section", { class: "census", "aria-label": t("census.of", { address: account.address }) },
    h("header", null, h("h3", null, t("census.title")),
      h("span", { class: "actions" },
        missing > 0 && actionButton("repair", account.id, t("census.repair"), { pending, sign: "settings", primary: true, name: t("census.repair_of", { address: account.address }) }),
        actionButton("census", account.id, t("census.take"), { pending, sign: "arrow-sync", name: t("census.take_of", { address: account.address }) }))),
    census?.waiting && h("p", { class: "note" }, icon("arrow-sync"), t("census.under_way_text")),
    census ? balance(account, census, view, now) : h("p", { class: "quiet" }, t("table.loading")));
}

/** @param {any} account @param {any} census @param {{allDays: Set<number>}} view @param {Date} now */
function balance(account, census, view, now) {
  if (!census.finished_at) return h("p", { class: "quiet" }, t("census.none_text"));
  const showAll = view.allDays.has(account.id);
  const odd = census.days.filter((/** @type {any} */ day) => day.different);
  const shown = showAll ? census.days : odd;
  const columns = [t("census.column.day"), ...COLUMNS.map((column) => t(`census.column.${column}`))];
  const rows = [...shown.map((/** @type {any} */ day) => dayRow(day, columns)), totalRow(census.days, columns)];
  return [
    h("p", { class: "quiet" }, t("census.taken"), " ", when(census.finished_at, now), ". ", t("census.rule")),
    table(t("census.of", { address: account.address }), columns, rows, "days"),
    census.days.length > odd.length && h("button", { type: "button", class: "button subtle small", "aria-pressed": String(showAll), dataset: { action: "days", id: String(account.id), key: "days" } },
      showAll ? t("census.odd_days") : t("census.all_days", { count: census.days.length })),
    census.differences.length > 0 && differences(account, census, now),
  ];
}

/** @param {any} day @param {string[]} columns */
function dayRow(day, columns) {
  return row(day.day, columns, [plainDay(day.day), ...numbers(day)], day.open ? "different" : "");
}

/** @param {any[]} days @param {string[]} columns */
function totalRow(days, columns) {
  const total = Object.fromEntries([...COLUMNS, "open"].map((column) => [column, days.reduce((sum, day) => sum + day[column], 0)]));
  return row("total", columns, [t("census.total"), ...numbers(total)], "total");
}

/** @param {any} day */
function numbers(day) {
  return COLUMNS.map((column) => column === "different" && day.different ? differentCell(day) : number(day[column]));
}

/** @param {any} day */
function differentCell({ different, open }) {
  if (open) return h("strong", { class: "odd" }, icon("warning"), number(open));
  return h("span", { class: "healed" }, t("census.healed", { count: different }));
}

/** @param {any} account @param {any} census @param {Date} now */
function differences(account, { differences: found, next }, now) {
  const columns = [t("difference.column.received"), t("difference.column.folder"), t("difference.column.reason")];
  return h("div", { class: "differences" }, h("h4", null, t("difference.title")),
    table(t("difference.title"), columns, found.map((/** @type {any} */ mail, /** @type {number} */ index) =>
      row(`${mail.received_at}-${index}`, columns, [when(mail.received_at, now), mail.folder ?? t("difference.private"), t(`difference.reason.${mail.reason}`)]))),
    next && h("button", { type: "button", class: "button subtle small", dataset: { action: "more-differences", id: String(account.id), key: "more" } }, t("table.more")));
}
