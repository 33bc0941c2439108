// @ts-check
import { filedView } from "./filed.js";
import { notFiledView } from "./not_filed.js";
import { unassignedView } from "./unassigned.js";
import { waitingView } from "./waiting.js";

/**
 * What the register knows of a mail.
 * @param {any} pane
 * @param {import("../mailbox.js").Mail} mail
 * @param {any} answer of GET /api/messages
 * @param {boolean} waits whether the pane asks again by itself
 * @returns {Node[]}
 */
export function answerView(pane, mail, answer, waits) {
  if (answer.state === "filed") return filedView(pane, mail, answer);
  if (answer.state === "unassigned") return unassignedView(pane, mail, answer);
  if (answer.state === "not_filed") return notFiledView(pane, mail, answer);
  return waitingView(pane, waits);
}
