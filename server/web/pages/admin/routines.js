// @ts-check
import { duration } from "/addin/shared/dates.js";
import { h } from "/addin/shared/dom.js";
import { has, t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { day, panel, remedy, row, status, table, when } from "./parts.js";

/** What happens by the clock, and when the app's credential ends. @param {any} health @param {Date} now */
export function routinesPanel({ routines, credential }, now) {
  const columns = ["name", "last", "took", "next", "state"].map((column) => t(`routine.column.${column}`));
  return panel("routines", t("routines.title"), null,
    credentialLine(credential),
    table(t("routines.title"), columns, routines.map((/** @type {any} */ routine) => routineRow(routine, columns, now)), "routines"));
}

/** @param {string} name */
export function routineName(name) {
  return has(`routine.name.${name}`) ? t(`routine.name.${name}`) : name;
}

/** @param {any} routine @param {string[]} columns @param {Date} now */
function routineRow(routine, columns, now) {
  return row(routine.name, columns, [
    routineName(routine.name), when(routine.started_at, now), took(routine),
    routine.next_due_at ? when(routine.next_due_at, now) : "–", state(routine),
  ]);
}

/** @param {any} routine */
function took({ started_at: started, took_s: seconds }) {
  if (seconds === null) return started ? t("routine.running") : "–";
  return seconds < 1 ? t("routine.instant") : duration(seconds);
}

/** @param {any} routine */
function state({ late, complaint }) {
  if (late) return status("bad", t("routine.late"));
  return complaint ? status("stale", remedy(complaint)) : status("good", t("routine.good"));
}

/** @param {any} credential */
function credentialLine(credential) {
  if (!credential) return note("info", t("credential.unread"));
  const { expires_at: ends, days_left: days } = credential;
  if (ends === null) return note("info", t("credential.unknown"));
  if (days < 0) return note("error-circle", t("trouble.credential_ended"), "bad");
  const sign = days > 30 ? "checkmark-circle" : "warning";
  return note(sign, [t("credential.ends", { count: days }), " (", day(ends), ")"], days > 30 ? "good" : days > 1 ? "stale" : "bad");
}

/** @param {string} sign @param {any} words @param {string} [tone] */
function note(sign, words, tone = "") {
  return h("p", { class: `note ${tone}`.trim() }, icon(sign), h("span", null, ...[words].flat()));
}
