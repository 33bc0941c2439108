// @ts-check
import { fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { pause } from "/addin/shared/refresh.js";
import { asProblem, explain } from "/addin/shared/problems.js";

const MOST = 500;
const RETRY_MS = 5000;

/** @typedef {"classify" | "delete" | "restore" | "move"} BulkAction */

/**
 * Does one thing to many records, says how many it was done to and offers to put it back. While the server is
 * away it waits and sends again.
 * @param {import("./app.js").Register} register @param {BulkAction} action @param {any[]} records
 * @param {Record<string, any>} values reason, area or client
 * @param {(count: number) => string} sentence says what has been done to so many
 */
export async function doToMany(register, action, records, values, sentence) {
  const ids = records.map((record) => record.id);
  /** @type {string[]} */ const batches = [];
  /** @type {string[]} */ const done = [];
  /** @type {{id: string, code: string}[]} */ const refused = [];
  for (let at = 0; at < ids.length; at += MOST) {
    const answer = await persist(register, ids.length, () => register.api.send("POST", "/api/records/bulk", { ids: ids.slice(at, at + MOST), action, ...values }));
    if (!answer) return { done, refused };
    batches.push(answer.batch);
    done.push(...answer.done);
    refused.push(...answer.refused);
  }
  const undo = () => undoBatches(register, batches, done);
  register.toast.say(outcome(sentence, done, refused), { undo: done.length ? undo : null, sign: refused.length ? "warning" : "checkmark" });
  await register.changed(done);
  return { done, refused };
}

/** @param {import("./app.js").Register} register @param {string[]} batches @param {string[]} ids */
async function undoBatches(register, batches, ids) {
  for (const batch of batches.reverse()) await persist(register, ids.length, () => register.api.send("POST", `/api/batches/${batch}/undo`));
  register.toast.say(t("bulk.undone", { count: ids.length }), { sign: "arrow-undo" });
  await register.changed(ids);
}

/**
 * Sends until the server has it; null if it refuses.
 * @param {import("./app.js").Register} register @param {number} count @param {() => Promise<any>} send
 */
async function persist(register, count, send) {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const problem = asProblem(error);
      if (!problem.passing) return register.toast.say(explain(problem).title, { sign: "error-circle" }), null;
      register.toast.say(t("bulk.waiting", { count }), { sign: "clock" });
      await pause(RETRY_MS);
    }
  }
}

/** @param {(count: number) => string} sentence @param {string[]} done @param {any[]} refused */
function outcome(sentence, done, refused) {
  if (!refused.length) return sentence(done.length);
  const left = t("bulk.refused", { count: refused.length });
  return done.length ? `${sentence(done.length)} ${left}` : left;
}

/** What can be done to the selected records when there are several. */
export class BulkBar {
  /** @param {HTMLElement} element @param {import("./app.js").Register} register */
  constructor(element, register) {
    this.element = element;
    this.register = register;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", t("bulk.name"));
    element.hidden = true;
    register.addEventListener("selection-changed", () => this.#show());
  }

  #show() {
    const count = this.register.list.picked.length;
    this.element.hidden = count === 0;
    if (count === 0) return fill(this.element);
    if (!this.element.childElementCount) this.#draw();
    this.element.querySelector(".bulk-count")?.replaceChildren(t("bulk.count", { count }));
  }

  #draw() {
    const { register } = this;
    fill(this.element, h("strong", { class: "bulk-count" }),
      this.#choice("reason", register.catalog.reasons), this.#choice("area", register.catalog.areas),
      this.#button("move", "arrow-right"), this.#button("delete", "delete"),
      h("button", { type: "button", class: "button subtle bulk-clear", "aria-keyshortcuts": "Escape", onclick: () => register.list.pickNone() }, icon("dismiss"), h("span", null, t("bulk.clear"))));
  }

  /** @param {"reason" | "area"} field @param {any[]} items */
  #choice(field, items) {
    const select = h("select", { "aria-label": t(`bulk.${field}`), onchange: () => this.#classify(field, select) },
      h("option", { value: "", selected: true, disabled: true, hidden: true }, t(`bulk.${field}`)),
      items.filter((item) => item.active).map((item) => h("option", { value: item.id }, item.name)),
      h("option", { value: "0" }, t(`field.no_${field}`)));
    return h("span", { class: "select" }, select, icon("chevron-down"));
  }

  /** @param {"reason" | "area"} field @param {HTMLSelectElement} select */
  #classify(field, select) {
    const value = Number(select.value) || null;
    select.value = "";
    this.register.run("classify", undefined, { [field]: value });
  }

  /** @param {"move" | "delete"} action @param {string} sign */
  #button(action, sign) {
    return h("button", { type: "button", class: "button", onclick: () => this.register.run(action) }, icon(sign), h("span", null, t(`bulk.${action}`)));
  }
}
