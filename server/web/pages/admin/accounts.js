// @ts-check
import { relativeDate } from "/addin/shared/dates.js";
import { h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { censusBlock, censusStatus } from "./census.js";
import { actionButton, day, number, panel, remedy, row, status, table, when, wideRow } from "./parts.js";

const FRESH_MS = 21 * 60 * 1000;

/**
 * @typedef {{open: Set<number>, pending: Set<string>, censuses: Map<number, any>, allDays: Set<number>}} View
 */

/** Every account, how it stands, and more of it on request. @param {any[]} accounts @param {View} view @param {Date} now */
export function accountsPanel(accounts, view, now) {
  if (accounts.length === 0) return panel("accounts", t("accounts.title"), null, h("p", { class: "quiet empty" }, t("accounts.none")));
  const columns = ["account", "fresh", "subscription", "backfill", "census"].map((column) => t(`accounts.column.${column}`));
  return panel("accounts", t("accounts.title"), null,
    table(t("accounts.title"), columns, accounts.map((account) => accountRows(account, columns, view, now)), "accounts"));
}

/** @param {any} account @param {string[]} columns @param {View} view @param {Date} now */
function accountRows(account, columns, view, now) {
  const open = view.open.has(account.id);
  const rows = [row(account.id, columns, [
    heading(account, open), freshness(account, now), subscription(account, now), backfill(account, view.pending), censusStatus(account, now),
  ], open ? "open" : "")];
  if (account.state === "paused" && account.complaint) rows.push(wideRow(`${account.id}-paused`, columns.length, h("p", { class: "note bad" }, icon("error-circle"), remedy(account.complaint))));
  if (open) rows.push(wideRow(`${account.id}-detail`, columns.length, detail(account, view, now)));
  return rows;
}

/** @param {any} account @param {boolean} open */
function heading(account, open) {
  const key = `toggle:${account.id}`;
  return h("button", { type: "button", class: "toggle", "aria-expanded": String(open), "aria-controls": open ? `account-${account.id}` : null, dataset: { action: "toggle", id: String(account.id), key } },
    icon("chevron-down"), h("span", { class: "who" }, h("span", { class: "address" }, account.address),
      h("span", { class: "quiet" }, account.visibility === "private" && icon("lock-closed"), t(`visibility.${account.visibility}`), account.name && account.name !== account.address ? ` · ${account.name}` : "")));
}

/** @param {any} account @param {Date} now */
function freshness({ state, synced_at: synced }, now) {
  if (state === "paused") return status("bad", t("fresh.paused"));
  if (!synced) return status("idle", t("fresh.never"));
  const age = now.getTime() - new Date(synced).getTime();
  return status(age > FRESH_MS ? "stale" : "good", t(age > FRESH_MS ? "fresh.behind" : "fresh.good"), " · ", when(synced, now));
}

/** @param {any} account @param {Date} now */
function subscription({ subscription: promise }, now) {
  if (!promise) return status("idle", t("subscription.none"));
  if (new Date(promise.granted_until) <= now) return status("stale", t("subscription.ended"));
  return status("good", t("subscription.until"), " ", day(promise.granted_until));
}

/** @param {any} account @param {Set<string>} pending */
function backfill({ id, address, backfill: walk }, pending) {
  if (walk.state === "done") return status("good", t("backfill.done"));
  const share = Math.floor(walk.share * 100);
  const stopped = walk.state === "stopped";
  const [action, words, name] = stopped ? ["resume", t("backfill.resume"), t("backfill.resume_of", { address })] : ["stop", t("backfill.stop"), t("backfill.stop_of", { address })];
  return h("span", { class: "walk" },
    h("span", { class: "walk-line" }, t(`backfill.${walk.state}`, { share: `${share} %` }), actionButton(action, id, words, { pending, name })),
    h("progress", { max: 100, value: share, "aria-label": t("backfill.name", { address }) }),
    walk.items > 0 && h("span", { class: "quiet" }, t("backfill.items", { done: walk.items_read, total: walk.items })));
}

/** @param {any} account @param {View} view @param {Date} now */
function detail(account, view, now) {
  return h("div", { class: "detail", id: `account-${account.id}` },
    h("dl", { class: "facts" }, facts(account, now).map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, ...[value].flat())))),
    censusBlock(account, view.censuses.get(account.id), view, now));
}

/** @param {any} account @param {Date} now @returns {[string, any][]} */
function facts(account, now) {
  const { subscription: promise, backfill: walk } = account;
  /** @type {[string, any][]} */
  const known = [
    [t("fact.since"), day(account.since)],
    [t("fact.synced"), when(account.synced_at, now)],
    [t("fact.heard"), promise ? when(promise.heard_at, now) : "–"],
    [t("fact.waiting"), waiting(account, now)],
    [t("fact.working"), account.worked_on_until ? t("fact.working_now") : t("fact.working_nobody")],
  ];
  const obstacle = account.last_error ?? walk.complaint;
  if (obstacle && account.state !== "paused") known.push([t("fact.error"), remedy(obstacle)]);
  return known;
}

/** @param {any} account @param {Date} now */
function waiting(account, now) {
  if (account.waiting.length === 0) return t("fact.waiting_nothing");
  return h("ul", null, account.waiting.map((/** @type {any} */ work) => h("li", null,
    t(`kind.${work.kind}`), work.items > 1 && ` × ${number(work.items)}`,
    work.due === 0 && ` · ${t("fact.next", { when: relativeDate(new Date(work.next_due_at), now) })}`,
    work.failed > 0 && ` · ${t("fact.failed", { count: work.failed })}`)));
}
