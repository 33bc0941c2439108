// @ts-check
import { has, t } from "./i18n.js";

/** What the server refused or could not do, under the stable code of its problem document. */
export class Problem extends Error {
  /**
   * @param {string} code a code of the server, or "offline" when no answer came
   * @param {string} detail
   * @param {Record<string, any>} document the whole problem document
   */
  constructor(code, detail, document = {}) {
    super(detail || code);
    this.name = "Problem";
    this.code = code;
    this.detail = detail;
    this.document = document;
  }

  /** Whether waiting may mend it, so that a choice is kept and sent again. */
  get passing() {
    return PASSING.has(this.code);
  }
}

const PASSING = new Set(["offline", "microsoft_busy", "store_busy", "rate_limited", "internal_error"]);

/**
 * The heading and the explanation for a person.
 * @param {Problem} problem
 */
export function explain(problem) {
  const code = has(`problem.${problem.code}.title`) ? problem.code : "internal_error";
  return { title: t(`problem.${code}.title`), text: t(`problem.${code}.text`) };
}

/** Anything thrown, as a Problem. @param {unknown} error */
export function asProblem(error) {
  return error instanceof Problem ? error : new Problem("internal_error", String(error));
}
