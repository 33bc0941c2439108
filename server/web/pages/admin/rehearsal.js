// @ts-check
import { announce, fill, h, nextId } from "/addin/shared/dom.js";
import { has, t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { number, panel, remedy, row, table } from "./parts.js";

const DAY_MS = 24 * 3600 * 1000;
const DAYS_BACK = 90;

/** The dry run: what the back-fill of a mailbox would bring, with nothing stored. */
export class Rehearsal {
  /** @type {AbortController | null} */ #running = null;

  /** @param {import("./api.js").AdminApi} api */
  constructor(api) {
    this.api = api;
    this.known = h("datalist", { id: nextId() });
    this.address = h("input", { id: nextId(), class: "input", type: "email", required: true, autocomplete: "off", list: this.known.id, maxlength: 320 });
    this.since = h("input", { id: nextId(), class: "input", type: "date", required: true, value: dayBack(DAYS_BACK), max: dayBack(0) });
    this.button = h("button", { class: "button primary" }, icon("search"), t("rehearsal.start"));
    this.outcome = h("div", { class: "outcome" });
    this.element = panel("rehearsal", t("rehearsal.title"), null, h("p", { class: "quiet" }, t("rehearsal.text")),
      h("form", { class: "rehearsal", onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
        field(t("rehearsal.address"), this.address), field(t("rehearsal.since"), this.since), this.button, this.known),
      this.outcome);
  }

  /** @param {string[]} addresses */
  offer(addresses) {
    if (this.known.childElementCount === addresses.length) return;
    fill(this.known, addresses.map((address) => h("option", { value: address })));
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    if (this.#running) return;
    this.#running = new AbortController();
    this.button.setAttribute("aria-disabled", "true");
    try {
      await this.#follow({ address: this.address.value.trim(), since: this.since.value }, this.#running.signal);
    } catch (error) {
      this.#end(this.#running.signal.aborted ? t("rehearsal.cancelled") : explain(asProblem(error)).title);
    }
    this.#running = null;
    this.button.removeAttribute("aria-disabled");
  }

  /** @param {{address: string, since: string}} wish @param {AbortSignal} signal */
  async #follow(wish, signal) {
    const walk = this.#begin();
    let ended = false;
    for await (const line of this.api.rehearse(wish, signal)) {
      if (line.kind === "progress") walk(line);
      else ended = true;
      if (line.kind === "figures") this.#show(wish.address, line);
      if (line.kind === "failure") this.#fail(line.complaint);
    }
    if (!ended) this.#end(t("rehearsal.broken"));
  }

  #begin() {
    const bar = h("progress", { "aria-label": t("rehearsal.name") });
    const words = h("span", { class: "quiet" }, t("rehearsal.begun"));
    fill(this.outcome, h("div", { class: "running" }, bar, words,
      h("button", { type: "button", class: "button small", onclick: () => this.#running?.abort() }, icon("dismiss"), t("rehearsal.cancel"))));
    announce(t("rehearsal.begun"));
    return (/** @type {any} */ { share, items, items_read: done }) => {
      Object.assign(bar, { max: 1, value: share });
      words.textContent = items ? t("backfill.items", { done, total: items }) : t("rehearsal.begun");
    };
  }

  /** @param {string} address @param {any} figures */
  #show(address, figures) {
    const headline = t("rehearsal.headline", { count: figures.new_records });
    const columns = [t("rehearsal.column.client"), t("rehearsal.column.code"), t("rehearsal.column.records"), t("rehearsal.column.new")];
    fill(this.outcome, h("h3", null, headline), h("p", { class: "quiet" }, t("rehearsal.of", { address, value: figures.mails })),
      h("dl", { class: "figures" }, places(figures).map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, number(value))))),
      figures.clients.length > 0 && table(t("rehearsal.clients"), columns, figures.clients.map((/** @type {any} */ client) =>
        row(client.code, columns, [client.name, client.code, number(client.records), number(client.new_records)])), "clients"));
    announce(headline);
  }

  /** @param {{cause: string, detail: string}} complaint */
  #fail(complaint) {
    fill(this.outcome, h("p", { class: "note bad" }, icon("error-circle"), remedy(complaint)));
    announce(t("rehearsal.failed"));
  }

  /** @param {string} sentence */
  #end(sentence) {
    fill(this.outcome, h("p", { class: "note" }, icon("info"), sentence));
    announce(sentence);
  }
}

/** @param {any} figures @returns {[string, number][]} */
function places(figures) {
  /** @type {[string, number][]} */
  const found = [
    [t("rehearsal.filed"), figures.filed], [t("rehearsal.unassigned"), figures.unassigned], [t("rehearsal.internal"), figures.internal],
    ...Object.entries(figures.excluded).map(([reason, value]) => /** @type {[string, number]} */ ([exclusion(reason), Number(value)])),
  ];
  if (figures.known) found.push([t("rehearsal.known"), figures.known]);
  if (figures.unread) found.push([t("rehearsal.unread"), figures.unread]);
  return found;
}

/** @param {string} reason */
function exclusion(reason) {
  return has(`excluded.${reason}`) ? t(`excluded.${reason}`) : reason;
}

/** @param {string} label @param {HTMLInputElement} input */
function field(label, input) {
  return h("div", { class: "rehearsal-field" }, h("label", { for: input.id }, label), input);
}

/** @param {number} days */
function dayBack(days) {
  return new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
}
