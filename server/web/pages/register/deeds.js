// @ts-check
import { t } from "/addin/shared/i18n.js";
import { asProblem, Problem } from "/addin/shared/problems.js";
import { deleteMany } from "./classify.js";
import { MessageDialog } from "./message_dialog.js";
import { MoveDialog } from "./move_dialog.js";
import { complain, openMade } from "./outlook.js";
import { noFilters } from "./place.js";
import { Reader } from "./reader.js";
import { EditRecord, NewRecord, show } from "./record_dialog.js";
import { TaskDialog } from "./task_dialog.js";

/** What the detail and its windows do to records, by the names under which the page runs it. @param {import("./app.js").Register} register @returns {Record<string, (records: any[], values: any) => any>} */
export function deeds(register) {
  const one = (/** @type {(record: any, values: any) => any} */ act) => (/** @type {any[]} */ records, /** @type {any} */ values) =>
    records.length > 1 ? register.toast.say(t("detail.one_only"), { sign: "info" }) : act(records[0], values);
  const readable = (/** @type {(record: any, values: any) => any} */ act) => one((record, values) => {
    if (record.restricted) return register.toast.say(t("record.restricted"), { sign: "lock-closed" });
    return record.state === "deleted" ? register.toast.say(t("detail.tombstone"), { sign: "delete" }) : act(record, values);
  });
  return {
    new: () => register.me && new NewRecord(register).open(),
    edit: readable((record) => edit(register, record)),
    read: readable((record) => new Reader(register, record).open()),
    reply: readable((record, { all = false } = {}) => reply(register, record, all)),
    message: readable((record) => new MessageDialog(register, record).open()),
    task: readable((record) => new TaskDialog(register, record).open()),
    move: (records) => move(register, records),
    delete: (records) => (records.length > 1 ? deleteMany(register, records) : remove(register, records[0])),
    restore: (records) => restore(register, records[0]),
    outlook: readable((record) => openInOutlook(register, record)),
    link: one((record) => copyLink(register, record)),
  };
}

/** @param {import("./app.js").Register} register @param {any} record */
function edit(register, record) {
  if (!record.can.edit && !record.can.classify) return register.toast.say(t("detail.not_the_author", { name: record.created_by?.name ?? "" }), { sign: "lock-closed" });
  return new EditRecord(register, record).open();
}

/** A draft that answers the mail opens in Outlook; once sent, it comes back as a record. @param {import("./app.js").Register} register @param {any} record @param {boolean} all */
async function reply(register, record, all) {
  if (!record.automatic) return register.toast.say(t("detail.not_a_mail"), { sign: "info" });
  try {
    const made = await openMade(() => register.api.send("POST", `/api/records/${record.id}/reply`, { all }), t("outlook.preparing"));
    register.detail.followups.add(record.id, "reply", made.web_link);
    if (!made.opened) register.toast.say(t("outlook.blocked"), { sign: "mail" });
  } catch (error) {
    complain(register, error);
  }
}

/** @param {import("./app.js").Register} register @param {any[]} records */
function move(register, records) {
  const movable = records.filter((record) => record.can.move);
  if (movable.length === 0) return register.toast.say(t("detail.not_movable"), { sign: "lock-closed" });
  return new MoveDialog(register, movable).open();
}

/** No question: the sentence that says so offers to put it back. @param {import("./app.js").Register} register @param {any} record */
async function remove(register, record) {
  if (!record.can.delete) return register.toast.say(t(record.restricted ? "record.restricted" : "detail.not_the_author", { name: record.created_by?.name ?? "" }), { sign: "lock-closed" });
  try {
    const headers = { "If-Match": `"${register.edits.of(record).record.version}"` };
    await register.api.open(`/api/records/${record.id}`, { method: "DELETE", headers });
  } catch (error) {
    await register.changed([record.id]);
    return complain(register, error);
  }
  register.toast.say(t(record.automatic ? "detail.deleted_mail" : "detail.deleted"), { undo: () => restore(register, record), sign: "delete" });
  await register.changed([record.id]);
}

/** @param {import("./app.js").Register} register @param {any} record */
async function restore(register, record) {
  try {
    const restored = await register.api.send("POST", `/api/records/${record.id}/restore`);
    if (register.place.filters.deleted) await register.go({ client: restored.client.code, record: restored.id, filters: noFilters() });
    else await show(register, restored);
    register.toast.say(t("detail.restored"), { sign: "arrow-undo" });
  } catch (error) {
    complain(register, asProblem(error));
  }
}

/** @param {import("./app.js").Register} register @param {any} record */
async function openInOutlook(register, record) {
  try {
    await openMade(async () => {
      const body = await register.api.get(`/api/records/${record.id}/body`);
      if (!body.web_link) throw new Problem("elsewhere", "no mailbox of the person's holds the mail");
      return body;
    }, t("outlook.opening"));
  } catch (error) {
    complain(register, error);
  }
}

/** @param {import("./app.js").Register} register @param {any} record */
async function copyLink(register, record) {
  const query = new URLSearchParams({ client: record.client.code, record: record.id });
  await navigator.clipboard.writeText(`${location.origin}/?${query}`);
  register.toast.say(t("detail.link_copied"), { sign: "link" });
}
