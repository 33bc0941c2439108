// @ts-check
import { h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { actionButton, number, panel, row, status, table } from "./parts.js";
import { renew } from "./renew.js";

/** The server takes no longer name. */
const LONGEST_NAME = 80;

/** @typedef {"reason" | "area"} Kind */
/** @typedef {{id: number, name: string, active: boolean, records: number}} Choice */
/** @typedef {"new" | "name" | "list"} Place the field of a new name, that of a name being changed, or neither */

/** The firm's reasons or its areas: adding one, renaming it, taking it out of use and bringing it back. */
export class ChoiceList {
  /** @type {Choice[] | null} nothing until it has been read */ #items = null;
  /** @type {number | null} whose name is being changed */ #editing = null;
  /** @type {Set<string>} */ #pending = new Set();
  /** @type {{place: Place, sentence: string} | null} what was refused last, and where it was asked for */ #refusal = null;
  #load = 0;

  /** @param {Kind} kind @param {import("./api.js").AdminApi} api @param {(sentence: string) => void} say shows what was done */
  constructor(kind, api, say) {
    this.kind = kind;
    this.api = api;
    this.say = say;
    this.list = h("div");
    this.complaint = complaint(nextId());
    this.nameComplaint = nextId();
    this.input = nameInput({ id: nextId(), "aria-describedby": this.complaint.id });
    this.element = panel(`${kind}s`, t(`choice.title.${kind}`), null, h("p", { class: "quiet" }, t(`choice.text.${kind}`)),
      h("form", { class: "rehearsal", onsubmit: (/** @type {Event} */ event) => this.#add(event) },
        h("div", { class: "rehearsal-field" }, h("label", { for: this.input.id }, t(`choice.new.${kind}`)), this.input),
        h("button", { class: "button" }, icon("add"), t("choice.add"))),
      this.complaint, this.list);
    this.list.addEventListener("click", (event) => this.#click(event));
    this.list.addEventListener("submit", (event) => this.#rename(event));
    this.list.addEventListener("keydown", (event) => event.key === "Escape" && this.#editing !== null && this.#stopEditing(this.#editing));
  }

  /** Reads the list anew; what is being typed stays. */
  async read() {
    this.#load += 1;
    const load = this.#load;
    try {
      const { items } = await this.api.choices(this.kind);
      if (load !== this.#load) return;
      this.#items = items;
      if (!items.some(({ id }) => id === this.#editing)) this.#editing = null;
      this.#draw();
    } catch (error) {
      if (load === this.#load) this.#refuse("list", explain(asProblem(error)).title);
    }
  }

  #draw() {
    if (this.#items) renew(this.list, this.#table(this.#items));
    renew(this.complaint, ...complaintWords(this.#isNameRefused() ? "" : this.#refusal?.sentence));
    if (this.#refusal?.place === "new") this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  /** @param {Choice[]} items */
  #table(items) {
    if (items.length === 0) return h("p", { class: "quiet empty" }, t(`choice.none.${this.kind}`));
    const columns = ["name", "records", "action"].map((column) => t(`choice.column.${column}`));
    const rows = items.map((item) => row(item.id, columns, this.#cells(item), item.active ? "" : "retired"));
    return table(t(`choice.title.${this.kind}`), columns, rows, "choices");
  }

  /** It is said where the name is being changed, unless that row is gone. */
  #isNameRefused() {
    return this.#refusal?.place === "name" && this.#editing !== null;
  }

  /** @param {Choice} item */
  #cells(item) {
    if (item.id === this.#editing) {
      const refusal = this.#isNameRefused() ? this.#refusal?.sentence : "";
      return [nameForm(item, this.nameComplaint, refusal), number(item.records), null];
    }
    return [this.#name(item), number(item.records), h("span", { class: "actions" }, ...this.#actions(item))];
  }

  /** @param {Choice} item */
  #name({ name, active }) {
    return h("span", { class: "choice-name" }, h("span", { class: "address" }, name), !active && status("idle", t(`choice.retired.${this.kind}`)));
  }

  /** @param {Choice} item */
  #actions({ id, name, active, records }) {
    const pending = this.#pending;
    const leave = records > 0 ? "retire" : "delete";
    return [
      actionButton("rename", id, t("choice.rename"), { pending, name: t("choice.rename_of", { name }) }),
      active ? actionButton("remove", id, t(`choice.${leave}`), { pending, name: t(`choice.${leave}_of`, { name }) })
        : actionButton("restore", id, t("choice.restore"), { pending, name: t("choice.restore_of", { name }) }),
    ];
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-action]");
    if (!(button instanceof HTMLElement) || button.getAttribute("aria-disabled")) return;
    const item = this.#items?.find(({ id }) => String(id) === button.dataset.id);
    if (!item) return;
    switch (button.dataset.action) {
      case "rename": return this.#startEditing(item.id);
      case "cancel": return this.#stopEditing(item.id);
      case "remove": return this.#do(`remove:${item.id}`, () => this.#remove(item));
      case "restore": return this.#do(`restore:${item.id}`, () => this.#restore(item));
    }
  }

  /** @param {number} id */
  #startEditing(id) {
    this.#editing = id;
    this.#refusal = null;
    this.#draw();
    const input = this.list.querySelector("input");
    input?.focus();
    input?.select();
  }

  /** @param {number} id */
  #stopEditing(id) {
    this.#editing = null;
    this.#refusal = null;
    this.#draw();
    this.#focus(`rename:${id}`);
  }

  /** @param {Event} event */
  async #add(event) {
    event.preventDefault();
    const name = this.input.value.trim();
    if (!name) return this.#refuse("new", t("choice.empty"));
    await this.#do("add", async () => {
      await this.api.addChoice(this.kind, name);
      this.input.value = "";
      return t("choice.done.added", { name });
    }, "new");
    this.input.focus();
  }

  /** @param {Event} event */
  async #rename(event) {
    event.preventDefault();
    const id = /** @type {number} */ (this.#editing);
    const name = /** @type {HTMLInputElement} */ (this.#field("name")).value.trim();
    if (!name) return this.#refuse("name", t("choice.empty"));
    await this.#do(`rename:${id}`, async () => {
      await this.api.renameChoice(this.kind, id, name);
      this.#editing = null;
      return t("choice.done.renamed", { name });
    }, "name");
    if (this.#editing === null) this.#focus(`rename:${id}`);
  }

  /** @param {Choice} item */
  async #remove({ id, name }) {
    const { deleted } = await this.api.removeChoice(this.kind, id);
    return deleted ? t("choice.done.deleted", { name }) : t(`choice.done.retired.${this.kind}`, { name });
  }

  /** @param {Choice} item */
  async #restore({ id, name }) {
    await this.api.restoreChoice(this.kind, id);
    return t("choice.done.restored", { name });
  }

  /**
   * Does something once, says what was done or why not, and shows the list as it now is.
   * @param {string} key @param {() => Promise<string>} act @param {Place} place
   */
  async #do(key, act, place = "list") {
    if (this.#pending.has(key)) return;
    this.#pending.add(key);
    this.#refusal = null;
    this.#draw();
    try {
      this.say(await act());
    } catch (error) {
      this.#refuse(place, this.#why(asProblem(error)));
    }
    this.#pending.delete(key);
    await this.read();
    this.#draw();
    if (!this.list.contains(document.activeElement) && place !== "new") this.#focusAfter(key);
  }

  /** @param {import("/addin/shared/problems.js").Problem} problem */
  #why(problem) {
    if (problem.code !== "name_taken") return explain(problem).title;
    const { name, active } = problem.document;
    return active ? t("choice.taken", { name }) : t(`choice.taken_retired.${this.kind}`, { name });
  }

  /** @param {Place} place @param {string} sentence */
  #refuse(place, sentence) {
    this.#refusal = { place, sentence };
    this.#draw();
    this.#field(place)?.focus();
  }

  /** @param {Place} place */
  #field(place) {
    return place === "new" ? this.input : place === "name" ? this.list.querySelector("input") : null;
  }

  /** What was pressed may be gone: the row's other button, else the heading. @param {string} key */
  #focusAfter(key) {
    const id = key.split(":")[1];
    this.#focus(`restore:${id}`) || this.#focus(`remove:${id}`) || this.element.querySelector("h2")?.focus();
  }

  /** @param {string} key */
  #focus(key) {
    const button = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-key="${key}"]`));
    button?.focus();
    return button !== null;
  }
}

/** The name of a choice while it is being changed. @param {Choice} item @param {string} complaintId @param {string} [refusal] nothing if all is well */
function nameForm({ id, name }, complaintId, refusal) {
  return h("form", { class: "choice-form", "data-key": `form:${id}` },
    nameInput({ value: name, "aria-label": t("choice.new_name", { name }), "aria-describedby": complaintId, "aria-invalid": refusal ? "true" : null }),
    h("button", { class: "button small primary" }, t("choice.save")),
    h("button", { type: "button", class: "button small", dataset: { action: "cancel", id: String(id), key: `cancel:${id}` } }, t("choice.cancel")),
    complaint(complaintId, refusal));
}

/** @param {string} id @param {string} [sentence] nothing if all is well */
function complaint(id, sentence) {
  return h("p", { id, class: "complaint", role: "alert" }, ...complaintWords(sentence));
}

/** @param {string} [sentence] */
function complaintWords(sentence) {
  return sentence ? [icon("error-circle"), sentence] : [];
}

/** @param {Record<string, any>} properties */
function nameInput(properties) {
  return h("input", { class: "input", autocomplete: "off", maxlength: LONGEST_NAME, ...properties });
}
