// @ts-check
import { fill, h, nextId } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { codeTag, subjectOf } from "/addin/shared/records.js";
import { Dialog } from "./dialog.js";
import { foldedWords } from "./hits.js";
import { openMade } from "./outlook.js";
import { kindIcon, knownPeople } from "./people.js";

const MANY = 10;
const GROUPS = /** @type {const} */ (["person", "contact"]);

/** "Enviar mensaje": whom to tell of a communication; the draft opens in Outlook and the person sends it. */
export class MessageDialog extends Dialog {
  /** @type {Set<string>} */ #chosen = new Set();

  /** @param {import("./app.js").Register} register @param {any} record */
  constructor(register, record) {
    super(t("message.title"));
    this.register = register;
    this.record = record;
    this.count = h("span", { class: "quiet", role: "status" });
    this.lists = h("div", { class: "message-lists", "aria-busy": "true" }, h("p", { class: "quiet" }, t("message.loading")));
    fill(this.about, h("span", null, subjectOf(record)));
    fill(this.body, h("p", { class: "quiet" }, t("message.text")), this.lists);
    fill(this.foot, h("div", { class: "foot-more" }, this.count), this.mainButtons(t("message.create")));
  }

  open() {
    super.open();
    this.#load();
  }

  async submit() {
    if (this.#chosen.size === 0) return this.warn(t("message.nobody"));
    await this.during(() => this.#create());
  }

  async #create() {
    const { register, record } = this;
    this.calm();
    try {
      const made = await openMade(() => register.api.send("POST", `/api/records/${record.id}/message`, { to: [...this.#chosen] }), t("outlook.preparing"));
      register.detail.followups.add(record.id, "message", made.web_link);
      this.close();
      register.toast.say(t(made.opened ? "message.done" : "outlook.blocked"), { sign: "mail" });
    } catch (error) {
      this.complain(asProblem(error));
    }
  }

  async #load() {
    try {
      const known = await knownPeople(this.register.api, this.record.client.code);
      this.#show(known.filter((one) => one.address));
    } catch (error) {
      const { title } = explain(asProblem(error));
      fill(this.lists, h("p", { class: "refusal" }, icon("error-circle"), title), h("button", { type: "button", class: "button", onclick: () => this.#load() }, t("action.retry")));
    }
    this.lists.removeAttribute("aria-busy");
  }

  /** @param {import("./people.js").Known[]} known */
  #show(known) {
    const filter = known.length > MANY && h("div", { class: "search" }, icon("search"),
      h("input", { type: "search", "aria-label": t("message.filter"), placeholder: t("message.filter"), oninput: (/** @type {Event} */ event) => this.#filter(/** @type {HTMLInputElement} */ (event.target).value), onkeydown: keepEnter }));
    fill(this.lists, filter, GROUPS.map((kind) => this.#group(kind, known.filter((one) => one.kind === kind))));
    /** @type {HTMLElement | null} */ (this.lists.querySelector("input"))?.focus();
    this.#tell();
  }

  /** @param {"person" | "contact"} kind @param {import("./people.js").Known[]} people */
  #group(kind, people) {
    const title = kind === "contact" ? [t("message.contacts", { client: this.record.client.name }), " ", codeTag(this.record.client.code)] : t("message.people");
    return h("fieldset", { class: "tick-list" }, h("legend", null, ...[title].flat()),
      people.length ? people.map((one) => this.#tick(one)) : h("p", { class: "quiet" }, t(`message.no_${kind}`)));
  }

  /** @param {import("./people.js").Known} one */
  #tick(one) {
    const note = nextId();
    return h("label", { class: "tick", dataset: { words: foldedWords(`${one.name} ${one.address} ${one.note}`).join(" ") } },
      h("input", { type: "checkbox", "aria-describedby": note, onchange: (/** @type {Event} */ event) => this.#choose(one.address, /** @type {HTMLInputElement} */ (event.target).checked) }),
      kindIcon(one.kind), h("span", { class: "tick-name" }, one.name), h("span", { class: "quiet tick-note", id: note }, [one.address !== one.name && one.address, one.kind === "contact" && one.note].filter(Boolean).join(" · ")));
  }

  /** @param {string} address @param {boolean} chosen */
  #choose(address, chosen) {
    if (chosen) this.#chosen.add(address);
    else this.#chosen.delete(address);
    this.calm();
    this.#tell();
  }

  #tell() {
    this.count.textContent = t("message.chosen", { count: this.#chosen.size });
  }

  /** @param {string} words */
  #filter(words) {
    const wanted = foldedWords(words);
    for (const label of this.lists.querySelectorAll("label")) label.hidden = !wanted.every((word) => label.dataset.words?.includes(word));
  }
}

/** Enter in the field that narrows must not send. @param {KeyboardEvent} event */
function keepEnter(event) {
  if (event.key === "Enter") event.preventDefault();
}
