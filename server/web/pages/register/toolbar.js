// @ts-check
import { h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { obstacle, obstacleLine } from "./outlook.js";
import { popUp } from "./popup.js";

/** What can be done to the record that is shown; what cannot is not there. */
export class Toolbar {
  /** @param {import("./app.js").Register} register @param {any} record */
  constructor(register, record) {
    this.register = register;
    this.record = record;
    this.element = h("div", { class: "toolbar", role: "group", "aria-label": t("detail.actions") },
      record.automatic ? this.#answers() : this.#tellings(true), this.#edit(), this.#delete(), this.#more());
  }

  #answers() {
    if (!this.record.can.reply || obstacle(this.register, "message")) return [];
    return [
      this.#button("reply", "arrow-reply", t("detail.reply"), { words: true, keys: "R" }),
      this.#button("reply", "people", t("detail.reply_all"), { words: true, short: t("detail.all"), values: { all: true } }),
    ];
  }

  /** A task and a message, as far as Microsoft lets the person have them. @param {boolean} [brief] */
  #tellings(brief = false) {
    return /** @type {const} */ ([["task", "task-list-square-ltr"], ["message", "mail"]])
      .filter(([kind]) => !this.record.restricted && !obstacle(this.register, kind))
      .map(([kind, sign]) => this.#button(kind, sign, t(`detail.${kind}`), { words: true, short: brief ? t(`detail.${kind}_short`) : undefined }));
  }

  #edit() {
    const { edit, classify } = this.record.can;
    return (edit || classify) && this.#button("edit", "edit", t("detail.edit"), { keys: "E" });
  }

  #delete() {
    if (this.record.state === "deleted") return null;
    return this.record.can.delete && this.#button("delete", "delete", t("detail.delete"), { keys: "Delete" });
  }

  #more() {
    const items = [
      this.record.can.move && this.#button("move", "arrow-right", t("detail.move"), { words: true, keys: "M" }),
      ...(this.record.automatic ? this.#tellings() : []),
      this.record.automatic && this.record.can.open && this.#button("outlook", "open", t("outlook.open"), { words: true }),
      this.#button("link", "link", t("detail.copy_link"), { words: true }),
      obstacleLine(this.register),
    ].filter(Boolean);
    const button = h("button", { type: "button", class: "button subtle bare", "aria-label": t("detail.more"), title: t("detail.more"), "data-key": "more" }, icon("more-horizontal"));
    const box = h("div", { class: "popup toolbar-menu", onclick: () => close() }, ...items);
    const close = popUp(button, box, () => undefined);
    return [button, box];
  }

  /** @param {string} action @param {string} sign @param {string} name @param {{words?: boolean, short?: string, keys?: string, values?: any}} [more] `short` is what stands there of the name */
  #button(action, sign, name, { words = false, short, keys, values = {} } = {}) {
    return h("button", {
      type: "button", class: words ? "button subtle" : "button subtle bare", "aria-keyshortcuts": keys, "data-key": `${action}${values.all ? "-all" : ""}`,
      "aria-label": words && !short ? null : name, title: words && !short ? null : name, onclick: () => this.register.run(action, [this.record], values),
    }, icon(sign), words && h("span", null, short ?? name));
  }
}
