// @ts-check
import { fill, h } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { icon } from "../../shared/icons.js";
import { asProblem, explain } from "../../shared/problems.js";

/** The tick that files a mail's whole conversation with it. */
export function threadTick() {
  const input = h("input", { type: "checkbox", "data-key": "thread" });
  return { input, element: h("label", { class: "tick" }, input, t("file.thread")) };
}

/**
 * Files the mail under a client from within `area`: its buttons rest until the server has answered, and what went wrong
 * is said below.
 * @param {any} pane @param {HTMLElement} area @param {string} client @param {boolean} thread
 */
export async function fileFrom(pane, area, client, thread) {
  const line = /** @type {HTMLElement} */ (area.querySelector(".file-status"));
  rest(area, true);
  fill(line, t("file.sending"));
  try {
    await pane.file(client, thread ? "thread" : "message");
  } catch (error) {
    const problem = explain(asProblem(error));
    fill(line, icon("error-circle"), `${problem.title}. ${problem.text}`);
  } finally {
    rest(area, false);
  }
}

/** Where the progress of filing is told. */
export function fileStatus() {
  return h("p", { class: "file-status", role: "status" });
}

/** @param {HTMLElement} area @param {boolean} resting */
function rest(area, resting) {
  for (const control of area.querySelectorAll("button, input")) /** @type {HTMLButtonElement} */ (control).disabled = resting;
}
