/** The first page: who is sitting in front of the mailbox. */

import { initials } from "./addresses.js";
import { foreign, h } from "./dom.js";
import { t } from "./text.js";

/** The page with one card per person; a card leads to `?as=address` and keeps the other parameters. */
export function createChooser(users) {
  const people = users.filter(({ kind }) => kind === "person");
  return h(
    "main",
    { class: "chooser" },
    h("h1", {}, t("choosePerson")),
    h("p", {}, t("choosePersonHint")),
    h(
      "ul",
      { class: "cards" },
      people.map((person) => h("li", {}, createCard(person))),
    ),
  );
}

function createCard({ name, address }) {
  const parameters = new URLSearchParams(location.search);
  parameters.set("as", address);
  return h(
    "a",
    { class: "card", href: `?${parameters}`, "data-testid": "person" },
    createAvatar(name),
    h(
      "span",
      { class: "card-text" },
      foreign(name, { class: "card-name" }),
      foreign(address, { class: "card-address" }),
    ),
  );
}

const SHADES = 8;

/** A disc with initials, always of the same shade for the same name. */
export function createAvatar(name) {
  const sum = [...name].reduce((total, letter) => total + letter.codePointAt(0), 0);
  return h("span", { class: `avatar shade-${sum % SHADES}`, "aria-hidden": "true" }, initials(name));
}
