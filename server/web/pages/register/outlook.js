// @ts-check
import { h } from "/addin/shared/dom.js";
import { has, t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { consentLink } from "./doors.js";

/** @typedef {"message" | "task"} Kind what the person wants Microsoft to make: a draft, or a task */

const ABILITY = { message: "draft", task: "task" };

/** Why the person cannot have a draft or a task, in one word of the server; null if nothing stands in the way. @param {import("./app.js").Register} register @param {Kind} kind @returns {{why: string, link: string | null} | null} */
export function obstacle(register, kind) {
  const ability = register.me?.can?.[ABILITY[kind]];
  return ability && !ability.allowed ? ability : null;
}

/** What cannot be offered and why, with the way to have it where there is one. @param {import("./app.js").Register} register @param {boolean} [mendable] only what the person can mend */
export function obstacleLine(register, mendable = false) {
  const lines = /** @type {Kind[]} */ (["task", "message"]).map((kind) => {
    const found = obstacle(register, kind);
    return found && (found.link || !mendable) && h("span", null, t(`outlook.no_${kind}`, { why: reason(found.why) }), " ", found.link && consentLink(found.link));
  });
  return lines.some(Boolean) ? h("p", { class: "obstacle" }, icon("info"), h("span", null, ...lines)) : null;
}

/** @type {Promise<void> | undefined} */ let learned;

/** Asks Microsoft, once, what it does for the person. @param {import("./app.js").Register} register @returns {Promise<void>} when it is known */
export function learnAbilities(register) {
  learned ??= ask(register);
  return learned;
}

/** @param {import("./app.js").Register} register */
async function ask(register) {
  try {
    const can = await register.api.get("/api/me/abilities");
    register.meet({ ...register.me, can });
  } catch {
    // What is remembered stands; what fails later says so itself.
  }
}

/**
 * Opens in a new tab what the server is asked to make. The tab opens at the press, or the browser would block it.
 * @param {() => Promise<{web_link: string}>} make
 * @param {string} waiting what stands in the tab meanwhile
 * @returns {Promise<{web_link: string, opened: boolean}>} throws the Problem, with the tab gone again
 */
export async function openMade(make, waiting) {
  const tab = openTab(waiting);
  try {
    const made = await make();
    if (tab) tab.location.replace(made.web_link);
    return { ...made, opened: tab !== null };
  } catch (error) {
    tab?.close();
    throw asProblem(error);
  }
}

/** Says in a toast what went wrong. @param {import("./app.js").Register} register @param {unknown} error */
export function complain(register, error) {
  const problem = asProblem(error);
  const { title, text } = explain(problem);
  register.toast.say(problem.passing ? title : `${title}. ${text}`, { sign: "error-circle" });
}

/** @param {string} waiting */
function openTab(waiting) {
  const tab = window.open("about:blank", "_blank");
  if (!tab) return null;
  tab.opener = null;
  tab.document.title = "Bitácora";
  tab.document.body.textContent = waiting;
  return tab;
}

/** @param {string} why */
function reason(why) {
  return has(`outlook.why.${why}`) ? t(`outlook.why.${why}`) : t("outlook.why.unknown");
}
