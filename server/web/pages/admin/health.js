// @ts-check
import { h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { routineName } from "./routines.js";
import { when } from "./parts.js";

const SIGNS = /** @type {const} */ ({ green: "checkmark-circle-filled", yellow: "warning", red: "error-circle" });
const TONES = /** @type {const} */ ({ green: "good", yellow: "stale", red: "bad" });
/** Where on the page each trouble is dealt with. */
const PLACES = /** @type {const} */ ({ account: "accounts", not: "accounts", backfill: "accounts", mail: "accounts", census: "accounts", work: "parked", routine: "routines", credential: "routines" });

/** The judgement in one line, and every reason for it. @param {any} health @param {Date} now */
export function healthPanel({ light, reasons }, now) {
  return h("section", { class: `panel verdict ${TONES[/** @type {keyof typeof TONES} */ (light)]}`, "data-key": "verdict", "aria-labelledby": "verdict-title" },
    h("div", { class: "verdict-line" }, h("span", { class: "verdict-sign" }, icon(SIGNS[/** @type {keyof typeof SIGNS} */ (light)])),
      h("div", null, h("h1", { id: "verdict-title" }, t(`light.${light}`)), h("p", { class: "quiet" }, t(`light.${light}_text`)))),
    reasons.length > 0 && h("ul", { class: "reasons" }, reasons.map((/** @type {any} */ reason) => reasonLine(reason, now))));
}

/** The line in a few words, for a screen reader that is told of a change. @param {any} health */
export function verdictSentence({ light, reasons }) {
  return [t(`light.${light}`), ...reasons.map(reasonSentence)].join(". ");
}

/** @param {any} reason @param {Date} now */
function reasonLine(reason, now) {
  return h("li", { "data-key": `${reason.trouble}:${reason.subject}` },
    h("span", { class: `dot ${TONES[/** @type {keyof typeof TONES} */ (reason.light)]}`, role: "img", "aria-label": t(`light.${reason.light}_short`) }),
    h("a", { class: "reason", href: `#${place(reason.trouble)}` }, reasonSentence(reason)),
    reason.since && h("span", { class: "quiet" }, when(reason.since, now)));
}

/** @param {any} reason */
function reasonSentence({ trouble, subject, count }) {
  const named = trouble.startsWith("routine_") ? routineName(subject) : subject;
  return t(`trouble.${trouble}`, { subject: named, ...(count ? { count } : {}) });
}

/** @param {string} trouble */
function place(trouble) {
  if (trouble === "work_overdue") return "accounts";
  return PLACES[/** @type {keyof typeof PLACES} */ (trouble.split("_")[0])];
}
