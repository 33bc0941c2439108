/* The message in front of the user: plain properties in read mode, getters with a callback in compose mode. */

function createItem(snapshot, isSetSupported) {
  if (snapshot === null) return null;
  const members = snapshot.mode === "read" ? readMembers(snapshot) : composeMembers(snapshot);
  return withinRequirements(members, isSetSupported);
}

/** Members are listed under the Mailbox set that brought them; a smaller client simply lacks them. */
function withinRequirements(membersBySet, isSetSupported) {
  const supported = Object.entries(membersBySet).filter(([version]) => isSetSupported("Mailbox", version));
  return Object.assign({}, ...supported.map(([, members]) => members));
}

function readMembers(snapshot) {
  return {
    1.1: {
      ...snapshot.properties,
      attachments: snapshot.attachments,
      dateTimeCreated: new Date(snapshot.dateTimeCreated),
      dateTimeModified: new Date(snapshot.dateTimeModified),
      displayReplyForm: (form) => void askHost("form.reply", { all: false, form: asReplyForm(form) }),
      displayReplyAllForm: (form) => void askHost("form.reply", { all: true, form: asReplyForm(form) }),
    },
    1.3: { body: { getAsync: asynchronous((options, format) => askHost("body", { format })) }, notificationMessages },
    1.8: { ...attachmentMembers, categories, ...sharedMembers(snapshot) },
    1.9: {
      displayReplyFormAsync: asynchronous((options, form) =>
        askHost("form.reply", { all: false, form: asReplyForm(form ?? options) }),
      ),
      displayReplyAllFormAsync: asynchronous((options, form) =>
        askHost("form.reply", { all: true, form: asReplyForm(form ?? options) }),
      ),
    },
  };
}

function asReplyForm(form) {
  return typeof form === "string" ? { htmlBody: form } : { htmlBody: form?.htmlBody ?? "" };
}

const attachmentMembers = {
  getAttachmentContentAsync: asynchronous((options, id) => askHost("attachment.content", { id })),
};

const categories = {
  getAsync: asynchronous(() => askHost("categories.get")),
  addAsync: asynchronous((options, names) => askHost("categories.add", { names })),
  removeAsync: asynchronous((options, names) => askHost("categories.remove", { names })),
};

/** Outlook has this member only on items of a shared folder or mailbox. */
function sharedMembers({ shared }) {
  return shared ? { getSharedPropertiesAsync: asynchronous(() => shared) } : {};
}

const LONGEST_NOTIFICATION = 150;
const LONGEST_KEY = 32;
const notificationMessages = {
  addAsync: asynchronous((options, key, message) => notify("notification.add", key, message ?? options)),
  replaceAsync: asynchronous((options, key, message) => notify("notification.replace", key, message ?? options)),
  removeAsync: asynchronous((options, key) => askHost("notification.remove", { key })),
  getAllAsync: asynchronous(() => askHost("notification.list")),
};

function notify(method, key, message) {
  if (key.length > LONGEST_KEY || message.message.length > LONGEST_NOTIFICATION) {
    throw failure(9017, "ParameterTooLong", "A key has at most 32 characters and a message at most 150.");
  }
  return askHost(method, { key, message });
}

function composeMembers(snapshot) {
  const field = (name) => ({ getAsync: asynchronous(() => askHost("compose.get", { name })) });
  return {
    1.1: {
      ...snapshot.properties,
      subject: field("subject"),
      to: field("to"),
      cc: field("cc"),
      bcc: field("bcc"),
    },
    1.3: {
      body: { getAsync: asynchronous((options, format) => askHost("body", { format })) },
      notificationMessages,
      saveAsync: asynchronous(() => askHost("compose.save")),
    },
    1.7: { ...handlerMembers, from: field("from") },
    1.8: {
      ...attachmentMembers,
      getAttachmentsAsync: asynchronous(() => askHost("compose.get", { name: "attachments" })),
      getItemIdAsync: asynchronous(() => askHost("compose.itemId")),
    },
    "1.10": { getComposeTypeAsync: asynchronous(() => askHost("compose.get", { name: "type" })) },
    1.11: { sessionData },
    1.14: { inReplyTo: snapshot.inReplyTo },
  };
}

const sessionData = {
  getAsync: asynchronous((options, key) => askHost("session.get", { key })),
  setAsync: asynchronous((options, key, value) => askHost("session.set", { key, value })),
  getAllAsync: asynchronous(() => askHost("session.list")),
  removeAsync: asynchronous((options, key) => askHost("session.remove", { key })),
  clearAsync: asynchronous(() => askHost("session.clear")),
};
