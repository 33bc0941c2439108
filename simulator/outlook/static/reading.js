/** The reading pane: one message in full. */

import { displayName } from "./addresses.js";
import { formatSize } from "./bytes.js";
import { fullDate } from "./dates.js";
import { foreign, h, icon } from "./dom.js";
import { createBody, createRemoteNotice } from "./html_body.js";
import { createAvatar } from "./people.js";
import { locale, t } from "./text.js";

/** The page that stands where no message is open. */
export function createEmptyReading() {
  return h("div", { class: "reading-empty" }, icon("read"), h("p", {}, t("nothingSelected")));
}

/** The message with its attachments as Graph gave them. */
export function createReading(message, attachments) {
  return h(
    "article",
    { class: "reading", "data-testid": "reading", "data-id": message.id },
    h("h2", { class: "reading-subject", dir: "auto" }, message.subject || t("noSubject")),
    createHead(message),
    createNotifications(),
    createAttachments(attachments.filter(({ isInline }) => !isInline)),
    createRemoteNotice(message.body),
    createBody(message.body, attachments),
  );
}

function createHead(message) {
  const date = message.receivedDateTime ?? message.sentDateTime ?? message.lastModifiedDateTime;
  return h(
    "div",
    { class: "reading-head" },
    createAvatar(displayName(message.from)),
    h(
      "dl",
      { class: "people" },
      createPeople("from", message.from ? [message.from] : []),
      createPeople("to", message.toRecipients),
      createPeople("cc", message.ccRecipients),
      createPeople("bcc", message.bccRecipients),
    ),
    h("time", { class: "reading-date", datetime: date }, fullDate(date)),
  );
}

function createPeople(field, recipients = []) {
  if (recipients.length === 0) return null;
  const people = recipients.map((recipient) => createPerson(recipient));
  return h("div", { class: `people-${field}` }, h("dt", {}, t(field)), h("dd", {}, people));
}

function createPerson({ emailAddress: { name, address } }) {
  const known = name && name !== address;
  return h(
    "span",
    { class: "person" },
    known && foreign(name, { class: "person-name" }),
    foreign(known ? `<${address}>` : address, { class: "person-address" }),
  );
}

/** Where a pane's notificationMessages appear, above the text as in Outlook. */
function createNotifications() {
  return h("div", { class: "notifications", role: "status", "data-testid": "notifications" });
}

function createAttachments(attachments) {
  if (attachments.length === 0) return null;
  return h("ul", { class: "attachments", "aria-label": t("attachments") }, attachments.map(createAttachment));
}

/** Saved as plain bytes: a type of the sender's choosing could make the browser show the file instead. */
function createAttachment({ name, size, contentBytes }) {
  const label = [
    icon("attach"),
    foreign(name, { class: "attachment-name" }),
    h("span", { class: "attachment-size" }, formatSize(size, locale)),
  ];
  const address = contentBytes && `data:application/octet-stream;base64,${contentBytes}`;
  return h(
    "li",
    {},
    address
      ? h("a", { class: "attachment", href: address, download: name }, label)
      : h("span", { class: "attachment" }, label),
  );
}
