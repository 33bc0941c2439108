// @ts-check
import { Problem } from "./problems.js";

/**
 * The server's API. Every call answers the decoded JSON or throws a Problem.
 */
export class Api {
  /** @param {() => Promise<Record<string, string>>} authorize gives the headers that say who is asking */
  constructor(authorize) {
    this.authorize = authorize;
  }

  me() {
    return this.get("/api/me");
  }

  catalog() {
    return this.get("/api/catalog");
  }

  /** @param {string} words @param {AbortSignal} [signal] */
  clients(words, signal) {
    return this.get("/api/clients", { q: words, limit: "20" }, signal);
  }

  /** @param {string} code @param {AbortSignal} [signal] */
  client(code, signal) {
    return this.get(`/api/clients/${encodeURIComponent(code)}`, {}, signal);
  }

  /** @param {Record<string, string>} filter @param {AbortSignal} [signal] */
  records(filter, signal) {
    return this.get("/api/records", filter, signal);
  }

  /** @param {string} id @param {AbortSignal} [signal] */
  record(id, signal) {
    return this.get(`/api/records/${encodeURIComponent(id)}`, {}, signal);
  }

  /**
   * @param {{id: string, version: number}} record the version that the person saw
   * @param {Record<string, number | null>} change
   */
  changeRecord(record, change) {
    const headers = { "If-Match": `"${record.version}"` };
    return this.send("PATCH", `/api/records/${encodeURIComponent(record.id)}`, change, headers);
  }

  /** @param {string} messageId @param {string} mailbox @param {AbortSignal} [signal] */
  message(messageId, mailbox, signal) {
    return this.get("/api/messages", { internet_message_id: messageId, mailbox }, signal);
  }

  /** @param {string} messageId @param {string} mailbox @param {string} client @param {"message" | "thread"} scope */
  file(messageId, mailbox, client, scope) {
    return this.send("POST", "/api/messages/file", { internet_message_id: messageId, mailbox, client, scope });
  }

  startRefresh() {
    return this.send("POST", "/api/refresh");
  }

  refresh() {
    return this.get("/api/refresh");
  }

  /** @param {string} path @param {Record<string, string> | string[][]} [query] pairs where a name occurs more than once @param {AbortSignal} [signal] */
  get(path, query = {}, signal) {
    const search = new URLSearchParams(query).toString();
    return this.#ask(search ? `${path}?${search}` : path, { signal });
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers] */
  send(method, path, body, headers = {}) {
    if (body === undefined) return this.#ask(path, { method, headers });
    return this.#ask(path, { method, headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) });
  }

  /**
   * The answer as it comes, for one that is read in parts.
   * @param {string} path @param {RequestInit} request
   */
  async open(path, request) {
    const headers = { Accept: "application/json", ...(await this.authorize()), ...request.headers };
    const answer = await reach(path, { ...request, headers, redirect: "error" });
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }

  /** @param {string} path @param {RequestInit} request */
  async #ask(path, request) {
    return (await this.open(path, request)).json();
  }
}

/**
 * The public settings that the pane signs in with.
 * @returns {Promise<{client_id: string, tenant_id: string, authority: string, scope: string}>}
 */
export async function loadSettings() {
  const answer = await reach("/addin/settings.json", {});
  if (!answer.ok) throw await problemOf(answer);
  return answer.json();
}

/** @param {string} path @param {RequestInit} request */
async function reach(path, request) {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new Problem("offline", String(error));
  }
}

/** @param {Response} answer */
async function problemOf(answer) {
  const document = await answer.json().catch(() => ({}));
  return new Problem(document.code ?? codeOf(answer.status), document.detail ?? "", document);
}

/** The code for an answer that some machine between us and the server gave. @param {number} status */
function codeOf(status) {
  if (status === 401) return "sign_in_needed";
  if ([502, 503, 504].includes(status)) return "offline";
  return "internal_error";
}
