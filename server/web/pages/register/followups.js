// @ts-check

const KEY = "bitacora-followups";
const KEPT_MS = 24 * 3600 * 1000;

/** @typedef {"reply" | "message" | "task"} FollowupKind */
/** @typedef {{record: string, kind: FollowupKind, link: string, at: string}} Followup */

/** What was begun from records in this tab and lies in Outlook or To Do, so that it can be found again. Dispatches "change" with the record's id. */
export class Followups extends EventTarget {
  /** @type {Followup[]} */ #all = read();

  /** @param {string} record its id @param {FollowupKind} kind @param {string} link */
  add(record, kind, link) {
    this.#all = [...this.#all.filter((one) => one.record !== record || one.kind !== kind), { record, kind, link, at: new Date().toISOString() }];
    this.#changed(record);
  }

  /** @param {string} record its id @returns {Followup[]} */
  of(record) {
    return this.#all.filter((one) => one.record === record);
  }

  /** Drafts of a record that are there as records now. @param {string} record its id @param {any[]} answers records that answer it */
  settle(record, answers) {
    const before = this.#all.length;
    this.#all = this.#all.filter((one) => one.record !== record || one.kind === "task" || !answers.some((answer) => answer.created_at > one.at));
    if (this.#all.length !== before) this.#changed(record);
  }

  /** @param {Followup} followup */
  forget(followup) {
    this.#all = this.#all.filter((one) => one !== followup);
    this.#changed(followup.record);
  }

  /** @param {string} record */
  #changed(record) {
    sessionStorage.setItem(KEY, JSON.stringify(this.#all));
    this.dispatchEvent(new CustomEvent("change", { detail: record }));
  }
}

/** @returns {Followup[]} */
function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return kept.filter((/** @type {Followup} */ one) => Date.now() - Date.parse(one.at) < KEPT_MS);
  } catch {
    return [];
  }
}
