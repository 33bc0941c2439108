// @ts-check
import { t } from "/addin/shared/i18n.js";
import { dayOf, shiftDay } from "./place.js";

/** @typedef {{name: string, since: string, until: string}} Preset days, both included */

/** The stretches of time that people ask for, as of now in Madrid. @param {Date} now @returns {Preset[]} */
export function presets(now) {
  const today = dayOf(now);
  const [year, month] = today.split("-").map(Number);
  const quarter = Math.floor((month - 1) / 3);
  return [
    preset("today", today, today),
    preset("yesterday", shiftDay(today, -1), shiftDay(today, -1)),
    preset("week", shiftDay(today, -6), today),
    preset("days30", shiftDay(today, -29), today),
    preset("month", ...months(year, month, 1)),
    preset("last_month", ...months(year, month - 1, 1)),
    preset("quarter", ...months(year, quarter * 3 + 1, 3)),
    preset("last_quarter", ...months(year, quarter * 3 - 2, 3)),
    preset("year", ...months(year, 1, 12)),
    preset("last_year", ...months(year - 1, 1, 12)),
  ];
}

/** How to call these days: by the name of a preset, else by the dates. @param {string} since @param {string} until @param {Date} now */
export function presetOf(since, until, now) {
  const known = presets(now).find((preset) => preset.since === since && preset.until === until);
  if (known) return known.name;
  if (since && until) return t("days.between", { since: short(since), until: short(until) });
  return since ? t("days.since", { since: short(since) }) : t("days.until", { until: short(until) });
}

/** @param {string} key @param {string} since @param {string} until @returns {Preset} */
function preset(key, since, until) {
  return { name: t(`days.preset.${key}`), since, until };
}

/** So many months from one on; a month below 1 lies in the year before. @param {number} year @param {number} month @param {number} count @returns {[string, string]} */
function months(year, month, count) {
  const day = (/** @type {number} */ index, /** @type {number} */ date) => new Date(Date.UTC(year, index, date)).toISOString().slice(0, 10);
  return [day(month - 1, 1), day(month - 1 + count, 0)];
}

/** @param {string} day */
function short(day) {
  const [year, month, date] = day.split("-");
  return `${date}/${month}/${year}`;
}
