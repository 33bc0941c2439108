// @ts-check
import { duration } from "./dates.js";
import { h } from "./dom.js";
import { has, language, t } from "./i18n.js";
import { icon } from "./icons.js";

/** @typedef {{rule: string, address: string | null, section: string | null, account: string | null, path: string, delay_s: number | null}} Why */

const TYPE_ICONS = /** @type {Record<string, string>} */ ({
  call: "call", visit: "handshake", videocall: "video", letter: "mail-read", messaging: "chat", portal: "globe",
});

const FILE_ICONS = /** @type {Record<string, string>} */ ({
  pdf: "document-pdf", zip: "folder-zip", png: "image", jpg: "image", jpeg: "image", gif: "image",
  xlsx: "table", xls: "table", csv: "table", eml: "mail",
});

/** The arrow of a mail, or the sign of another channel, with its name. @param {any} record */
export function channelIcon(record) {
  const name = channelName(record);
  const wrapped = h("span", { class: `channel channel-${record.direction ?? record.type}`, title: name });
  wrapped.append(icon(channelSign(record), name));
  return wrapped;
}

/** "Recibido", "Enviado", or the type's name. @param {any} record */
export function channelName(record) {
  if (!record.type) return t("type.none");
  return record.type === "email" && record.direction ? t(`direction.${record.direction}`) : t(`type.${record.type}`);
}

/** The subject, or a sentence where there is none to show. @param {any} record */
export function subjectOf(record) {
  if (record.restricted) return t("record.restricted_subject");
  return record.subject || t("record.no_subject");
}

/** One sentence: why a record is in this client's register, with the delay where known. @param {any} record */
export function whySentence(record) {
  const sentence = t(ruleKey(record), { place: record.why ? place(record.why) : "", person: record.created_by?.name ?? "" });
  return isDelayed(record.why) ? t("why.with_delay", { sentence, delay: duration(record.why.delay_s) }) : sentence;
}

/**
 * The facts behind that sentence, as pairs of a name and a value.
 * @param {any} record
 * @returns {[string, string][]}
 */
export function whyFacts(record) {
  if (!record.why) return [];
  const { account, path, delay_s: delay } = record.why;
  /** @type {[string, string | null][]} */
  const facts = [
    [t("why.fact.account"), account],
    [t("why.fact.path"), path && t(`why.path.${path}`)],
    [t("why.fact.delay"), isDelayed(record.why) ? t("why.after", { delay: duration(delay) }) : null],
  ];
  return /** @type {[string, string][]} */ (facts.filter(([, value]) => value));
}

/** The mailboxes that hold the mail, private ones with a lock. @param {any} record */
export function holderList(record) {
  return h("ul", { class: "holders" }, record.holders.map((/** @type {any} */ holder) =>
    h("li", { title: holder.address }, holder.visibility === "private" && icon("lock-closed", t("record.private_account")), holder.name || holder.address)));
}

/** A file's size: "84 KB", "2,1 MB". @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return t("size.bytes", { value: bytes });
  if (bytes < 1e6) return t("size.kb", { value: Math.round(bytes / 1000) });
  return t("size.mb", { value: new Intl.NumberFormat(language(), { maximumFractionDigits: 1 }).format(bytes / 1e6) });
}

/** The sign of a file's kind, by its extension. @param {string} name */
export function fileIcon(name) {
  const extension = name.split(".").pop()?.toLowerCase() ?? "";
  return icon(FILE_ICONS[extension] ?? "document");
}

/** A client's code as a tag. @param {string} code */
export function codeTag(code) {
  return h("span", { class: "code" }, code);
}

/** @param {any} record */
function channelSign(record) {
  if (record.type !== "email") return TYPE_ICONS[record.type] ?? "note";
  if (record.direction === "sent") return "arrow-right";
  return record.direction === "received" ? "arrow-left" : "mail";
}

/** @param {any} record */
function ruleKey({ why, created_by: author }) {
  if (!why || why.rule === "person") return author ? "why.person_named" : "why.person";
  if (!why.address && why.rule !== "thread") return "why.hidden";
  return has(`why.${why.rule}`) ? `why.${why.rule}` : "why.unknown";
}

/** @param {Why | null} why */
function isDelayed(why) {
  return why?.delay_s !== null && why?.delay_s !== undefined;
}

/** @param {Why} why */
function place(why) {
  if (!why.section || !why.address) return why.address ?? "";
  return t("why.place", { address: why.address, section: t(`section.${why.section}`) });
}
