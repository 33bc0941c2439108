/** A person at work in their mailboxes: which folder and message are open, and what each command does. */

import { createComposeCommands, createReadingCommands } from "./commands.js";
import { createCompose } from "./compose.js";
import { clockTime } from "./dates.js";
import { h } from "./dom.js";
import { answerDraft, discardDraft, isBlank, newDraft, resumeDraft, saveDraft, sendDraft } from "./drafts.js";
import { createFolderTree } from "./folders.js";
import { bodyText } from "./html_body.js";
import { createMessageList } from "./list.js";
import { createEmptyReading, createReading } from "./reading.js";
import { composeSurface, readSurface, restId } from "./surface.js";
import { t } from "./text.js";

const REFRESH_MS = 2000;

/** The command bar and the columns below it: folders, list, message, pane. */
export class Workspace {
  #settings;
  #pane;
  #branches = [];
  #mailbox;
  #folder = null;
  #message = null;
  #draft = null;
  #form = null;
  /** Counts what was opened, so that an answer that comes too late is known as such. */
  #turn = 0;
  #tree = createFolderTree((mailbox, folder) => this.#run(() => this.#openFolder(mailbox, folder)));
  #list = createMessageList({
    onselect: (id) => this.#run(() => this.#openMessage(id)),
    ondelete: () => this.#run(() => this.#remove()),
  });
  #content = h("section", { class: "content" });
  #bar = h("div", { class: "commands", role: "toolbar", "aria-label": t("mail") });

  /** `createPaneWith(requests)` makes the pane, which may ask for the forms in `requests`; `tell(sentence)` informs the
   * person; `firm` holds the firm's own addresses in lower case; the first of `mailboxes` is the person's own.
   */
  constructor({ mailboxes, person, firm, mobile, createPaneWith, tell }) {
    this.#settings = { mailboxes, person, firm, mobile, tell };
    this.#mailbox = mailboxes[0];
    this.#pane = createPaneWith({
      "form.reply": ({ all, form }) => this.#answer(all ? "replyAll" : "reply", form.htmlBody),
      "form.new": ({ form }) => this.#compose(form),
      "form.message": ({ itemId }) => this.#openMessage(restId(itemId)),
    });
    this.#pane.onToggle = () => this.#drawCommands();
    this.#showNothing();
    this.#pane.open();
  }

  get parts() {
    const columns = [this.#tree.element, this.#list.element, this.#content, this.#pane.element];
    return [this.#bar, h("div", { class: "columns" }, columns)];
  }

  /** The message being read, or null. */
  get message() {
    return this.#message;
  }

  /** Keeps the page in step with the mailboxes for as long as it is open, beginning with the item of a link. */
  async follow(item = null) {
    await this.#run(() => this.#refresh());
    if (item) await this.#run(() => this.#openMessage(item));
    setTimeout(() => this.follow(), REFRESH_MS);
  }

  /** What a person does must not fail in silence. */
  async #run(work) {
    try {
      await work();
    } catch (error) {
      this.#settings.tell(error.message || t("busy"));
    }
  }

  async #refresh() {
    const first = this.#branches.length === 0;
    this.#branches = await Promise.all(this.#settings.mailboxes.map(readBranch));
    const folder = this.#currentFolder();
    const messages = await this.#mailbox.messages(folder.id);
    if (folder.id !== this.#currentFolder().id) return;
    this.#folder = folder;
    this.#list.show(folder, messages);
    this.#tree.show(this.#branches, folder.id);
    if (first) this.#drawCommands();
  }

  get #folders() {
    return flatten(this.#branches.find(({ mailbox }) => mailbox === this.#mailbox)?.folders ?? []);
  }

  #currentFolder() {
    return this.#folders.find(({ id }) => id === this.#folder?.id) ?? this.#folders[0];
  }

  async #openFolder(mailbox, folder) {
    document.body.classList.remove("folders-toggled");
    await this.#leaveDraft();
    this.#mailbox = mailbox;
    this.#folder = folder;
    this.#showNothing();
    await this.#refresh();
    this.#list.focus();
  }

  async #openMessage(id) {
    const turn = ++this.#turn;
    const mailbox = this.#mailbox;
    await this.#leaveDraft();
    this.#list.select(id);
    const message = await mailbox.message(id);
    const open = message.isDraft ? await resumeDraft(mailbox, message) : await mailbox.attachments(id);
    if (turn !== this.#turn) return;
    if (message.isDraft) this.#showDraft(open);
    else await this.#showMessage(message, open);
  }

  #showNothing() {
    this.#turn++;
    this.#message = this.#draft = this.#form = null;
    this.#list.select(null);
    this.#content.replaceChildren(createEmptyReading());
    this.#pane.show(null);
    this.#drawCommands();
  }

  async #showMessage(message, attachments) {
    const { firm, mobile } = this.#settings;
    const element = createReading(message, attachments);
    const place = element.querySelector(".notifications");
    this.#message = message;
    this.#content.replaceChildren(element);
    this.#pane.show(readSurface({ message, attachments, mailbox: this.#mailbox, firm, place, mobile }));
    this.#drawCommands();
    if (!message.isRead) await this.#mark(true);
  }

  #showDraft(draft) {
    const { mailboxes, person, firm } = this.#settings;
    this.#draft = draft;
    this.#message = null;
    this.#form = createCompose(draft, { senders: mailboxes, onchange: (field) => this.#pane.recipientsChanged(field) });
    const place = this.#form.element.querySelector(".notifications");
    this.#content.replaceChildren(this.#form.element);
    this.#pane.show(composeSurface({ draft, person, firm, place }));
    this.#drawCommands();
    this.#form.focus();
  }

  #drawCommands() {
    const state = { message: this.#message, folders: this.#folders, paneIsOpen: this.#pane.isOpen };
    const create = this.#draft ? createComposeCommands : createReadingCommands;
    this.#bar.replaceChildren(...create(state, this.#commands));
  }

  #commands = {
    compose: () => this.#run(() => this.#compose()),
    answer: (kind) => this.#run(() => this.#answer(kind)),
    remove: () => this.#run(() => this.#remove()),
    move: (folderId) => this.#run(() => this.#move(folderId)),
    toggleRead: () => this.#run(() => this.#mark(!this.#message.isRead)),
    attach: (files) => this.#run(() => this.#form.attach(files)),
    send: () => this.#run(() => this.#send()),
    save: () => this.#run(() => this.#save()),
    discard: () => this.#run(() => this.#discard()),
    togglePane: () => (this.#pane.isOpen ? this.#pane.close() : this.#pane.open()),
  };

  async #compose({ subject = "", htmlBody = "", ...people } = {}) {
    await this.#leaveDraft();
    this.#list.select(null);
    this.#showDraft(newDraft(this.#mailbox, { ...asRecipients(people), subject, text: plain(htmlBody) }));
  }

  async #answer(kind, htmlBody = "") {
    const draft = await answerDraft(this.#mailbox, this.#message, kind);
    this.#showDraft({ ...draft, text: plain(htmlBody) });
  }

  async #save() {
    if (!this.#form.check()) return;
    await saveDraft(this.#draft);
    this.#form.drawFiles();
    this.#settings.tell(t("draftSaved", { time: clockTime(new Date()) }));
    await this.#refresh();
  }

  async #send() {
    if (!this.#form.check()) return;
    await sendDraft(this.#draft);
    this.#settings.tell(t("sent"));
    await this.#closeDraft();
  }

  async #discard() {
    await discardDraft(this.#draft);
    await this.#closeDraft();
  }

  async #closeDraft() {
    this.#showNothing();
    await this.#refresh();
    this.#list.focus();
  }

  /** Going elsewhere keeps what was written, and only that. */
  async #leaveDraft() {
    const draft = this.#draft;
    this.#draft = this.#form = null;
    if (draft) await (isBlank(draft) ? discardDraft(draft) : saveDraft(draft));
  }

  async #remove() {
    if (!this.#message) return;
    const { id } = this.#message;
    const trash = this.#folders.find(({ wellKnown }) => wellKnown === "deleteditems");
    const gone = this.#folder.id === trash.id;
    await this.#leave(gone ? () => this.#mailbox.remove(id) : () => this.#mailbox.move(id, trash.id));
  }

  async #move(folderId) {
    const { id } = this.#message;
    if (folderId) await this.#leave(() => this.#mailbox.move(id, folderId));
  }

  /** The open message goes away and its neighbour takes its place, as in Outlook. */
  async #leave(go) {
    const next = this.#list.neighbour(this.#message.id);
    this.#showNothing();
    await go();
    await this.#refresh();
    if (next) await this.#openMessage(next);
    this.#list.focus();
  }

  async #mark(isRead) {
    this.#message.isRead = isRead;
    this.#drawCommands();
    await this.#mailbox.update(this.#message.id, { isRead });
    await this.#refresh();
  }
}

async function readBranch(mailbox) {
  return { mailbox, folders: await mailbox.folders() };
}

function flatten(folders, depth = 0) {
  return folders.flatMap((folder) => [{ ...folder, depth }, ...flatten(folder.children, depth + 1)]);
}

function plain(htmlBody) {
  return bodyText({ contentType: "html", content: htmlBody });
}

/** A pane may name people by their address or as {displayName, emailAddress}. */
function asRecipients(peopleByField) {
  return Object.fromEntries(Object.entries(peopleByField).map(([field, people]) => [field, people.map(asRecipient)]));
}

function asRecipient(person) {
  const { displayName, emailAddress } = typeof person === "string" ? { emailAddress: person } : person;
  return { emailAddress: { name: displayName ?? emailAddress, address: emailAddress } };
}
