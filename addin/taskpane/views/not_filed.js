// @ts-check
import { ClientSearch } from "../../shared/client_search.js";
import { fill, h, nextId } from "../../shared/dom.js";
import { has, t } from "../../shared/i18n.js";
import { icon } from "../../shared/icons.js";
import { codeTag } from "../../shared/records.js";
import { fileFrom, fileStatus, threadTick } from "./filing.js";
import { attachmentsSection } from "./message.js";

/** What a person may file by hand all the same. */
const BY_HAND = new Set(["no_client", "internal", "private", "automatic_reply", "bulk", "meeting_response", "excluded_address", "journal", "outside_period"]);

/** Why the mail is not in the register, and the way to put it there. @param {any} pane @param {import("../mailbox.js").Mail} mail @param {any} answer */
export function notFiledView(pane, mail, answer) {
  const reason = has(`exclusion.${answer.exclusion}.title`) ? answer.exclusion : "other";
  const heading = h("h2", { id: nextId(), class: "question" }, icon("prohibited"), t(`exclusion.${reason}.title`));
  return [
    h("section", { class: "card", "aria-labelledby": heading.id }, heading, h("p", { class: "quiet" }, t(`exclusion.${reason}.text`)),
      BY_HAND.has(answer.exclusion) ? fileForm(pane) : checkAgain(pane)),
    attachmentsSection(mail.attachments),
  ].filter((part) => part !== null);
}

/** @param {any} pane */
function checkAgain(pane) {
  return h("button", { type: "button", class: "button again", "data-key": "again", onclick: () => pane.read() }, t("action.check"));
}

/** @param {any} pane */
function fileForm(pane) {
  const thread = threadTick();
  const chosen = h("div", { class: "chosen" });
  const search = new ClientSearch(pane.api, (client) => offer(client), { label: t("client.search") });
  const form = h("div", { class: "file-form" }, h("h3", null, t("file.title")), search.element, chosen, fileStatus());
  const offer = (/** @type {{code: string, name: string}} */ client) => {
    fill(chosen, h("p", { class: "client" }, h("span", { class: "client-name" }, client.name), codeTag(client.code)), thread.element, button(client));
    chosen.querySelector("button")?.focus();
  };
  const button = (/** @type {{code: string}} */ client) =>
    h("button", { type: "button", class: "button primary wide", onclick: () => fileFrom(pane, form, client.code, thread.input.checked) }, t("file.submit"));
  return form;
}
