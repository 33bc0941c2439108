// @ts-check
import { asProblem } from "./problems.js";

/**
 * @typedef {"reason" | "area"} Field
 * @typedef {"idle" | "sending" | "waiting" | "saved" | "conflict" | "refused"} Status
 * @typedef {{record: any, chosen: Partial<Record<Field, number | null>>, undo: {field: Field, value: number | null} | null,
 *            status: Status, contested: Field[], problem: import("./problems.js").Problem | null}} Edit
 */

const RETRY_MS = 5000;

/**
 * Choices of reason and area on their way to the server: one request at a time for each record, kept and sent
 * again until the server has them. Dispatches "change" with the record's id as detail.
 */
export class Edits extends EventTarget {
  /** @type {Map<string, Edit>} */
  #edits = new Map();

  /** @param {import("./api.js").Api} api */
  constructor(api) {
    super();
    this.api = api;
    addEventListener("online", () => this.sendWaiting());
  }

  /**
   * What is known of a record's choices; the server's latest word replaces an earlier one, unless it is of an older
   * version. Within a version, a choice may be renamed or retired.
   * @param {any} record
   * @returns {Edit}
   */
  of(record) {
    const edit = this.#edits.get(record.id) ?? this.#begin(record);
    if (record.version >= edit.record.version) edit.record = record;
    return edit;
  }

  /** Takes over what the server says of a record now, and tells those who show it. @param {any} record */
  adopt(record) {
    const known = this.#edits.get(record.id);
    if (known && record.version > known.record.version) this.#tell(this.of(record));
  }

  /** The newest state of a record that has been asked for. @param {string} id @returns {any} */
  find(id) {
    return this.#edits.get(id)?.record;
  }

  /** The choices of a record that the server does not have yet. @param {string} id @returns {Edit["chosen"]} */
  pending(id) {
    return this.#edits.get(id)?.chosen ?? {};
  }

  /** What the person sees: the choice, else what the server has. @param {any} record @param {Field} field */
  value(record, field) {
    const edit = this.of(record);
    const chosen = edit.chosen[field];
    return chosen === undefined ? idOf(edit.record[field]) : chosen;
  }

  /** @param {any} record @param {Field} field @param {number | null} value the id of the choice */
  choose(record, field, value) {
    const edit = this.of(record);
    edit.undo = { field, value: this.value(record, field) };
    edit.chosen = { ...edit.chosen, [field]: value };
    return this.#send(edit);
  }

  /** Puts back what the last choice replaced. @param {any} record */
  async undo(record) {
    const edit = this.of(record);
    if (!edit.undo) return;
    await this.choose(record, edit.undo.field, edit.undo.value);
    edit.undo = null;
    this.#tell(edit);
  }

  /** Ends a conflict with the person's own choice. @param {any} record */
  keepMine(record) {
    const edit = this.of(record);
    edit.status = "idle";
    return this.#send(edit);
  }

  /** Ends a conflict with what the other person chose. @param {any} record */
  keepTheirs(record) {
    const edit = this.of(record);
    for (const field of edit.contested) delete edit.chosen[field];
    Object.assign(edit, { status: "idle", contested: [], undo: null });
    return this.#send(edit);
  }

  sendWaiting() {
    for (const edit of this.#edits.values()) if (edit.status === "waiting") this.#send(edit);
  }

  /** @param {any} record */
  #begin(record) {
    /** @type {Edit} */
    const edit = { record, chosen: {}, undo: null, status: "idle", contested: [], problem: null };
    this.#edits.set(record.id, edit);
    return edit;
  }

  /** @param {Edit} edit */
  async #send(edit) {
    if (edit.status === "sending" || edit.status === "conflict") return this.#tell(edit);
    while (Object.keys(edit.chosen).length) {
      const sent = { ...edit.chosen };
      this.#mark(edit, "sending");
      try {
        edit.record = await this.api.changeRecord(edit.record, sent);
        forget(edit, sent);
        this.#mark(edit, "saved");
      } catch (error) {
        if (!this.#overcome(edit, sent, asProblem(error))) return;
      }
    }
    this.#tell(edit);
  }

  /**
   * Whether sending can go on at once.
   * @param {Edit} edit @param {Edit["chosen"]} sent @param {import("./problems.js").Problem} problem
   */
  #overcome(edit, sent, problem) {
    edit.problem = problem;
    if (problem.code === "edit_conflict") return this.#merge(edit, sent, problem.document.current);
    if (problem.passing) this.#wait(edit);
    else this.#refuse(edit);
    return false;
  }

  /**
   * Somebody else was faster. Only a field that both changed, to different values, is a question for the person.
   * @param {Edit} edit @param {Edit["chosen"]} sent @param {any} current
   */
  #merge(edit, sent, current) {
    const fields = /** @type {Field[]} */ (Object.keys(sent));
    edit.contested = fields.filter((field) => differs(current, edit.record, field) && idOf(current[field]) !== sent[field]);
    edit.record = current;
    if (edit.contested.length === 0) return true;
    this.#mark(edit, "conflict");
    return false;
  }

  /** @param {Edit} edit */
  #wait(edit) {
    this.#mark(edit, "waiting");
    setTimeout(() => edit.status === "waiting" && this.#send(edit), RETRY_MS);
  }

  /** @param {Edit} edit */
  #refuse(edit) {
    Object.assign(edit, { chosen: {}, undo: null });
    this.#mark(edit, "refused");
  }

  /** @param {Edit} edit @param {Status} status */
  #mark(edit, status) {
    edit.status = status;
    this.#tell(edit);
  }

  /** @param {Edit} edit */
  #tell(edit) {
    this.dispatchEvent(new CustomEvent("change", { detail: edit.record.id }));
  }
}

/** Drops the choices that the server now has, unless the person has chosen again. @param {Edit} edit @param {Edit["chosen"]} sent */
function forget(edit, sent) {
  for (const field of /** @type {Field[]} */ (Object.keys(sent))) {
    if (edit.chosen[field] === sent[field]) delete edit.chosen[field];
  }
}

/** @param {any} a @param {any} b @param {Field} field */
function differs(a, b, field) {
  return idOf(a[field]) !== idOf(b[field]);
}

/** @param {{id: number} | null} named */
function idOf(named) {
  return named?.id ?? null;
}
