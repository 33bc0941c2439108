/** The tree of folders, one branch per mailbox. */

import { foreign, h, icon } from "./dom.js";
import { t } from "./text.js";

const ICONS = {
  inbox: "inbox",
  drafts: "draft",
  sentitems: "sent",
  archive: "archive",
  deleteditems: "delete",
  junkemail: "junk",
};

/** A navigation that calls `onopen(mailbox, folder)`; `show` takes [{mailbox, folders}]. */
export function createFolderTree(onopen) {
  const element = h("nav", { class: "folders", id: "folders", "aria-label": t("folders") });
  let drawn = "";
  return {
    element,
    show(branches, current) {
      const picture = JSON.stringify([branches.map(({ folders }) => folders), current]);
      if (picture === drawn) return;
      drawn = picture;
      keepFocus(element, () =>
        element.replaceChildren(...branches.map((branch) => createBranch(branch, current, onopen))),
      );
    },
  };
}

/** Drawing anew must not throw the keyboard user out of the tree. */
function keepFocus(element, draw) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
  draw();
  if (focused) document.getElementById(focused)?.focus();
}

function createBranch({ mailbox, folders }, current, onopen) {
  const hint = mailbox.shared ? t("sharedMailbox") : t("yourMailbox");
  return h(
    "details",
    { open: true, class: "branch", "data-testid": "mailbox", "data-address": mailbox.address },
    h("summary", { title: `${hint}: ${mailbox.address}` }, foreign(mailbox.name)),
    createLevel(mailbox, folders, current, onopen),
  );
}

function createLevel(mailbox, folders, current, onopen) {
  return h(
    "ul",
    {},
    folders.map((folder) =>
      h(
        "li",
        {},
        createFolder(mailbox, folder, current, onopen),
        folder.children.length > 0 && createLevel(mailbox, folder.children, current, onopen),
      ),
    ),
  );
}

function createFolder(mailbox, folder, current, onopen) {
  const count = folder.unreadItemCount;
  return h(
    "button",
    {
      type: "button",
      class: "folder",
      id: `folder-${folder.id}`,
      "aria-current": folder.id === current ? "true" : null,
      "data-testid": `folder-${folder.wellKnown ?? "other"}`,
      onclick: () => onopen(mailbox, folder),
    },
    icon(ICONS[folder.wellKnown] ?? "folder"),
    foreign(folder.displayName, { class: "folder-name" }),
    count > 0 && h("span", { class: "count", "aria-label": t("unreadCount", { count }) }, count),
  );
}
