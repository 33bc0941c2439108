/** The host's side of nested app authentication: tokens for the person in front of the mailbox. */

import { GRAPH_SCOPE } from "./graph.js";
import { requestTokens } from "./simulator.js";

const INTERACTIVE = "GetTokenPopup";

/** A function that answers MSAL's bridge; `behaviour` is ok, interaction (a person must agree first) or error.
 *
 * A refusal is thrown as a BridgeError {status, code, description}. `agree()` asks the person.
 */
export function createBroker(person, { clientId, behaviour, agree }) {
  let agreed = behaviour !== "interaction";

  return async ({ method, tokenParams }) => {
    if (method === "GetInitContext") return { initContext: await describeContext(person, clientId) };
    if (behaviour === "error") throw refusal("PERSISTENT_ERROR", "server_error", "The sign-in service failed.");
    if (method === INTERACTIVE) agreed ||= await agreement(agree);
    if (!agreed) throw refusal("USER_INTERACTION_REQUIRED", "interaction_required", "AADSTS65001: consent is missing.");
    return issue(person, tokenParams);
  };
}

async function issue(person, { clientId, scope }) {
  const { account, ...token } = await requestTokens(person.address, clientId, scope).catch(asRefusal);
  return { token: { ...token, properties: null }, account };
}

async function describeContext(person, clientId) {
  const { account } = await requestTokens(person.address, clientId, GRAPH_SCOPE);
  const { homeAccountId, environment, tenantId } = account;
  const accountContext = { homeAccountId, environment, tenantId };
  return { sdkName: "outlook-lookalike", sdkVersion: "1.0.0", capabilities: {}, accountContext };
}

async function agreement(agree) {
  if (await agree()) return true;
  throw refusal("USER_CANCEL", "user_cancelled", "The person cancelled the request.");
}

function asRefusal(error) {
  throw refusal("PERSISTENT_ERROR", "invalid_request", error.message);
}

function refusal(status, code, description) {
  return { status, code, description };
}
