/* The bridge that MSAL.js (createNestablePublicClientApplication) looks for: JSON text in, JSON text out. */

function createAuthBridge() {
  const messageListeners = new Set();
  const publish = (envelope) => {
    for (const listener of messageListeners) listener({ data: JSON.stringify(envelope) });
  };
  return {
    addEventListener: (type, listener) => void messageListeners.add(listener),
    removeEventListener: (type, listener) => void messageListeners.delete(listener),
    postMessage: (text) => void answerRequest(JSON.parse(text)).then(publish),
  };
}

async function answerRequest({ requestId, method, tokenParams }) {
  const envelope = { messageType: "NestedAppAuthResponse", requestId };
  try {
    return { ...envelope, success: true, ...(await askHost("bridge", { method, tokenParams: asPlain(tokenParams) })) };
  } catch (error) {
    return { ...envelope, success: false, error };
  }
}

function asPlain({ clientId, scope } = {}) {
  return { clientId, scope };
}
