/** A message being written, and its life in the mailbox: saved, sent or thrown away. */

import { bodyText, textHtml } from "./html_body.js";

const EMPTY = {
  id: null,
  type: "newMail",
  toRecipients: [],
  ccRecipients: [],
  bccRecipients: [],
  subject: "",
  text: "",
  quoted: null,
};

/** A draft that Graph does not know yet. */
export function newDraft(mailbox, fields = {}) {
  return { ...EMPTY, ...fields, mailbox, ...volatile() };
}

/** A draft answering a message, made by Graph: kind is reply, replyAll or forward. */
export async function answerDraft(mailbox, message, kind) {
  const made = await mailbox.createAnswer(message.id, kind);
  const type = kind === "forward" ? "forward" : "reply";
  const saved = await savedAttachments(mailbox, made);
  return {
    ...EMPTY,
    ...made,
    type,
    mailbox,
    quoted: made.body,
    inReplyTo: message.internetMessageId,
    ...volatile(),
    saved,
  };
}

/** The draft that a message in Drafts is. */
export async function resumeDraft(mailbox, message) {
  const saved = await savedAttachments(mailbox, message);
  return { ...EMPTY, ...message, mailbox, text: bodyText(message.body), ...volatile(), saved };
}

function volatile() {
  return { added: [], saved: [], session: new Map() };
}

async function savedAttachments(mailbox, message) {
  return message.hasAttachments ? mailbox.attachments(message.id) : [];
}

/** Brings the mailbox's copy of the draft up to date and returns its id. */
export async function saveDraft(draft) {
  const { mailbox } = draft;
  const saved = draft.id ? await mailbox.update(draft.id, content(draft)) : await mailbox.createDraft(content(draft));
  Object.assign(draft, { id: saved.id, conversationId: saved.conversationId });
  while (draft.added.length > 0) {
    draft.saved.push(await mailbox.attach(draft.id, draft.added[0]));
    draft.added.shift();
  }
  return draft.id;
}

export async function sendDraft(draft) {
  await draft.mailbox.send(await saveDraft(draft));
}

export async function discardDraft(draft) {
  if (draft.id) await draft.mailbox.remove(draft.id);
}

/** All attachments, as far as they have come. */
export function attachmentsOf(draft) {
  return [...draft.saved, ...draft.added];
}

/** The body as it would be sent. */
export function bodyOf({ text, quoted }) {
  if (quoted?.contentType === "text") return { contentType: "text", content: `${text}${quoted.content}` };
  return { contentType: "html", content: `${textHtml(text)}${quoted?.content ?? ""}` };
}

function content(draft) {
  const { subject, toRecipients, ccRecipients, bccRecipients } = draft;
  return { subject, toRecipients, ccRecipients, bccRecipients, body: bodyOf(draft) };
}

/** Whether nobody would miss the draft. */
export function isBlank({ type, text, subject, toRecipients, ccRecipients, bccRecipients, added }) {
  const people = [...toRecipients, ...ccRecipients, ...bccRecipients];
  const untouched = type !== "newMail" || (!subject && people.length === 0);
  return untouched && !text.trim() && added.length === 0;
}
