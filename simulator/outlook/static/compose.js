/** The form in which a message is written. */

import { formatRecipients, parseRecipients } from "./addresses.js";
import { asFileAttachment, formatSize } from "./bytes.js";
import { foreign, h, icon } from "./dom.js";
import { attachmentsOf } from "./drafts.js";
import { createBody } from "./html_body.js";
import { locale, t } from "./text.js";

const RECIPIENTS = [
  ["toRecipients", "to"],
  ["ccRecipients", "cc"],
  ["bccRecipients", "bcc"],
];

/** A form that keeps `draft` up to date and calls `onchange(name)` for a changed field of recipients.
 *
 * `check()` says whether it may be sent and shows the person what is wrong.
 */
export function createCompose(draft, { senders, onchange }) {
  const files = h("ul", { class: "attachments", "aria-label": t("attachments") });
  const inputs = RECIPIENTS.map(([field, name]) => createRecipients(draft, field, name, onchange));
  const text = createText(draft);
  const drawFiles = () =>
    files.replaceChildren(...attachmentsOf(draft).map((one) => createFile(draft, one, drawFiles)));
  drawFiles();
  return {
    element: h(
      "form",
      { class: "compose", "aria-label": t("newMail"), "data-testid": "compose" },
      createSender(draft, senders),
      inputs.map(({ element }) => element),
      createSubject(draft),
      h("div", { class: "notifications", role: "status", "data-testid": "notifications" }),
      files,
      text,
      draft.quoted &&
        h("section", { class: "quoted", "aria-label": t("original") }, createBody(draft.quoted, draft.saved)),
    ),
    focus: () => (draft.toRecipients.length > 0 ? text : inputs[0].input).focus(),
    check: () => inputs.every(({ check }) => check()),
    async attach(chosen) {
      draft.added.push(...(await Promise.all([...chosen].map(asFileAttachment))));
      drawFiles();
    },
    drawFiles,
  };
}

/** A draft stays in the mailbox where it was begun. */
function createSender(draft, senders) {
  const options = senders.map(({ address, name }) =>
    h("option", { value: address, selected: address === draft.mailbox.address }, `${name} <${address}>`),
  );
  const choose = (event) => {
    draft.mailbox = senders.find(({ address }) => address === event.target.value);
  };
  return createField(
    "from",
    h("select", { id: "compose-from", disabled: draft.id !== null, onchange: choose }, options),
  );
}

function createRecipients(draft, field, name, onchange) {
  const id = `compose-${name}`;
  const input = h("input", { id, list: "addresses", autocomplete: "off", spellcheck: "false" });
  input.value = formatRecipients(draft[field]);
  const read = () => input.setCustomValidity(readInto(draft, field, input.value));
  const check = () => {
    read();
    return input.reportValidity();
  };
  input.addEventListener("input", read);
  input.addEventListener("change", () => onchange(name));
  return { element: createField(name, input), input, check };
}

/** The reason why the text cannot be a list of recipients, empty if it can. */
function readInto(draft, field, text) {
  try {
    draft[field] = parseRecipients(text);
    return "";
  } catch (error) {
    return t("hostileAddress", { address: error.message });
  }
}

function createSubject(draft) {
  const input = h("input", { id: "compose-subject", autocomplete: "off", dir: "auto" });
  input.value = draft.subject ?? "";
  input.addEventListener("input", () => {
    draft.subject = input.value;
  });
  return createField("subject", input);
}

function createField(name, control) {
  return h("div", { class: "field" }, h("label", { for: `compose-${name}` }, t(name)), control);
}

function createText(draft) {
  const area = h("textarea", { "aria-label": t("body"), dir: "auto", rows: draft.quoted ? 8 : 16 });
  area.value = draft.text;
  area.addEventListener("input", () => {
    draft.text = area.value;
  });
  return area;
}

function createFile(draft, attachment, redraw) {
  const remove = () => {
    draft.added = draft.added.filter((one) => one !== attachment);
    redraw();
  };
  return h(
    "li",
    { class: "attachment" },
    icon("attach"),
    foreign(attachment.name, { class: "attachment-name" }),
    h("span", { class: "attachment-size" }, formatSize(attachment.size, locale)),
    draft.added.includes(attachment) &&
      h(
        "button",
        { type: "button", class: "plain", onclick: remove, "aria-label": t("remove", { name: attachment.name }) },
        icon("close"),
      ),
  );
}
