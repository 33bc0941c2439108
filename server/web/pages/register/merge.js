// @ts-check

/**
 * Two people changed one thing. What only one of them changed is taken over; what both changed, to different values,
 * is a question.
 * @template {Record<string, any>} Values
 * @param {Values} base what both began with @param {Values} mine @param {Values} theirs
 * @returns {{merged: Values, contested: string[]}} `merged` has mine where it is a question
 */
export function merge(base, mine, theirs) {
  const merged = { ...theirs };
  const contested = [];
  for (const field of changedFields(base, mine)) {
    if (!same(base[field], theirs[field]) && !same(mine[field], theirs[field])) contested.push(field);
    /** @type {any} */ (merged)[field] = mine[field];
  }
  return { merged, contested };
}

/** The names of the fields whose values differ. @param {Record<string, any>} before @param {Record<string, any>} after */
export function changedFields(before, after) {
  return Object.keys(after).filter((field) => !same(before[field], after[field]));
}

/** @param {any} a @param {any} b */
function same(a, b) {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
