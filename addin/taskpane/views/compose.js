// @ts-check
import { t } from "../../shared/i18n.js";
import { registerLink } from "./history.js";
import { soleNotice } from "./notice.js";

/** What will happen when the mail is sent. @param {any} pane */
export function composeView(pane) {
  return [soleNotice("mail", t("compose.title"), t("compose.text"), registerLink(pane, {}, t("history.open")))];
}
