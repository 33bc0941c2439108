/** The world outside the firm: whoever plays with the simulator writes from here as a client would. */

import { displayName, formatRecipients, parseRecipients } from "./addresses.js";
import { asFileAttachment } from "./bytes.js";
import { h, icon } from "./dom.js";
import { textHtml } from "./html_body.js";
import { deliver, fetchClients } from "./simulator.js";
import { t } from "./text.js";

/** A panel that is closed at first. */
export class Outside {
  #settings;
  #fields;
  #clients = h(
    "select",
    { id: "outside-client", onchange: () => this.#chooseClient() },
    createChoice("", t("clientNone")),
  );
  #status = h("p", { class: "outside-status", role: "status" });
  #thread = [];

  /** Mails go to `recipient` unless another is named; `openMessage()` gives the message on the screen, null for none;
   * `firm` holds the firm's own addresses in lower case.
   */
  constructor({ recipient, firm, openMessage }) {
    this.#settings = { firm, openMessage };
    this.#fields = createFields(recipient);
    this.element = this.#createPanel();
    void this.#offerClients();
  }

  toggle() {
    this.element.hidden = !this.element.hidden;
    if (!this.element.hidden) this.#clients.focus();
  }

  #createPanel() {
    const name = t("close");
    const shut = h(
      "button",
      { type: "button", class: "plain", "aria-label": name, onclick: () => this.toggle() },
      icon("close"),
    );
    return h(
      "aside",
      { class: "outside", "aria-label": t("outside"), hidden: true, "data-testid": "outside" },
      h("header", {}, icon("world"), h("h2", {}, t("outside")), shut),
      h("p", { class: "outside-hint" }, t("outsideHint")),
      this.#createForm(),
    );
  }

  #createForm() {
    const lines = ["from", "to", "cc", "subject"].map((name) => createLabelled(name, this.#fields[name]));
    const submit = h("button", { type: "submit", class: "primary" }, icon("send"), t("outsideSend"));
    const answer = h(
      "button",
      { type: "button", class: "secondary", onclick: () => this.#answer() },
      t("outsideReply"),
    );
    return h(
      "form",
      { onsubmit: (event) => this.#submit(event) },
      createLabelled("client", this.#clients),
      lines,
      this.#fields.text,
      createFileChoice(this.#fields.files),
      h("div", { class: "buttons" }, submit, answer),
      this.#status,
    );
  }

  async #offerClients() {
    const reachable = (await fetchClients()).filter(({ email }) => email);
    this.#clients.append(
      ...reachable.map(({ code, name, label, email }) =>
        createChoice(
          formatRecipients([{ emailAddress: { name: label || name, address: email } }]),
          `${code} · ${name} · ${email}`,
        ),
      ),
    );
  }

  #chooseClient() {
    if (this.#clients.value) this.#fields.from.value = this.#clients.value;
  }

  async #submit(event) {
    event.preventDefault();
    try {
      const message = await this.#readMessage();
      await deliver(message);
      this.#status.textContent = t("delivered", { addresses: message.toRecipients.map(displayName).join(", ") });
      this.#clear();
    } catch (error) {
      this.#status.textContent =
        error instanceof RangeError ? t("hostileAddress", { address: error.message }) : t("busy");
    }
  }

  /** The message as Graph would carry it; throws RangeError naming what is no address. */
  async #readMessage() {
    const { from, to, cc, subject, text, files } = this.#fields;
    return {
      from: parseRecipients(from.value)[0],
      toRecipients: parseRecipients(to.value),
      ccRecipients: parseRecipients(cc.value),
      subject: subject.value,
      body: { contentType: "html", content: textHtml(text.value) },
      attachments: await Promise.all([...files.files].map(asFileAttachment)),
      ...(this.#thread.length > 0 && { internetMessageHeaders: this.#thread }),
    };
  }

  #clear() {
    this.#thread = [];
    for (const name of ["subject", "text", "files"]) this.#fields[name].value = "";
    this.#fields.files.dispatchEvent(new Event("change"));
  }

  /** Prepares what the person outside would answer to the mail on the screen. */
  #answer() {
    const message = this.#settings.openMessage();
    const [inside, stranger] = message ? this.#sides(message) : [];
    if (!stranger) return void (this.#status.textContent = t("invalidReply"));
    const { from, to, subject, text } = this.#fields;
    from.value = formatRecipients([stranger]);
    to.value = formatRecipients([inside]);
    subject.value = /^re:/i.test(message.subject) ? message.subject : `RE: ${message.subject}`;
    this.#thread = ["In-Reply-To", "References"].map((name) => ({ name, value: message.internetMessageId }));
    text.focus();
  }

  /** The first person of the firm and the first stranger in a message. */
  #sides({ from, toRecipients, ccRecipients }) {
    const everybody = [from, ...toRecipients, ...ccRecipients].filter(Boolean);
    const isOurs = ({ emailAddress }) => this.#settings.firm.has(emailAddress.address?.toLowerCase());
    return [everybody.find(isOurs), everybody.find((person) => !isOurs(person))];
  }
}

function createFields(recipient) {
  const line = (name, attributes = {}) => h("input", { id: `outside-${name}`, autocomplete: "off", ...attributes });
  const hidden = { class: "visually-hidden", tabindex: "-1", "aria-label": t("outsideAttach") };
  const fields = {
    from: line("from", { required: true }),
    to: line("to", { required: true, list: "addresses" }),
    cc: line("cc", { list: "addresses" }),
    subject: line("subject", { dir: "auto" }),
    text: h("textarea", { rows: 5, "aria-label": t("outsideBody"), dir: "auto" }),
    files: h("input", { type: "file", multiple: true, ...hidden }),
  };
  fields.to.value = formatRecipients([{ emailAddress: recipient }]);
  return fields;
}

function createLabelled(name, control) {
  return h("div", { class: "field" }, h("label", { for: control.id }, t(name)), control);
}

function createChoice(value, label) {
  return h("option", { value }, label);
}

/** A browser's own file field would speak the browser's language. */
function createFileChoice(files) {
  const names = h("span", { class: "outside-files" });
  files.addEventListener("change", () => {
    names.textContent = [...files.files].map(({ name }) => name).join(", ");
  });
  const choose = h(
    "button",
    { type: "button", class: "secondary", onclick: () => files.click() },
    icon("attach"),
    t("attach"),
  );
  return h("div", { class: "buttons" }, choose, files, names);
}
