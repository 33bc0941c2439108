/* Dialogs: a window of its own on the web, which may speak to the pane that opened it. */

const CLOSED_BY_USER = 12006;
const ALREADY_OPEN = 12007;
const POPUP_BLOCKED = 12011;
const FOREIGN_ADDRESS = 12004;
const CLOSED_LOOK_MS = 250;

let openDialog = null;

const ui = {
  displayDialogAsync: (address, ...rest) => displayDialog(new URL(address, location.href), readCall(rest)),
  messageParent: (message, options) => messageParent(message, options),
  openBrowserWindow: (address) => void window.open(address, "_blank", "noopener"),
  closeContainer: () => tellHost({ kind: "close" }),
};

/** The window opens in the turn of the click, or the browser would take it for an unasked popup. */
function displayDialog(address, call) {
  answerLater(
    openInTurn(address, call.options).then((popup) => watchDialog(popup, address.origin)),
    call,
  );
}

async function openInTurn(address, { width = 60, height = 60 }) {
  if (openDialog) throw failure(ALREADY_OPEN, "DialogAlreadyOpened", "A dialog is open already.");
  if (address.origin !== location.origin) {
    throw failure(FOREIGN_ADDRESS, "AppDomainNotTrusted", "A dialog starts on the domain of its pane.");
  }
  const size = `width=${share(screen.availWidth, width)},height=${share(screen.availHeight, height)}`;
  openDialog = window.open(address, "_blank", `popup,${size}`);
  if (!openDialog) throw failure(POPUP_BLOCKED, "PopupBlocked", "The browser blocked the dialog.");
  return openDialog;
}

function share(length, percent) {
  return Math.max(320, Math.round((length * percent) / 100));
}

function watchDialog(popup, origin) {
  const dialogHandlers = new Map();
  const hear = (event) => {
    if (event.source !== popup || event.origin !== origin || event.data?.kind !== "dialog") return;
    dialogHandlers.get(Office.EventType.DialogMessageReceived)?.({ message: event.data.message, origin });
  };
  const forget = () => {
    clearInterval(look);
    window.removeEventListener("message", hear);
    openDialog = null;
  };
  const look = setInterval(() => {
    if (!popup.closed) return;
    forget();
    dialogHandlers.get(Office.EventType.DialogEventReceived)?.({ error: CLOSED_BY_USER });
  }, CLOSED_LOOK_MS);
  window.addEventListener("message", hear);
  return {
    addEventHandler: (type, handler) => void dialogHandlers.set(type, handler),
    close: () => {
      forget();
      popup.close();
    },
  };
}

function messageParent(message, { targetOrigin = location.origin } = {}) {
  window.opener.postMessage({ kind: "dialog", message: String(message) }, targetOrigin);
}

function insideDialog() {
  return window.parent === window && window.opener !== null;
}
