// @ts-check
import { ClientSearch } from "../../shared/client_search.js";
import { h, nextId } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { icon } from "../../shared/icons.js";
import { codeTag } from "../../shared/records.js";
import { fileFrom, fileStatus, threadTick } from "./filing.js";
import { attachmentsSection } from "./message.js";

/** Whose is it? A click on a candidate answers. @param {any} pane @param {import("../mailbox.js").Mail} mail @param {any} answer */
export function unassignedView(pane, mail, answer) {
  const thread = threadTick();
  const heading = h("h2", { id: nextId(), class: "question" }, icon("question-circle"), question(answer));
  const choose = (/** @type {string} */ code) => fileFrom(pane, section, code, thread.input.checked);
  const search = new ClientSearch(pane.api, (client) => choose(client.code), { label: t("file.other"), placeholder: t("client.search") });
  const section = h("section", { class: "card", "aria-labelledby": heading.id },
    heading,
    h("ul", { class: "candidates" }, answer.candidates.map((/** @type {any} */ candidate) => h("li", null, candidateButton(candidate, choose)))),
    thread.element,
    h("h3", null, t("file.other")), search.element, fileStatus());
  return [section, attachmentsSection(mail.attachments)].filter((part) => part !== null);
}

/** @param {any} answer */
function question(answer) {
  const clients = new Set(answer.candidates.map((/** @type {any} */ candidate) => candidate.client.code)).size;
  if (clients === 0) return t("unassigned.question_none");
  const addresses = new Set(answer.candidates.map((/** @type {any} */ candidate) => candidate.address)).size;
  return t(addresses > 1 ? "unassigned.question_several" : "unassigned.question", { count: clients });
}

/** @param {any} candidate @param {(code: string) => void} choose */
function candidateButton(candidate, choose) {
  const { client, address, section, clue } = candidate;
  return h("button", { type: "button", class: "candidate", "data-key": client.code, onclick: () => choose(client.code) },
    h("span", { class: "client-name" }, client.name), codeTag(client.code),
    address && h("span", { class: "candidate-why" }, section ? t("why.place", { address, section: t(`section.${section}`) }) : address),
    clue && h("span", { class: "clue" }, icon("lightbulb"), t(`clue.${clue}`)));
}
