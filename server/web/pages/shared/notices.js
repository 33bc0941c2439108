// @ts-check
import { h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { explain } from "/addin/shared/problems.js";

/**
 * A sentence in plain words and, mostly, one thing to do.
 * @param {string} sign @param {string} title @param {string} text @param {Node | null} [action]
 */
export function notice(sign, title, text, action = null) {
  const heading = h("h2", { id: nextId() }, title);
  return h("section", { class: "notice", "aria-labelledby": heading.id }, h("span", { class: "notice-sign" }, icon(sign)), heading, h("p", null, text), action);
}

/** @param {import("/addin/shared/problems.js").Problem} problem @param {() => void} retry */
export function problemNotice(problem, retry) {
  const { title, text } = explain(problem);
  return notice("warning", title, text, problem.code === "sign_in_needed" ? signInLink() : h("button", { type: "button", class: "button primary", onclick: retry }, t("action.retry")));
}

function signInLink() {
  const next = location.pathname + location.search;
  return h("a", { class: "button primary", href: `/sign-in?${new URLSearchParams({ next })}` }, t("action.sign_in"));
}
