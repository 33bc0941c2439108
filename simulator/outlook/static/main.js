/** Start of the page: the person, then their mailboxes. */

import { createBroker } from "./broker.js";
import { askForConsent } from "./consent.js";
import { foreign, h, icon } from "./dom.js";
import { createGraph, GRAPH_SCOPE } from "./graph.js";
import { createMailbox } from "./mailbox.js";
import { readOptions } from "./options.js";
import { Outside } from "./outside.js";
import { Pane } from "./pane.js";
import { createAvatar, createChooser } from "./people.js";
import { fetchTenant, requestTokens } from "./simulator.js";
import { locale, t } from "./text.js";
import { Workspace } from "./workspace.js";

const options = readOptions(location.search);
document.documentElement.lang = locale.slice(0, 2);
await start(await fetchTenant());

async function start(tenant) {
  const person = tenant.users.find(({ address, kind }) => kind === "person" && address === options.person);
  document.title = person ? t("mailTitle", { name: person.name }) : t("choosePerson");
  if (person) openMailbox(person, tenant);
  else document.body.replaceChildren(createHeader({ registerUrl: tenant.public_url }), createChooser(tenant.users));
}

function openMailbox(person, tenant) {
  const firm = new Set(tenant.users.flatMap(({ addresses }) => addresses).map((address) => address.toLowerCase()));
  const status = h("p", { class: "status", role: "status", "data-testid": "status" });
  const workspace = new Workspace({
    mailboxes: reachableMailboxes(person, tenant),
    person,
    firm,
    mobile: options.mobile,
    createPaneWith: (requests) => createPaneFor(person, tenant, requests),
    tell: (sentence) => showStatus(status, sentence),
  });
  const outside = new Outside({ recipient: person, firm, openMessage: () => workspace.message });
  document.body.replaceChildren(
    createHeader({ person, registerUrl: tenant.public_url, toggleOutside: () => outside.toggle() }),
    h("main", { class: "workspace" }, workspace.parts),
    outside.element,
    createAddressBook(tenant.users),
    status,
  );
  void workspace.follow(options.item);
}

/** Each mailbox is opened with a token of its own owner, which stands for the full access that staff have to a shared one. */
function reachableMailboxes(person, tenant) {
  const shared = tenant.users.filter(({ kind }) => kind === "shared");
  return [person, ...shared].map((user) => {
    const graph = createGraph(() => requestTokens(user.address, tenant.client_id, GRAPH_SCOPE));
    return createMailbox(graph, { ...user, shared: user !== person });
  });
}

function createPaneFor(person, tenant, forms) {
  const bridge = createBroker(person, { clientId: tenant.client_id, behaviour: options.naa, agree: askForConsent });
  return new Pane({ address: `${tenant.public_url}/addin/taskpane/`, person, options, requests: { ...forms, bridge } });
}

function createHeader({ person, registerUrl, toggleOutside }) {
  return h(
    "header",
    { class: "top" },
    person &&
      h(
        "button",
        { type: "button", class: "top-button folders-button", "aria-label": t("showFolders"), onclick: toggleFolders },
        icon("menu"),
      ),
    h("h1", { class: "top-title" }, t("mail")),
    toggleOutside &&
      h(
        "button",
        { type: "button", class: "top-button outside-button", onclick: toggleOutside },
        icon("world"),
        t("outside"),
      ),
    h(
      "a",
      { class: "top-button", href: registerUrl, target: "_blank", rel: "noopener" },
      icon("open"),
      t("registerLink"),
    ),
    person && createPersona(person),
  );
}

function toggleFolders() {
  document.body.classList.toggle("folders-toggled");
}

function createPersona({ name, address }) {
  const parameters = new URLSearchParams(location.search);
  parameters.delete("as");
  return h(
    "div",
    { class: "persona", "data-testid": "persona" },
    createAvatar(name),
    h(
      "span",
      { class: "persona-text" },
      foreign(name, { class: "persona-name" }),
      foreign(address, { class: "persona-address" }),
    ),
    h("a", { class: "top-button", href: `?${parameters}` }, t("switchPerson")),
  );
}

function createAddressBook(users) {
  return h(
    "datalist",
    { id: "addresses" },
    users.map(({ name, address }) => h("option", { value: `${name} <${address}>` })),
  );
}

const SHOWN_MS = 6000;

function showStatus(status, sentence) {
  status.textContent = sentence;
  setTimeout(() => {
    if (status.textContent === sentence) status.textContent = "";
  }, SHOWN_MS);
}
