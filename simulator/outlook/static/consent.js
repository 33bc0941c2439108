/** The question that Microsoft asks in a window of its own: may an add-in act for a person? */

import { h } from "./dom.js";
import { t } from "./text.js";

/** Asks in front of everything; tells whether the person agreed. */
export function askForConsent() {
  const buttons = [createAnswer("primary", "yes", t("accept")), createAnswer("secondary", "no", t("cancel"))];
  const words = [h("h2", {}, t("consent")), h("p", {}, t("consentText"))];
  const form = h("form", { method: "dialog" }, words, h("div", { class: "buttons" }, buttons));
  const dialog = h("dialog", { class: "consent", "data-testid": "consent" }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function createAnswer(style, value, label) {
  return h("button", { type: "submit", class: style, value }, label);
}
