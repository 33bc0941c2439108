/** One mailbox through Graph: folders and messages. */

const ROW = [
  "id",
  "subject",
  "bodyPreview",
  "from",
  "toRecipients",
  "receivedDateTime",
  "sentDateTime",
  "lastModifiedDateTime",
  "isRead",
  "isDraft",
  "hasAttachments",
  "importance",
  "changeKey",
].join(",");
const WELL_KNOWN = ["inbox", "drafts", "sentitems", "archive", "deleteditems", "junkemail"];
const PAGE = 60;

/** The mailbox of that address, reached with the given `graph`; `shared` tells the person's own from the others. */
export function createMailbox(graph, { address, name, shared }) {
  const base = `/users/${encodeURIComponent(address)}`;
  const ask = (method, path, body) => graph(method, `${base}${path}`, body);
  return { address, name, shared, ...folderCalls(ask), ...messageCalls(ask), ...draftCalls(ask) };
}

function folderCalls(ask) {
  let wellKnown = null;
  return {
    /** All folders as a tree, the well-known ones first: [{id, displayName, unreadItemCount, wellKnown, children}]. */
    async folders() {
      wellKnown ??= await findWellKnown(ask);
      const top = await withChildren(ask, await ask("GET", "/mailFolders?$top=100"), wellKnown);
      return top.sort((one, other) => rank(one) - rank(other));
    },
  };
}

async function findWellKnown(ask) {
  const found = await Promise.all(WELL_KNOWN.map((name) => ask("GET", `/mailFolders/${name}?$select=id`)));
  return new Map(found.map(({ id }, place) => [id, WELL_KNOWN[place]]));
}

function withChildren(ask, { value }, wellKnown) {
  return Promise.all(
    value.map(async (folder) => {
      const page = folder.childFolderCount
        ? await ask("GET", `/mailFolders/${folder.id}/childFolders?$top=100`)
        : { value: [] };
      return {
        ...folder,
        wellKnown: wellKnown.get(folder.id) ?? null,
        children: await withChildren(ask, page, wellKnown),
      };
    }),
  );
}

function rank({ wellKnown }) {
  return wellKnown === null ? WELL_KNOWN.length : WELL_KNOWN.indexOf(wellKnown);
}

function messageCalls(ask) {
  return {
    async messages(folderId) {
      const query = `$select=${ROW}&$orderby=receivedDateTime desc&$top=${PAGE}`;
      return (await ask("GET", `/mailFolders/${folderId}/messages?${query}`)).value;
    },
    message: (id) => ask("GET", `/messages/${id}`),
    attachments: async (id) => (await ask("GET", `/messages/${id}/attachments`)).value,
    update: (id, changes) => ask("PATCH", `/messages/${id}`, changes),
    move: (id, destinationId) => ask("POST", `/messages/${id}/move`, { destinationId }),
    remove: (id) => ask("DELETE", `/messages/${id}`),
  };
}

const ANSWERS = { reply: "createReply", replyAll: "createReplyAll", forward: "createForward" };

function draftCalls(ask) {
  return {
    createDraft: (message) => ask("POST", "/messages", message),
    /** A draft that answers: kind is reply, replyAll or forward. */
    createAnswer: (id, kind) => ask("POST", `/messages/${id}/${ANSWERS[kind]}`, {}),
    attach: (id, attachment) => ask("POST", `/messages/${id}/attachments`, attachment),
    detach: (id, attachmentId) => ask("DELETE", `/messages/${id}/attachments/${attachmentId}`),
    send: (id) => ask("POST", `/messages/${id}/send`),
  };
}
