// @ts-check
import { h, nextId } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { icon } from "../../shared/icons.js";
import { explain } from "../../shared/problems.js";
import { registerLink } from "./history.js";

const PROBLEM_ICONS = /** @type {Record<string, string>} */ ({
  sign_in_needed: "person", not_a_member: "lock-closed", offline: "wifi-off", microsoft_busy: "clock", store_busy: "clock", rate_limited: "clock",
});

/**
 * A sentence in plain words and one thing to do, below the mail that it is about.
 * @param {string} sign an icon @param {string} title @param {string} text @param {...(Node | null)} actions
 */
export function notice(sign, title, text, ...actions) {
  return noticeUnder(h("h2", { id: nextId() }, title), sign, text, actions);
}

/** The same where there is no mail, so that its title is the first heading. @type {typeof notice} */
export function soleNotice(sign, title, text, ...actions) {
  return noticeUnder(h("h1", { id: nextId() }, title), sign, text, actions);
}

/** @param {HTMLElement} heading @param {string} sign @param {string} text @param {(Node | null)[]} actions */
function noticeUnder(heading, sign, text, actions) {
  return h("section", { class: "notice", "aria-labelledby": heading.id }, h("span", { class: "notice-sign" }, icon(sign)), heading, h("p", null, text), actions);
}

/** No mail, or several, are selected. @param {any} pane */
export function noItemView(pane) {
  return [soleNotice("mail", t("no_item.title"), t("no_item.text"), registerLink(pane, {}, t("history.open")))];
}

/** The page was opened outside Outlook. */
export function outsideView() {
  return [soleNotice("mail", t("outside.title"), t("outside.text"), h("a", { class: "button primary", href: "/" }, t("history.open")))];
}

/** @param {any} pane @param {import("../../shared/problems.js").Problem} problem */
export function problemView(pane, problem) {
  const { title, text } = explain(problem);
  return [notice(PROBLEM_ICONS[problem.code] ?? "warning", title, text, wayOut(pane, problem))];
}

/** @param {any} pane @param {import("../../shared/problems.js").Problem} problem */
function wayOut(pane, problem) {
  if (problem.code === "sign_in_needed") return button(t("action.sign_in"), () => pane.askToSignIn());
  return button(t("action.retry"), () => pane.read());
}

/** @param {string} words @param {() => void} act */
function button(words, act) {
  return h("button", { type: "button", class: "button primary", "data-key": "way-out", onclick: act }, words);
}
