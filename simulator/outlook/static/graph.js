/** Microsoft Graph v1.0 with the delegated token of one person. */

const RENEW_BEFORE_MS = 60_000;

export class GraphError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A function `graph(method, path, body)` that gives the decoded answer, or null where there is none.
 *
 * It throws GraphError for an answer that is no success and TypeError when nobody answers.
 */
export function createGraph(requestToken) {
  const authorize = keepToken(requestToken);
  return async (method, path, body) => {
    const headers = { Authorization: `Bearer ${await authorize()}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const response = await fetch(`/v1.0${path}`, { method, headers, body: JSON.stringify(body) });
    return read(response);
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

async function read(response) {
  const text = await response.text();
  const value = text && response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : null;
  if (!response.ok) throw new GraphError(response.status, value?.error?.code, value?.error?.message);
  return value;
}
