// @ts-check
import { Problem } from "../shared/problems.js";

const LIBRARY = "/addin/vendor/msal-browser.min.js";
const RETURN_PAGE = "/addin/taskpane/signed-in.html";
const SILENT_TIMEOUT_MS = 15000;

/** @typedef {Awaited<ReturnType<typeof import("../shared/api.js").loadSettings>>} Settings */

/**
 * Signs the person in through Outlook (nested app authentication), or through an ordinary popup where Outlook
 * cannot. Tokens live in memory only.
 */
export class SignIn {
  /** @type {Promise<any> | null} */ #client = null;
  /** @type {any} */ #account = null;

  /** @param {Settings} settings @param {boolean} nested whether Outlook offers to sign in */
  constructor(settings, nested) {
    this.settings = settings;
    this.nested = nested;
  }

  /** The headers that say who is asking. Throws Problem "sign_in_needed" if that takes a click. */
  async headers() {
    const client = await this.#open();
    const request = { ...this.#request, account: this.#account ?? undefined };
    try {
      const { accessToken } = await withTimeout(client.acquireTokenSilent(request));
      return { Authorization: `Bearer ${accessToken}` };
    } catch (error) {
      throw new Problem("sign_in_needed", String(error));
    }
  }

  /** Asks the person. Call it from a click, or the browser blocks the window. */
  async ask() {
    const client = await this.#open();
    try {
      this.#account = (await client.acquireTokenPopup(this.#request)).account;
    } catch (error) {
      if (!this.nested) throw new Problem("sign_in_needed", String(error));
      await this.#fallBack();
    }
  }

  get #request() {
    return { scopes: [this.settings.scope] };
  }

  /** Some hosts say that they can sign in and then cannot. */
  async #fallBack() {
    this.nested = false;
    this.#client = null;
    await this.ask();
  }

  #open() {
    this.#client ??= this.#create();
    return this.#client;
  }

  async #create() {
    const msal = await loadLibrary();
    const { client_id: clientId, authority } = this.settings;
    const configuration = {
      // An authority that is named as known is not looked up at Microsoft's first.
      auth: { clientId, authority, knownAuthorities: [new URL(authority).host], redirectUri: location.origin + RETURN_PAGE },
      cache: { cacheLocation: "memoryStorage" },
      system: { enableLegacyPolling: true },
    };
    if (this.nested) return msal.createNestablePublicClientApplication(configuration);
    return msal.createStandardPublicClientApplication(configuration);
  }
}

/** @type {Promise<any> | null} */
let library = null;

function loadLibrary() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = LIBRARY;
    script.onload = () => resolve(/** @type {any} */ (window).msal);
    script.onerror = () => { library = null; reject(new Problem("offline", LIBRARY)); };
    document.head.append(script);
  });
  return library;
}

/** @param {Promise<any>} promise @returns {Promise<any>} */
function withTimeout(promise) {
  const late = new Promise((_, reject) => { setTimeout(reject, SILENT_TIMEOUT_MS, new Error("no answer")); });
  return Promise.race([promise, late]);
}
