// @ts-check
import { fullDate } from "/addin/shared/dates.js";
import { fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { channelName, subjectOf } from "/addin/shared/records.js";
import { Body } from "./body.js";
import { Dialog } from "./dialog.js";
import { obstacle } from "./outlook.js";

/** A mail in a window as large as the page, to be read and answered. */
export class Reader extends Dialog {
  /** @param {import("./app.js").Register} register @param {any} record */
  constructor(register, record) {
    super(subjectOf(record));
    this.element.classList.add("reader");
    this.mail = new Body(register, record, true);
    fill(this.about, `${channelName(record)} · ${fullDate(new Date(record.occurred_at))}`);
    fill(this.body, this.mail.element);
    fill(this.foot, record.can.reply && !obstacle(register, "message") && h("div", { class: "foot-main" },
      h("button", { type: "button", class: "button", onclick: () => register.run("reply", [record], { all: true }) }, icon("people"), t("detail.reply_all")),
      h("button", { type: "button", class: "button primary", onclick: () => register.run("reply", [record]) }, icon("arrow-reply"), t("detail.reply"))));
  }

  ended() {
    this.mail.end();
  }
}
