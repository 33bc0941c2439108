// @ts-check
import { t } from "./i18n.js";

const POLL_MS = 1000;
const MOST_POLLS = 120;

/**
 * Asks the server to update every account that this person may update, and follows it to its end.
 * @param {import("./api.js").Api} api
 * @param {(done: number, total: number) => void} progress
 * @returns {Promise<void>} when no account is being updated any more, or after two minutes
 */
export async function refreshAccounts(api, progress) {
  let { accounts } = await api.startRefresh();
  for (let polls = 0; polls < MOST_POLLS; polls += 1) {
    const waiting = accounts.filter((/** @type {any} */ account) => account.syncing).length;
    progress(accounts.length - waiting, accounts.length);
    if (waiting === 0) return;
    await pause(POLL_MS);
    ({ accounts } = await api.refresh());
  }
}

/** @param {number} done @param {number} total */
export function progressSentence(done, total) {
  return t("refresh.progress", { done, total });
}

/** @param {number} milliseconds */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
