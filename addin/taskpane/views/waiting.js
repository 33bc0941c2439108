// @ts-check
import { h } from "../../shared/dom.js";
import { t } from "../../shared/i18n.js";
import { refreshButton } from "./heartbeat.js";
import { notice } from "./notice.js";

/** The mail may be seconds old. @param {any} pane @param {boolean} waits */
export function waitingView(pane, waits) {
  if (waits) return [notice("clock", t("waiting.title"), t("waiting.text"), h("progress", { "aria-label": t("waiting.progress") }))];
  return [notice("clock", t("waiting.title"), t("waiting.late"), refreshButton(pane, "button primary"))];
}
