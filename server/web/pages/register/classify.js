// @ts-check
import { t } from "/addin/shared/i18n.js";
import { doToMany } from "./bulk.js";

/** @typedef {"reason" | "area"} Field */

/**
 * Gives records a reason or an area. One record saves as a choice in its detail does; several go together.
 * @param {import("./app.js").Register} register @param {any[]} records @param {Partial<Record<Field, number | null>>} values
 */
export async function classify(register, records, values) {
  const open = records.filter((record) => !record.restricted && record.can?.classify !== false);
  if (open.length === 0) return register.toast.say(t("classify.not_yours"), { sign: "lock-closed" });
  const [field, value] = /** @type {[Field, number | null]} */ (Object.entries(values)[0]);
  const name = nameOf(register, field, value);
  if (open.length > 1) return doToMany(register, "classify", open, values, (count) => t(`classify.${field}_many`, { name, count }));
  register.list.touch(open[0].id);
  register.toast.say(t(`classify.${field}`, { name }), { undo: () => register.edits.undo(open[0]) });
  return register.edits.choose(open[0], field, value);
}

/** Deletes without asking: the sentence that says so offers to put them back. @param {import("./app.js").Register} register @param {any[]} records */
export function deleteMany(register, records) {
  return doToMany(register, "delete", records, {}, (count) => t("bulk.deleted", { count }));
}

/** @param {import("./app.js").Register} register @param {Field} field @param {number | null} id */
function nameOf(register, field, id) {
  const choices = field === "reason" ? register.catalog.reasons : register.catalog.areas;
  return choices.find((/** @type {any} */ choice) => choice.id === id)?.name ?? t(`field.no_${field}`);
}
