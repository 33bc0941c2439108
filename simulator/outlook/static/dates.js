/** Dates as a mail program writes them. */

import { locale } from "./text.js";

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(locale, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat(locale, { day: "2-digit", month: "2-digit", year: "numeric" });
const full = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
const DAY_MS = 86_400_000;

/** Short form for a list: the nearer, the finer. */
export function shortDate(text, now = new Date()) {
  const date = new Date(text);
  if (date.toDateString() === now.toDateString()) return clock.format(date);
  if (now - date < 6 * DAY_MS && date < now) return weekday.format(date);
  return (date.getFullYear() === now.getFullYear() ? day : dayOfYear).format(date);
}

export function fullDate(text) {
  return full.format(new Date(text));
}

export function clockTime(date) {
  return clock.format(date);
}
