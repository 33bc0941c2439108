// @ts-check
import { announce, fill, h } from "/addin/shared/dom.js";
import { t } from "/addin/shared/i18n.js";
import { icon } from "/addin/shared/icons.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { fileIcon, size } from "/addin/shared/records.js";
import { block } from "./blocks.js";
import { save } from "./download.js";

const COLUMNS = ["attachments.file", "attachments.size", "attachments.published"];

/** The files of a communication, each to be opened, and whether clients find it in a3doc. @param {import("./app.js").Register} register @param {any} record */
export function documents(register, record) {
  const files = [...record.attachments, ...record.documents];
  if (files.length === 0) return null;
  return block("attachments.title", h("table", { class: "files" },
    h("thead", null, h("tr", null, COLUMNS.map((key) => h("th", { scope: "col" }, t(key))))),
    h("tbody", null, files.map((file) => fileRow(register, record, file)))));
}

/** @param {import("./app.js").Register} register @param {any} record @param {any} file */
function fileRow(register, record, file) {
  const said = h("p", { class: "file-said", role: "status" });
  const href = `/api/records/${record.id}/attachments/${file.id}/content`;
  const link = h("a", {
    class: "file", href, download: file.name, title: file.name, "data-key": `file-${file.id}`, "aria-label": t("documents.open", { name: file.name }),
    onclick: (/** @type {Event} */ event) => (event.preventDefault(), open(register, record, file, href, link, said)),
  }, fileIcon(file.name), h("span", null, file.name));
  const shown = !record.can.open || record.state === "deleted" || file.id === undefined ? h("span", { class: "file" }, fileIcon(file.name), h("span", { title: file.name }, file.name)) : link;
  return h("tr", null, h("td", null, shown, said), h("td", null, size(file.size)), h("td", null, file.published && published()));
}

/** The word that people know from a3doc; a screen reader says it whole. */
function published() {
  return h("span", { class: "published" }, h("span", { "aria-hidden": "true" }, "Si"), h("span", { class: "sr-only" }, t("documents.published")));
}

/**
 * Fetches a file and hands it to the browser; while it comes, its line says so.
 * @param {import("./app.js").Register} register @param {any} record @param {any} file @param {string} href @param {HTMLElement} link @param {HTMLElement} said
 */
async function open(register, record, file, href, link, said) {
  if (link.getAttribute("aria-busy") === "true") return;
  link.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => fill(said, t("documents.coming")), 400);
  try {
    const answer = await register.api.open(href, { headers: { Accept: "application/problem+json, */*;q=0.5" } });
    save(await answer.blob(), file.name);
    fill(said);
    announce(t("documents.opened", { name: file.name }));
  } catch (error) {
    fill(said, icon("error-circle"), ...refusal(asProblem(error)));
  }
  clearTimeout(slow);
  link.setAttribute("aria-busy", "false");
}

/** What went wrong, with the way to the mail in Outlook where the file lies there. @param {import("/addin/shared/problems.js").Problem} problem */
function refusal(problem) {
  const { title, text } = explain(problem);
  const link = problem.document.web_link;
  return [h("span", null, title, ". ", text, " ", link && h("a", { class: "link", href: link, target: "_blank", rel: "noopener noreferrer" }, icon("open"), t("outlook.open")))];
}
