/** The bars above a message that a pane may add (`notificationMessages`). */

import { foreign, h } from "./dom.js";
import { OfficeError } from "./office_error.js";

const AT_MOST = 5;

/** The methods on the notifications of one message, drawn inside `place`. */
export function createNotifications(place) {
  const shown = new Map();
  const draw = () => place.replaceChildren(...[...shown.values()].map(createBar));
  const put = ({ key, message }) => {
    if (!shown.has(key) && shown.size === AT_MOST)
      throw new OfficeError(5001, "InternalError", "A message has at most five notifications.");
    shown.set(key, message);
    draw();
  };
  return {
    "notification.add": ({ key, message }) => {
      if (shown.has(key)) throw new OfficeError(5001, "InternalError", `A notification ${key} exists already.`);
      put({ key, message });
    },
    "notification.replace": put,
    "notification.remove": ({ key }) => {
      shown.delete(key);
      draw();
    },
    "notification.list": () => [...shown].map(([key, message]) => ({ key, ...message })),
  };
}

function createBar({ type, message }) {
  return h("p", { class: type === "errorMessage" ? "notice error" : "notice" }, foreign(message));
}
