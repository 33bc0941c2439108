/** The bar of commands: those of the open message, or those of the message being written. */

import { command, h } from "./dom.js";
import { t } from "./text.js";

/** Commands while reading; `folders` are the places a message may be moved to. */
export function createReadingCommands({ message, folders, paneIsOpen }, actions) {
  const off = { disabled: message === null };
  return [
    command("compose", t("newMail"), actions.compose, { class: "command main" }),
    command("reply", t("reply"), () => actions.answer("reply"), off),
    command("replyAll", t("replyAll"), () => actions.answer("replyAll"), off),
    command("forward", t("forward"), () => actions.answer("forward"), off),
    command("delete", t("delete"), actions.remove, off),
    createMove(folders, actions, off),
    command("read", message?.isRead === false ? t("read") : t("unread"), actions.toggleRead, off),
    createPaneCommand(paneIsOpen, actions),
  ];
}

/** Commands while writing. */
export function createComposeCommands({ paneIsOpen }, actions) {
  const chosen = (event) => actions.attach(event.target.files);
  const files = h("input", {
    type: "file",
    multiple: true,
    class: "visually-hidden",
    tabindex: "-1",
    "aria-label": t("attach"),
    onchange: chosen,
  });
  return [
    command("send", t("send"), actions.send, { class: "command main" }),
    command("attach", t("attach"), () => files.click()),
    files,
    command("save", t("saveDraft"), actions.save),
    command("delete", t("discard"), actions.discard),
    createPaneCommand(paneIsOpen, actions),
  ];
}

function createMove(folders, actions, off) {
  const options = folders.map(({ id, displayName, depth }) =>
    h("option", { value: id }, "\u2003".repeat(depth) + displayName),
  );
  const choose = (event) => actions.move(event.target.value);
  return h(
    "select",
    { class: "command", "aria-label": t("moveTo"), onchange: choose, ...off },
    h("option", { value: "" }, t("moveTo")),
    options,
  );
}

function createPaneCommand(paneIsOpen, actions) {
  return command("book", t("pane"), actions.togglePane, {
    class: "command pane-command",
    "aria-pressed": String(paneIsOpen),
  });
}
