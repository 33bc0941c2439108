// @ts-check
import { timeElement } from "/addin/shared/dates.js";
import { fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { channelIcon, subjectOf } from "/addin/shared/records.js";
import { block } from "./blocks.js";

const PATIENT_MS = 30_000;
const EAGER_MS = 2500;

/** What belongs together with a communication: its thread, what it answers, and what answers it. */
export class Thread {
  #asked = 0;
  #ended = false;
  /** @type {any[]} */ #items = [];

  /** @param {import("./app.js").Register} register @param {any} record @param {import("./followups.js").Followups} followups */
  constructor(register, record, followups) {
    this.register = register;
    this.record = record;
    this.followups = followups;
    this.element = h("div");
    this.#load();
  }

  end() {
    this.#ended = true;
  }

  /** Asks again for what may have come; sooner while an answer is on its way. */
  refresh() {
    const waiting = this.followups.of(this.record.id).some((one) => one.kind !== "task");
    if (Date.now() - this.#asked > (waiting ? EAGER_MS : PATIENT_MS)) this.#load();
  }

  async #load() {
    this.#asked = Date.now();
    try {
      const { items } = await this.register.api.get(`/api/records/${this.record.id}/thread`);
      if (!this.#ended) this.#show(items);
    } catch {
      // The record can be read without the others.
    }
  }

  /** @param {any[]} items */
  #show(items) {
    this.followups.settle(this.record.id, items.filter((item) => item.reply_to_id === this.record.id));
    if (JSON.stringify(items) === JSON.stringify(this.#items)) return;
    this.#items = items;
    if (items.length < 2) return fill(this.element);
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.key;
    fill(this.element, block("thread.title", h("ol", { class: "thread" }, items.map((item) => this.#item(item)))));
    if (focused) /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
  }

  /** @param {any} item */
  #item(item) {
    const here = item.id === this.record.id;
    const tie = !here && this.#tie(item);
    return h("li", { "aria-current": here ? "true" : null },
      h(here ? "span" : "button", { class: "thread-item", type: here ? null : "button", "data-key": here ? null : `thread-${item.id}`, onclick: here ? null : () => this.#open(item) },
        channelIcon(item), h("span", { class: "thread-who" }, author(item)), timeElement(item.occurred_at, new Date()),
        h("span", { class: "thread-text" }, tie && h("span", { class: "tie" }, icon("link"), tie), item.restricted ? subjectOf(item) : item.preview || item.notes || subjectOf(item))));
  }

  /** How another record and this one belong together: a mail is answered, a call is told of. @param {any} item */
  #tie(item) {
    if (item.reply_to_id === this.record.id) return t(this.record.automatic ? "thread.answer" : "thread.told");
    if (this.record.reply_to_id === item.id) return t(item.automatic ? "thread.answered" : "thread.about");
    return "";
  }

  /** @param {any} item */
  async #open(item) {
    const { list } = this.register;
    await list.reveal(item.id).catch(() => undefined);
    this.register.select(list.find(item.id) ?? item, true);
  }
}

/** @param {any} item */
function author(item) {
  const from = item.participants.find((/** @type {any} */ one) => one.role === "from");
  return from?.name || from?.address || item.person?.name || "";
}
