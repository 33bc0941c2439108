/** The place at the right where an add-in's pane lives, and the conversation with its Office.js. */

import { h, icon } from "./dom.js";
import { OfficeError } from "./office_error.js";
import { locale, t } from "./text.js";

const GREETING_WITHIN_MS = 15_000;
const RECIPIENT_FIELDS = ["to", "cc", "bcc"];
const dark = matchMedia("(prefers-color-scheme: dark)");

export class Pane {
  #settings;
  #origin;
  #stage = h("div", { class: "pane-stage" });
  #pin = createTool("pin", t("pin"), () => this.#togglePin(), { "aria-pressed": "true" });
  #frame = null;
  #greeted = false;
  #surface = null;

  /** Called when the pane was opened or closed. */
  onToggle = () => {};

  /** The pane loaded from `address`; `requests` are what it may ask of the mailbox page, by method. */
  constructor({ address, person, options, requests }) {
    this.#settings = { address, person, options, requests };
    this.#origin = new URL(address).origin;
    const shut = createTool("close", t("closePane"), () => this.close());
    const head = h("header", { class: "pane-head" }, icon("book"), h("h2", {}, t("pane")), this.#pin, shut);
    const attributes = { class: "pane", "aria-label": t("pane"), hidden: true, "data-testid": "pane-place" };
    this.element = h("aside", attributes, head, this.#stage);
    window.addEventListener("message", (event) => this.#receive(event));
    dark.addEventListener("change", () => this.#tell({ kind: "theme", theme: officeTheme() }));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  open() {
    this.element.hidden = false;
    this.#load();
    this.onToggle();
  }

  close() {
    this.element.hidden = true;
    this.#frame = null;
    this.#stage.replaceChildren();
    this.onToggle();
  }

  /** The message now in front of the person, null for none. Reading and writing have panes of their own. */
  show(surface) {
    const before = this.#surface;
    this.#surface = surface;
    if (!this.isOpen || before?.key === surface?.key) return;
    if (!this.#isPinned) this.close();
    else if (before && surface && before.mode !== surface.mode) this.#load();
    else this.#tell({ kind: "item", item: surface?.snapshot ?? null });
  }

  /** Tells that the person changed a field of recipients: to, cc or bcc. */
  recipientsChanged(field) {
    if (!RECIPIENT_FIELDS.includes(field)) return;
    const changed = Object.fromEntries(RECIPIENT_FIELDS.map((name) => [name, name === field]));
    this.#tell({ kind: "recipients", changed });
  }

  get #isPinned() {
    return this.#pin.getAttribute("aria-pressed") === "true";
  }

  #togglePin() {
    this.#pin.setAttribute("aria-pressed", String(!this.#isPinned));
  }

  /** A browser shows its own error page in a frame without telling us, so the server is asked beforehand. */
  async #load() {
    this.#greeted = false;
    this.#frame = null;
    this.#stage.replaceChildren();
    const answers = await isReachable(this.#settings.address);
    if (!this.isOpen || this.#frame) return;
    if (answers) this.#putFrame();
    else this.#showProblem("paneAbsent", "paneAbsentText");
  }

  #putFrame() {
    const attributes = { class: "pane-frame", name: "bitacora", title: t("pane"), "data-testid": "pane" };
    const frame = h("iframe", { ...attributes, src: this.#frameAddress });
    this.#frame = frame;
    this.#stage.replaceChildren(frame);
    setTimeout(() => {
      if (this.#frame === frame && !this.#greeted) this.#showProblem("paneSilent", "paneSilentText");
    }, GREETING_WITHIN_MS);
  }

  /** Outlook tells a pane in its address which program holds it. */
  get #frameAddress() {
    const { address, options } = this.#settings;
    return `${address}?_host_Info=Outlook$${options.mobile ? "iOS" : "Web"}$16.01$${locale}`;
  }

  #showProblem(title, text) {
    const { address } = this.#settings;
    const again = h("button", { type: "button", class: "secondary", onclick: () => this.#load() }, t("retry"));
    const words = [h("h3", {}, t(title)), h("p", {}, t(text, { address })), again];
    this.#frame = null;
    this.#stage.replaceChildren(
      h("div", { class: "pane-problem", role: "alert", "data-testid": "pane-problem" }, words),
    );
  }

  #receive(event) {
    if (this.#frame === null || event.source !== this.#frame.contentWindow || event.origin !== this.#origin) return;
    const { kind } = event.data ?? {};
    if (kind === "hello") this.#welcome();
    else if (kind === "close") this.close();
    else if (kind === "call") this.#answer(event.data);
  }

  #welcome() {
    const { person, options } = this.#settings;
    this.#greeted = true;
    this.#tell({
      kind: "welcome",
      context: { ...describeHost(person, options), item: this.#surface?.snapshot ?? null },
    });
  }

  async #answer({ call, method, values }) {
    const frame = this.#frame;
    const outcome = await this.#outcome(method, values);
    if (frame === this.#frame) this.#tell({ kind: "answer", call, ...outcome });
  }

  async #outcome(method, values) {
    try {
      const work = { ...this.#settings.requests, ...this.#surface?.methods }[method];
      if (!work) throw new OfficeError(5001, "InternalError", `Nothing here can do ${method}.`);
      return { value: await work(values) };
    } catch (error) {
      return { error: plainError(error) };
    }
  }

  #tell(message) {
    if (this.#greeted) this.#frame?.contentWindow?.postMessage(message, this.#origin);
  }
}

function createTool(name, label, onclick, attributes = {}) {
  return h(
    "button",
    { type: "button", class: "plain", "aria-label": label, title: label, onclick, ...attributes },
    icon(name),
  );
}

async function isReachable(address) {
  try {
    await fetch(address, { mode: "no-cors", cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}

/** An Error would lose its code on the way through postMessage; the bridge's errors have a status instead. */
function plainError({ status, code, name, message, description }) {
  if (description) return { status, code, description };
  return { code: code ?? 5001, name: name ?? "InternalError", message };
}

function describeHost({ name, address }, { sets, bridge, mobile }) {
  return {
    platform: mobile ? "iOS" : "OfficeOnline",
    hostName: mobile ? "OutlookIOS" : "OutlookWebApp",
    version: "20261116001.01",
    displayLanguage: locale,
    userProfile: {
      accountType: "enterprise",
      displayName: name,
      emailAddress: address,
      timeZone: "Romance Standard Time",
    },
    theme: officeTheme(),
    sets,
    bridge,
    mobile,
  };
}

function officeTheme() {
  const [body, text, control] = dark.matches ? ["#292929", "#ffffff", "#1f1f1f"] : ["#ffffff", "#242424", "#f5f5f5"];
  return {
    bodyBackgroundColor: body,
    bodyForegroundColor: text,
    controlBackgroundColor: control,
    controlForegroundColor: text,
  };
}
