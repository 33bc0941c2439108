/** The host's side of nested app authentication: tokens for the person in front of the mailbox. */

import { requestTokens } from "./simulator.js";

/** A function that answers MSAL's bridge; `behaviour` is ok, interaction (a person must agree first) or error.
 *
 * A refusal is thrown as a BridgeError {status, code, description}. `agree()` asks the person.
 */
export function createBroker(person, { behaviour, agree }) {
  let agreed = behaviour !== "interaction";

  async function answer({ method, tokenParams }) {
    if (method === "GetInitContext") return { initContext: await initContext() };
    if (behaviour === "error") throw refusal("PERSISTENT_ERROR", "server_error", "The sign-in service failed.");
    if (method === "GetTokenPopup") agreed ||= await agreement(agree);
    if (!agreed) throw refusal("USER_INTERACTION_REQUIRED", "interaction_required", "AADSTS65001: consent is missing.");
    return issue(tokenParams);
  }

  async function issue({ clientId, scope }) {
    const { account, ...token } = await requestTokens(person.address, { clientId, scope });
    return { token: { ...token, properties: null }, account };
  }

  async function initContext() {
    const { account } = await requestTokens(person.address);
    const { homeAccountId, environment, tenantId } = account;
    return {
      sdkName: "outlook-lookalike",
      sdkVersion: "1.0.0",
      capabilities: {},
      accountContext: { homeAccountId, environment, tenantId },
    };
  }

  return answer;
}

async function agreement(agree) {
  if (await agree()) return true;
  throw refusal("USER_CANCEL", "user_cancelled", "The person cancelled the request.");
}

function refusal(status, code, description) {
  return { status, code, description };
}
