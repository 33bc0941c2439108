/* The line to the mailbox page around this frame: only that window, and only from the origin that served this file. */

const HOST_ORIGIN = new URL(document.currentScript.src).origin;
const WELCOME_WITHIN_MS = 5000;

const calls = new Map();
const listeners = new Map();
let lastCall = 0;

function listenToHost() {
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== HOST_ORIGIN) return;
    if (event.data?.kind === "answer") settle(event.data);
    else listeners.get(event.data?.kind)?.(event.data);
  });
}

function settle({ call, value, error }) {
  const waiting = calls.get(call);
  calls.delete(call);
  if (error) waiting?.reject(error);
  else waiting?.resolve(value);
}

function onHostMessage(kind, listener) {
  listeners.set(kind, listener);
}

function tellHost(message) {
  window.parent.postMessage(message, HOST_ORIGIN);
}

/** Ask the mailbox page to do something; rejects with an Office error {code, name, message}. */
function askHost(method, values = {}) {
  const call = ++lastCall;
  return new Promise((resolve, reject) => {
    calls.set(call, { resolve, reject });
    tellHost({ kind: "call", call, method, values });
  });
}

/** The first words: what the mailbox page knows, or null where no such page surrounds this one. */
function greetHost() {
  if (window.parent === window) return Promise.resolve(null);
  listenToHost();
  return new Promise((resolve) => {
    onHostMessage("welcome", (message) => resolve(message.context));
    setTimeout(resolve, WELCOME_WITHIN_MS, null);
    tellHost({ kind: "hello" });
  });
}
