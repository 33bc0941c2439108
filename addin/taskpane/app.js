// @ts-check
import { Api, loadSettings } from "../shared/api.js";
import { announce, fill } from "../shared/dom.js";
import { Edits } from "../shared/edits.js";
import { languageFor, t, useLanguage } from "../shared/i18n.js";
import { asProblem } from "../shared/problems.js";
import { SignIn } from "./auth.js";
import { openMailbox } from "./mailbox.js";
import { answerView } from "./views/answer.js";
import { composeView } from "./views/compose.js";
import { Heartbeat } from "./views/heartbeat.js";
import { messageHeader } from "./views/message.js";
import { noItemView, outsideView, problemView } from "./views/notice.js";
import { skeleton } from "./views/skeleton.js";

/** @typedef {import("./mailbox.js").Mail} Mail */

/** Seconds between the questions for a mail that is not known yet: thirty together. */
const WAITS_S = [1, 2, 4, 8, 15];
const CAUGHT_UP = "bitacora.caught-up";
const SKELETON_MS = 300;
const HEARTBEAT_MS = 15000;
const CATALOG_MS = 60_000;
const NOT_YET = { state: "unknown", exclusion: null, message: null, records: [], candidates: [] };

const header = /** @type {HTMLElement} */ (document.getElementById("message"));
const main = /** @type {HTMLElement} */ (document.getElementById("view"));
const footer = /** @type {HTMLElement} */ (document.getElementById("heartbeat"));

/** Follows the mail in front of the person and decides which view is shown. */
class Pane {
  #load = 0;
  #catalogAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {string | null} what main shows now, so that equal answers leave it alone */ #shown = null;
  /** @type {Map<string, any>} the last answer for each mail */ #answers = new Map();
  /** @type {Mail | null} */ #mail = null;
  /** @type {SignIn | null} */ #signIn = null;
  /** @type {any} */ catalog = null;

  /** @param {import("./mailbox.js").Mailbox} mailbox */
  constructor(mailbox) {
    this.mailbox = mailbox;
    this.api = new Api(() => this.#authorize());
    this.edits = new Edits(this.api);
    this.heartbeat = new Heartbeat(footer, this);
  }

  start() {
    this.mailbox.onChange(() => this.read());
    this.mailbox.onTheme(() => this.#paint());
    addEventListener("focus", () => this.read());
    addEventListener("online", () => this.read());
    document.addEventListener("visibilitychange", () => document.hidden || this.read());
    setInterval(() => document.hidden || this.#beat(), HEARTBEAT_MS);
    this.#paint();
    this.read();
  }

  /** Reads the item again and shows what the register knows of it. Answers that come too late are dropped. */
  async read() {
    const load = this.#begin();
    const item = await this.mailbox.read();
    if (load !== this.#load) return;
    if (item.kind === "mail") return this.#follow(load, item);
    this.#mail = null;
    this.#show(item.kind, () => (item.kind === "compose" ? composeView(this) : noItemView(this)));
    fill(header);
    this.#beat();
  }

  /** @param {string} client @param {"message" | "thread"} scope */
  async file(client, scope) {
    const mail = /** @type {Mail} */ (this.#mail);
    const answer = await this.api.file(/** @type {string} */ (mail.id), mail.mailbox, client, scope);
    announce(t("filed.done", { client: answer.records.map((/** @type {any} */ record) => record.client.name).join(", ") }));
    this.#answers.set(keyOf(mail), answer);
    if (this.#mail && keyOf(this.#mail) === keyOf(mail)) this.#showAnswer(mail, answer, false);
  }

  /** Opens the sign-in window and carries on; a person who closes it finds the button again. */
  async askToSignIn() {
    await this.#signIn?.ask().catch(asProblem);
    await this.read();
  }

  /** The register page at a client or one of its records. @param {{client?: string, record?: string}} [place] */
  registerAddress(place = {}) {
    const query = new URLSearchParams(place).toString();
    return `${location.origin}/${query ? `?${query}` : ""}`;
  }

  #begin() {
    clearTimeout(this.#timer);
    this.#load += 1;
    return this.#load;
  }

  /** @param {number} load @param {Mail} mail @param {number} [attempt] */
  async #follow(load, mail, attempt = 0) {
    this.#turnTo(load, mail);
    try {
      const answer = await this.#ask(mail);
      if (load === this.#load) this.#settle(load, mail, answer, attempt);
    } catch (error) {
      if (load === this.#load) this.#showProblem(mail, asProblem(error));
    }
  }

  /** Names the mail at once; the last known answer stands in until the fresh one comes. @param {number} load @param {Mail} mail */
  #turnTo(load, mail) {
    const turned = !this.#mail || keyOf(this.#mail) !== keyOf(mail);
    this.#mail = mail;
    fill(header, messageHeader(mail));
    if (!turned) return;
    const known = this.#answers.get(keyOf(mail));
    if (known && this.catalog) return this.#showAnswer(mail, known, true);
    this.#show(null, () => []);
    main.setAttribute("aria-busy", "true");
    setTimeout(() => load === this.#load && this.#shown === null && fill(main, skeleton()), SKELETON_MS);
  }

  /** @param {Mail} mail */
  async #ask(mail) {
    if (Date.now() - this.#catalogAt > CATALOG_MS) await this.#readCatalog();
    this.#catchUp();
    this.#beat();
    return mail.id ? this.api.message(mail.id, mail.mailbox) : NOT_YET;
  }

  /** A pane may stay open for days, and administrators change the reasons and areas meanwhile. */
  async #readCatalog() {
    this.catalog = await this.api.catalog();
    this.#catalogAt = Date.now();
  }

  /** Whoever comes to work finds the register up to date; Outlook may open the pane anew for every mail. */
  #catchUp() {
    if (sessionStorage.getItem(CAUGHT_UP)) return;
    sessionStorage.setItem(CAUGHT_UP, "1");
    this.api.startRefresh().catch(() => sessionStorage.removeItem(CAUGHT_UP));
  }

  /** @param {number} load @param {Mail} mail @param {any} answer @param {number} attempt */
  #settle(load, mail, answer, attempt) {
    this.#answers.set(keyOf(mail), answer);
    const waits = answer.state === "unknown" && attempt < WAITS_S.length;
    this.#showAnswer(mail, answer, waits);
    if (waits) this.#timer = setTimeout(() => this.#again(load, attempt + 1), WAITS_S[attempt] * 1000);
  }

  /** Outlook may know the mail's id only now, so the item is read anew. @param {number} load @param {number} attempt */
  async #again(load, attempt) {
    const item = await this.mailbox.read();
    if (load === this.#load && item.kind === "mail") await this.#follow(load, item, attempt);
  }

  /** @param {Mail} mail @param {any} answer @param {boolean} waits */
  #showAnswer(mail, answer, waits) {
    for (const record of answer.records) this.edits.adopt(record);
    this.#show(JSON.stringify([keyOf(mail), withoutChoices(answer), waits, this.catalog]), () => answerView(this, mail, answer, waits));
  }

  /** @param {Mail} mail @param {import("../shared/problems.js").Problem} problem */
  #showProblem(mail, problem) {
    this.heartbeat.fail(problem);
    if (problem.passing && this.#shown !== null && this.#answers.has(keyOf(mail))) return;
    this.#show(`${keyOf(mail)} ${problem.code}`, () => problemView(this, problem));
  }

  /** @param {string | null} key @param {() => Node[]} draw */
  #show(key, draw) {
    main.removeAttribute("aria-busy");
    if (key !== null && key === this.#shown) return;
    this.#shown = key;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    fill(main, draw());
    if (focused) /** @type {HTMLElement | null} */ (main.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
  }

  async #beat() {
    try {
      this.heartbeat.show(await this.api.me());
    } catch (error) {
      this.heartbeat.fail(asProblem(error));
    }
  }

  async #authorize() {
    this.#signIn ??= new SignIn(await loadSettings(), this.mailbox.signsIn);
    return this.#signIn.headers();
  }

  #paint() {
    const { dark } = this.mailbox;
    if (dark !== null) document.documentElement.dataset.theme = dark ? "dark" : "light";
  }
}

/** What of an answer is drawn by the views; reason and area follow the edits by themselves. @param {any} answer */
function withoutChoices(answer) {
  return { ...answer, records: answer.records.map((/** @type {any} */ record) => ({ ...record, reason: null, area: null, edited_at: null, version: 0 })) };
}

/** @param {Mail} mail */
function keyOf(mail) {
  return `${mail.mailbox} ${mail.id ?? mail.subject}`;
}

async function start() {
  await useLanguage(languageFor(navigator.language));
  const mailbox = await openMailbox();
  if (!mailbox) return fill(main, outsideView());
  const wanted = languageFor(mailbox.language ?? navigator.language);
  if (wanted !== document.documentElement.lang) await useLanguage(wanted);
  new Pane(mailbox).start();
}

start();
