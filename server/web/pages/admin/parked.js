// @ts-check
import { h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { actionButton, number, panel, remedy, row, table, when } from "./parts.js";

/** What was set aside, why, and trying it again. @param {any} parked @param {Set<string>} pending @param {Date} now */
export function parkedPanel({ items, next }, pending, now) {
  if (items.length === 0) return panel("parked", t("parked.title"), null, h("p", { class: "quiet empty" }, t("parked.none")));
  const columns = [t("parked.column.account"), t("parked.column.kind"), t("parked.column.since"), t("parked.column.attempts"), t("parked.column.reason"), t("parked.column.action")];
  return panel("parked", t("parked.title"), actionButton("retry", "all", t("parked.retry_all"), { pending, sign: "arrow-sync" }),
    table(t("parked.title"), columns, items.map((/** @type {any} */ item) => parkedRow(item, columns, pending, now)), "parked"),
    next && h("p", { class: "more" }, h("button", { type: "button", class: "button subtle", dataset: { action: "more-parked", id: "", key: "more" } }, t("table.more"))));
}

/** @param {any} item @param {string[]} columns @param {Set<string>} pending @param {Date} now */
function parkedRow(item, columns, pending, now) {
  const kind = t(`kind.${item.kind}`);
  return row(item.id, columns, [
    item.address, kind, when(item.since, now), number(item.attempts), remedy(item.complaint),
    actionButton("retry", item.id, t("action.retry"), { pending, name: t("parked.retry_one", { kind, address: item.address }) }),
  ]);
}
