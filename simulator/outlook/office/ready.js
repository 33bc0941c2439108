/* Start: what Office.js takes away from a page, and the promise that the mailbox can be used. */

function forbidDialogsOfTheBrowser() {
  for (const name of ["alert", "confirm", "prompt"]) {
    window[name] = () => {
      throw new Error(`window.${name} is not supported in an Office Add-in.`);
    };
  }
}

function takeHistoryAway() {
  window.history.pushState = null;
  window.history.replaceState = null;
}

async function start() {
  if (insideDialog()) return startDialog();
  const context = await greetHost();
  if (context === null) return { host: null, platform: null };
  fillContext(context, (name, version) => supports(context.sets[name], version));
  if (context.bridge) window.nestedAppAuthBridge = createAuthBridge();
  return { host: Office.HostType.Outlook, platform: context.platform };
}

function startDialog() {
  Object.assign(Office.context, { ui, requirements: { isSetSupported: (name) => name === "DialogApi" } });
  return { host: Office.HostType.Outlook, platform: Office.PlatformType.OfficeOnline };
}

/** Versions are compared by their parts: 1.10 is newer than 1.8. */
function supports(known, wanted = "1.1") {
  if (known === undefined) return false;
  const [major, minor] = known.split(".").map(Number);
  const [wantedMajor, wantedMinor] = String(wanted).split(".").map(Number);
  return major === wantedMajor ? minor >= wantedMinor : major > wantedMajor;
}

takeHistoryAway();
forbidDialogsOfTheBrowser();
const started = documentParsed().then(start);

function documentParsed() {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}

Office.onReady = (callback = () => {}) =>
  started.then((information) => {
    callback(information);
    return information;
  });
started.then(() => Office.initialize?.(Office.InitializationReason.DocumentOpened));
window.Office = Office;
