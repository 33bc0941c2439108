// @ts-check
import { h } from "../../shared/dom.js";

/** Grey bars where the answer will stand, so that nothing jumps. */
export function skeleton() {
  return h("div", { class: "skeleton", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));
}
