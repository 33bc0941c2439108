// @ts-check
import { Api } from "/addin/shared/api.js";

/** The administration's part of the server's API. */
export class AdminApi extends Api {
  health() {
    return this.get("/api/admin/health");
  }

  accounts() {
    return this.get("/api/admin/accounts");
  }

  /** @param {number} account @param {number} limit how many differences to name */
  census(account, limit) {
    return this.get(`/api/admin/accounts/${account}/census`, { limit: String(limit) });
  }

  /** @param {number} account */
  takeCensus(account) {
    return this.send("POST", `/api/admin/accounts/${account}/census`);
  }

  /** @param {number} account */
  repair(account) {
    return this.send("POST", `/api/admin/accounts/${account}/census/repair`);
  }

  /** @param {number} account @param {boolean} stopped */
  setBackfill(account, stopped) {
    return this.send("POST", `/api/admin/accounts/${account}/backfill`, { stopped });
  }

  /** @param {number} limit */
  parked(limit) {
    return this.get("/api/admin/parked", { limit: String(limit) });
  }

  /** @param {number | null} item one of them, or all */
  retry(item) {
    return this.send("POST", "/api/admin/parked/retry", item === null ? {} : { id: item });
  }

  /** @param {"reason" | "area"} kind */
  choices(kind) {
    return this.get(`/api/admin/${kind}s`);
  }

  /** @param {"reason" | "area"} kind @param {string} name */
  addChoice(kind, name) {
    return this.send("POST", `/api/admin/${kind}s`, { name });
  }

  /** @param {"reason" | "area"} kind @param {number} id @param {string} name */
  renameChoice(kind, id, name) {
    return this.send("PATCH", `/api/admin/${kind}s/${id}`, { name });
  }

  /** @param {"reason" | "area"} kind @param {number} id */
  removeChoice(kind, id) {
    return this.send("DELETE", `/api/admin/${kind}s/${id}`);
  }

  /** @param {"reason" | "area"} kind @param {number} id */
  restoreChoice(kind, id) {
    return this.send("POST", `/api/admin/${kind}s/${id}/restore`);
  }

  /**
   * Reads a mailbox without storing anything; gives each line of the answer as it comes.
   * @param {{address: string, since: string}} wish @param {AbortSignal} signal
   * @returns {AsyncGenerator<any>}
   */
  async *rehearse(wish, signal) {
    const headers = { "Content-Type": "application/json" };
    const answer = await this.open("/api/admin/rehearsals", { method: "POST", headers, body: JSON.stringify(wish), signal });
    if (answer.body) yield* lines(answer.body);
  }
}

/** @param {ReadableStream<Uint8Array>} body */
async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) yield JSON.parse(line);
  }
}
