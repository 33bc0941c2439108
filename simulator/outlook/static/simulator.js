/** The simulator's own doors, which a real Microsoft 365 does not have. */

import { parseCsv } from "./csv.js";

/** Everybody with a mailbox: {users: [{name, address, addresses, kind: "person"|"shared"}]}, the `public_url` of the
 * server that brings the pane, and the `client_id` of its app registration.
 */
export async function fetchTenant() {
  return (await request("tenant.json")).json();
}

/** Tokens as the sign-in service issues them to a person in Outlook: {access_token, id_token, expires_in, scope, account}. */
export async function requestTokens(person, clientId, scope) {
  const wanted = { person, client_id: clientId, scope: `${scope} openid profile` };
  return (await post("/simulator/tokens", wanted)).json();
}

/** The firm's clients, one row per address: {code, name, nif, section, label, email, phone}. */
export async function fetchClients() {
  return parseCsv(await (await request("/simulator/clients.csv")).text());
}

/** Delivers a Graph-shaped message as if it came from outside. */
export function deliver(message) {
  return post("/simulator/mail", message);
}

function post(path, value) {
  const body = JSON.stringify(value);
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

async function request(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response;
}
