// @ts-check
/* global Office */

/**
 * @typedef {{kind: "none"} | {kind: "compose"} | Mail} Item
 * @typedef {{kind: "mail", id: string | null, mailbox: string, subject: string, from: string, occurredAt: string | null,
 *            attachments: {name: string, size: number}[]}} Mail
 */

const SHARED_TIMEOUT_MS = 3000;

/**
 * Waits for Outlook. Answers null where there is none, such as in an ordinary browser tab.
 * @returns {Promise<Mailbox | null>}
 */
export async function openMailbox() {
  if (!("Office" in window)) return null;
  await Office.onReady();
  return Office.context?.mailbox ? new Mailbox() : null;
}

/** What Outlook knows: the mail in front of the person, the person, the language and the colours. */
export class Mailbox {
  get language() {
    return Office.context.displayLanguage;
  }

  get address() {
    return Office.context.mailbox.userProfile.emailAddress;
  }

  get signsIn() {
    return supports("NestedAppAuth", "1.1");
  }

  /**
   * The item that is open now.
   * @returns {Promise<Item>}
   */
  async read() {
    const item = Office.context.mailbox.item;
    if (!item) return { kind: "none" };
    if (typeof item.subject !== "string") return { kind: "compose" };
    return { kind: "mail", mailbox: await this.#mailboxOf(item), ...facts(item) };
  }

  /** @param {() => void} changed is called when another item is opened while the pane stays */
  onChange(changed) {
    if (!supports("Mailbox", "1.5")) return;
    Office.context.mailbox.addHandlerAsync(Office.EventType.ItemChanged, changed);
  }

  /** Whether Outlook's own background is dark; null where Outlook does not say. */
  get dark() {
    const colour = Office.context.officeTheme?.bodyBackgroundColor;
    const channels = /^#(..)(..)(..)/.exec(colour ?? "")?.slice(1).map((pair) => parseInt(pair, 16));
    return channels ? luminance(channels) < 0.5 : null;
  }

  /** @param {() => void} changed */
  onTheme(changed) {
    if (!supports("Mailbox", "1.14")) return;
    Office.context.mailbox.addHandlerAsync(Office.EventType.OfficeThemeChanged, () => setTimeout(changed));
  }

  /**
   * Opens a page in the person's browser. Answers false where an ordinary link must do it.
   * @param {string} url
   */
  openWindow(url) {
    if (!supports("OpenBrowserWindowApi", "1.1")) return false;
    Office.context.ui.openBrowserWindow(url);
    return true;
  }

  /** The owner's address for an item of a shared mailbox or folder. @param {any} item */
  async #mailboxOf(item) {
    const shared = supports("Mailbox", "1.8") && item.getSharedPropertiesAsync ? await sharedProperties(item) : null;
    return shared?.targetMailbox || shared?.owner || this.address;
  }
}

/** @param {any} item */
function facts(item) {
  return {
    id: item.internetMessageId || null,
    subject: item.subject,
    from: item.from?.displayName || item.from?.emailAddress || "",
    occurredAt: item.dateTimeCreated?.toISOString() ?? null,
    attachments: item.attachments.filter((/** @type {any} */ file) => !file.isInline).map((/** @type {any} */ { name, size }) => ({ name, size })),
  };
}

/** The callback may never come, so the wait has an end. @param {any} item @returns {Promise<any>} */
function sharedProperties(item) {
  return new Promise((resolve) => {
    setTimeout(resolve, SHARED_TIMEOUT_MS, null);
    item.getSharedPropertiesAsync((/** @type {any} */ answer) => resolve(answer.value ?? null));
  });
}

/** @param {string} set @param {string} version */
function supports(set, version) {
  return Office.context.requirements.isSetSupported(set, version);
}

/** Relative luminance of sRGB, without gamma: enough to tell dark from light. @param {number[]} rgb */
function luminance([red, green, blue]) {
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
