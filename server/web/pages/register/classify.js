// @ts-check
import { t } from "/addin/shared/i18n.js";
import { explain } from "/addin/shared/problems.js";
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
  return classifyOne(register, open[0], field, value, t(`classify.${field}`, { name }));
}

/** @param {import("./app.js").Register} register @param {any} record @param {Field} field @param {number | null} value @param {string} sentence */
async function classifyOne(register, record, field, value, sentence) {
  const undo = () => register.edits.undo(record);
  register.list.touch(record.id);
  register.toast.say(sentence, { undo });
  await register.edits.choose(record, field, value);
  const { status, problem } = register.edits.of(record);
  if (status === "waiting") register.toast.say(`${sentence} ${t("field.waiting")}.`, { undo, sign: "clock" });
  if (status === "refused" && problem) register.toast.say(explain(problem).title, { sign: "error-circle" });
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
