/** What a pane may know of, and do with, the message in front of the user. */

import { attachmentsOf, bodyOf, saveDraft } from "./drafts.js";
import { bodyText } from "./html_body.js";
import { createNotifications } from "./notifications.js";
import { OfficeError } from "./office_error.js";

/** Outlook's own spelling of an item's id, which a pane turns into Graph's by convertToRestId. */
function ewsId(id) {
  return id.replaceAll("-", "/").replaceAll("_", "+");
}

/** Graph's spelling of an id that came from a pane. */
export function restId(id) {
  return id.replaceAll("/", "-").replaceAll("+", "_");
}

/** A message being read; `place` is the element above its text where notifications appear. */
export function readSurface({ message, attachments, mailbox, firm, place, mobile }) {
  return {
    mode: "read",
    key: message.id,
    snapshot: {
      mode: "read",
      properties: readProperties(message, firm, mobile),
      attachments: attachments.map(attachmentDetails),
      dateTimeCreated: message.createdDateTime ?? message.receivedDateTime,
      dateTimeModified: message.lastModifiedDateTime,
      shared: mailbox.shared ? sharedProperties(mailbox) : null,
    },
    methods: {
      body: ({ format }) => formatted(message.body, format),
      "attachment.content": ({ id }) => attachmentContent(attachments, id),
      ...categoryMethods(mailbox, message),
      ...createNotifications(place),
    },
  };
}

function readProperties(message, firm, mobile) {
  const people = (recipients = []) => recipients.map((recipient) => personDetails(recipient, firm));
  return {
    itemType: "message",
    itemClass: "IPM.Note",
    itemId: mobile ? message.id : ewsId(message.id),
    internetMessageId: message.internetMessageId,
    conversationId: message.conversationId,
    subject: message.subject,
    normalizedSubject: message.subject?.replace(/^((re|rv|fw|fwd):\s*)+/i, "") ?? "",
    from: message.from && personDetails(message.from, firm),
    sender: message.sender && personDetails(message.sender, firm),
    to: people(message.toRecipients),
    cc: people(message.ccRecipients),
  };
}

function personDetails({ emailAddress }, firm) {
  const { name, address } = emailAddress;
  const recipientType = firm.has(address?.toLowerCase()) ? "user" : "externalUser";
  return { displayName: name ?? address, emailAddress: address, appointmentResponse: "none", recipientType };
}

function attachmentDetails({ id, name, size, contentType, isInline, contentId, "@odata.type": type }) {
  const attachmentType = { "#microsoft.graph.itemAttachment": "item", "#microsoft.graph.referenceAttachment": "cloud" };
  return {
    id,
    name,
    size,
    contentType,
    isInline: Boolean(isInline),
    contentId,
    attachmentType: attachmentType[type] ?? "file",
  };
}

function sharedProperties({ address }) {
  return { owner: address, targetMailbox: address, delegatePermissions: 63, targetRestUrl: `${location.origin}/api` };
}

function formatted(body, format) {
  return format === "html" ? body.content : bodyText(body);
}

function attachmentContent(attachments, id) {
  const found = attachments.find((one) => one.id === id);
  if (!found?.contentBytes) throw new OfficeError(9034, "AttachmentNotFound", "There is no file with this id.");
  return { format: "base64", content: found.contentBytes };
}

function categoryMethods(mailbox, message) {
  const write = async (categories) =>
    void (message.categories = (await mailbox.update(message.id, { categories })).categories);
  return {
    "categories.get": () => message.categories.map((displayName) => ({ displayName, color: "Preset0" })),
    "categories.add": ({ names }) => write([...new Set([...message.categories, ...names])]),
    "categories.remove": ({ names }) => write(message.categories.filter((name) => !names.includes(name))),
  };
}

const FIELDS = { to: "toRecipients", cc: "ccRecipients", bcc: "bccRecipients" };

/** A message being written. */
export function composeSurface({ draft, person, firm, place }) {
  return {
    mode: "compose",
    key: draft,
    snapshot: {
      mode: "compose",
      properties: { itemType: "message", itemClass: "IPM.Note", conversationId: draft.conversationId },
      inReplyTo: draft.inReplyTo ?? null,
    },
    methods: {
      body: ({ format }) => formatted(bodyOf(draft), format),
      "compose.get": ({ name }) => composeField(draft, name, person, firm),
      "compose.save": async () => ewsId(await saveDraft(draft)),
      "compose.itemId": () => savedId(draft),
      "attachment.content": ({ id }) => attachmentContent(draft.saved, id),
      ...sessionMethods(draft.session),
      ...createNotifications(place),
    },
  };
}

function composeField(draft, name, person, firm) {
  if (name in FIELDS) return draft[FIELDS[name]].map((recipient) => personDetails(recipient, firm));
  if (name === "attachments") return attachmentsOf(draft).map(attachmentDetails);
  if (name === "type") return { composeType: draft.type, coercionType: "html" };
  if (name === "from") return personDetails({ emailAddress: draft.mailbox.shared ? draft.mailbox : person }, firm);
  return draft.subject;
}

function savedId(draft) {
  if (!draft.id) throw new OfficeError(9049, "ItemNotSaved", "The item has no id before it is saved.");
  return ewsId(draft.id);
}

function sessionMethods(session) {
  return {
    "session.get": ({ key }) => session.get(key) ?? null,
    "session.set": ({ key, value }) => void session.set(key, value),
    "session.list": () => Object.fromEntries(session),
    "session.remove": ({ key }) => void session.delete(key),
    "session.clear": () => session.clear(),
  };
}
