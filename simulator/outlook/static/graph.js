/** Microsoft Graph v1.0 with the delegated token of one person. */

export const GRAPH_SCOPE = "https://graph.microsoft.com/.default";

const RENEW_BEFORE_MS = 60_000;
const ATTEMPTS = 4;

export class GraphError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A function `graph(method, path, body)` that gives the decoded answer, or null where there is none.
 *
 * Requests go one after the other: a mailbox serves only four at once, and others want their share. A request that is
 * throttled is repeated. It throws GraphError for an answer that is no success and TypeError when nobody answers.
 */
export function createGraph(requestToken) {
  const authorize = keepToken(requestToken);
  let last = Promise.resolve();
  return (method, path, body) => {
    const answer = last.then(() => send(authorize, method, path, body));
    last = answer.catch(() => {});
    return answer;
  };
}

function keepToken(requestToken) {
  let token = null;
  let validUntil = 0;
  return async () => {
    if (Date.now() > validUntil - RENEW_BEFORE_MS) {
      const fresh = await requestToken();
      token = fresh.access_token;
      validUntil = Date.now() + fresh.expires_in * 1000;
    }
    return token;
  };
}

async function send(authorize, method, path, body, attempt = 1) {
  const headers = { Authorization: `Bearer ${await authorize()}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(`/v1.0${path}`, { method, headers, body: JSON.stringify(body) });
  if (response.status !== 429 || attempt === ATTEMPTS) return read(response);
  await pause(Number(response.headers.get("Retry-After") ?? 1));
  return send(authorize, method, path, body, attempt + 1);
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

async function read(response) {
  const text = await response.text();
  const value = text && response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : null;
  if (!response.ok) throw new GraphError(response.status, value?.error?.code, value?.error?.message);
  return value;
}
