/** How this Outlook behaves, read from the address of the page. */

const NEWEST_MAILBOX_SET = "1.15";
const MOBILE_MAILBOX_SET = "1.5";

/** The person (`as`) and what the pane will find:
 *
 * `ItemID` the item that a link opens;
 * `platform=mobile` an Outlook on a phone; `mailbox=1.5` an older one;
 * `naa=interaction` a person must agree before a token is given, `naa=error` the sign-in fails, `naa=absent` there is no bridge.
 */
export function readOptions(search) {
  const parameters = new URLSearchParams(search);
  const mobile = parameters.get("platform") === "mobile";
  const naa = parameters.get("naa") ?? "ok";
  const mailbox = parameters.get("mailbox") ?? (mobile ? MOBILE_MAILBOX_SET : NEWEST_MAILBOX_SET);
  const bridge = naa !== "absent";
  const sets = { Mailbox: mailbox, DialogApi: "1.2", OpenBrowserWindowApi: "1.1" };
  if (bridge) sets.NestedAppAuth = "1.1";
  return { person: parameters.get("as"), item: parameters.get("ItemID"), naa, mobile, bridge, sets };
}
