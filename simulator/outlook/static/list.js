/** The list of messages: one row each, newest first. */

import { displayName } from "./addresses.js";
import { shortDate, fullDate } from "./dates.js";
import { foreign, h, icon } from "./dom.js";
import { createAvatar } from "./people.js";
import { t } from "./text.js";

/** A listbox that calls `onselect(id)`; the arrow keys move, Delete calls `ondelete()`. */
export function createMessageList({ onselect, ondelete }) {
  const title = h("h2", { class: "list-title" });
  const rows = h("ul", { class: "rows", role: "listbox", tabindex: "0", "aria-label": t("messages") });
  const element = h("section", { class: "list", "aria-label": t("messages") }, title, rows);
  const drawn = new Map();
  let order = [];
  let selected = null;
  rows.addEventListener("keydown", (event) => pressKey(event));

  function pressKey(event) {
    const place = order.indexOf(selected);
    const next = { ArrowDown: place + 1, ArrowUp: Math.max(0, place - 1), Home: 0, End: order.length - 1 }[event.key];
    if (event.key === "Delete") ondelete();
    else if (next !== undefined && order[next]) onselect(order[next]);
    else return;
    event.preventDefault();
  }

  function mark() {
    for (const [id, { row }] of drawn) row.setAttribute("aria-selected", String(id === selected));
    const row = drawn.get(selected)?.row;
    if (row) rows.setAttribute("aria-activedescendant", row.id);
    else rows.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  return {
    element,
    focus: () => rows.focus(),
    /** The row that takes the place of `id` when it goes away. */
    neighbour: (id) => order[order.indexOf(id) + 1] ?? order[order.indexOf(id) - 1] ?? null,
    select(id) {
      selected = id;
      mark();
    },
    show(folder, messages) {
      title.replaceChildren(foreign(folder.displayName));
      order = messages.map(({ id }) => id);
      drawRows(rows, drawn, messages, { outgoing: isOutgoing(folder), onselect });
      rows.classList.toggle("empty", messages.length === 0);
      rows.dataset.empty = t("emptyFolder");
      for (const [id, { row }] of drawn) row.setAttribute("aria-selected", String(id === selected));
    },
  };
}

function isOutgoing({ wellKnown }) {
  return wellKnown === "sentitems" || wellKnown === "drafts";
}

/** Rows that did not change stay as they are, so that the pointer and the screen reader keep their place. */
function drawRows(rows, drawn, messages, settings) {
  const wanted = messages.map((message) => drawRow(drawn, message, settings));
  const kept = new Set(messages.map(({ id }) => id));
  for (const id of drawn.keys()) if (!kept.has(id)) drawn.delete(id);
  const same = wanted.length === rows.children.length && wanted.every((row, place) => row === rows.children[place]);
  if (!same) rows.replaceChildren(...wanted);
}

function drawRow(drawn, message, settings) {
  const state = `${message.changeKey} ${message.lastModifiedDateTime} ${message.isRead} ${settings.outgoing} ${new Date().toDateString()}`;
  if (drawn.get(message.id)?.state !== state) drawn.set(message.id, { state, row: createRow(message, settings) });
  return drawn.get(message.id).row;
}

function createRow(message, { outgoing, onselect }) {
  const who = outgoing ? message.toRecipients.map(displayName).join("; ") || t("nobody") : displayName(message.from);
  const date = message.receivedDateTime ?? message.sentDateTime ?? message.lastModifiedDateTime;
  return h(
    "li",
    {
      role: "option",
      id: `row-${message.id}`,
      class: message.isRead ? "row" : "row unread",
      "aria-selected": "false",
      "data-testid": "message",
      onclick: () => onselect(message.id),
    },
    createAvatar(who),
    h(
      "span",
      { class: "row-text" },
      h(
        "span",
        { class: "row-line" },
        !message.isRead && h("span", { class: "visually-hidden" }, `${t("unread")}. `),
        foreign(who, { class: "row-who" }),
        message.hasAttachments &&
          h("span", { class: "row-clip", role: "img", "aria-label": t("attachments") }, icon("attach")),
      ),
      h(
        "span",
        { class: "row-line" },
        message.isDraft && h("span", { class: "row-draft" }, `[${t("draft")}]`),
        foreign(message.subject || t("noSubject"), { class: "row-subject" }),
        h("time", { class: "row-date", datetime: date, title: fullDate(date) }, shortDate(date)),
      ),
      foreign(message.bodyPreview ?? "", { class: "row-preview" }),
    ),
  );
}
