// @ts-check
import { language, t } from "./i18n.js";
import { h } from "./dom.js";

const ZONE = "Europe/Madrid";
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A date as people say it: "hace 12 s", "hoy 10:42", "ayer 17:40", "3 abr", "3 abr 2025".
 * @param {Date} date
 * @param {Date} now
 */
export function relativeDate(date, now) {
  const age = Math.round((now.getTime() - date.getTime()) / 1000);
  if (age >= 0 && age < HOUR) return ago(age);
  const days = daysBetween(date, now);
  if (days === 0) return t("date.today", { time: clockTime(date) });
  if (days === 1) return t("date.yesterday", { time: clockTime(date) });
  return calendarDate(date, now);
}

/**
 * A date in a list whose headings tell the period: "hace 12 s", "hoy 10:42", "ayer 17:40", "3 abr 09:15".
 * @param {Date} date
 * @param {Date} now
 */
export function listDate(date, now) {
  const age = now.getTime() - date.getTime();
  if ((age >= 0 && age < HOUR * 1000) || Math.abs(daysBetween(date, now)) < 2) return relativeDate(date, now);
  return `${shortDay(date)} ${clockTime(date)}`;
}

/** The day and month of a date: "3 abr". @param {Date} date */
function shortDay(date) {
  return format(date, { day: "numeric", month: "short" }).replace(".", "");
}

/**
 * How long ago, in the largest whole unit.
 * @param {number} seconds
 */
export function ago(seconds) {
  return t("date.ago", { duration: duration(Math.max(0, seconds)) });
}

/**
 * A span of time in its largest whole unit: "3 s", "12 min", "5 h", "2 d".
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < MINUTE) return t("date.seconds", { value: Math.max(1, Math.round(seconds)) });
  if (seconds < HOUR) return t("date.minutes", { value: Math.floor(seconds / MINUTE) });
  if (seconds < DAY) return t("date.hours", { value: Math.floor(seconds / HOUR) });
  return t("date.days", { count: Math.floor(seconds / DAY) });
}

/** The time of day in Madrid. @param {Date} date */
export function clockTime(date) {
  return format(date, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** Weekday, day, month, year and time in full. @param {Date} date */
export function fullDate(date) {
  return format(date, {
    weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
}

/**
 * The heading under which a list of mail puts this date: today, yesterday, this week, this month, or month and year.
 * @param {Date} date
 * @param {Date} now
 */
export function period(date, now) {
  const days = daysBetween(date, now);
  if (days <= 0) return t("date.group.today");
  if (days === 1) return t("date.group.yesterday");
  if (days < 7) return t("date.group.week");
  if (days < 30) return t("date.group.month");
  return capitalised(format(date, { month: "long", year: "numeric" }));
}

/**
 * A time element that reads short, says the full date on hover and to screen readers.
 * @param {string} iso
 * @param {Date} now
 */
export function timeElement(iso, now) {
  const date = new Date(iso);
  const full = fullDate(date);
  return h("time", { datetime: iso, title: full },
    h("span", { "aria-hidden": "true" }, relativeDate(date, now)), h("span", { class: "sr-only" }, full));
}

/** @param {Date} date @param {Date} now */
function calendarDate(date, now) {
  const sameYear = dayOf(date).slice(0, 4) === dayOf(now).slice(0, 4);
  return format(date, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) }).replace(".", "");
}

/** @param {Date} date @param {Date} now */
function daysBetween(date, now) {
  return Math.round((Date.parse(dayOf(now)) - Date.parse(dayOf(date))) / (DAY * 1000));
}

/** The calendar day in Madrid as yyyy-mm-dd. @param {Date} date */
function dayOf(date) {
  return formatter("sv-SE", {}).format(date);
}

/** @param {Date} date @param {Intl.DateTimeFormatOptions} options */
function format(date, options) {
  return formatter(language() === "es" ? "es-ES" : "en-GB", options).format(date);
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formatters = new Map();

/** Making one costs a hundred times what using it does. @param {string} locale @param {Intl.DateTimeFormatOptions} options */
function formatter(locale, options) {
  const key = locale + JSON.stringify(options);
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...options });
  formatters.set(key, known);
  return known;
}

/** @param {string} words */
function capitalised(words) {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
