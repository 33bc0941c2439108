// @ts-check
import { Shortcuts } from "./shortcuts.js";

const FIELD = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]:not([contenteditable=false])";

/** The keys of the page. They act nowhere while somebody writes in a field or has a dialog or a menu open. */
export class Keys {
  /** @param {import("./app.js").Register} register */
  constructor(register) {
    this.register = register;
    this.shortcuts = new Shortcuts(register);
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open], :popover-open, details.menu[open]")) return;
    if (event.key === "F3") return this.#do(event, () => this.register.finder.step(event.shiftKey ? "previous" : "next"));
    const target = /** @type {Element} */ (event.target);
    if (target.closest(FIELD)) return undefined;
    const act = event.ctrlKey || event.metaKey ? this.#withControl(event) : event.altKey ? undefined : this.#alone(event);
    return act && this.#do(event, act);
  }

  /** @param {KeyboardEvent} event @param {() => any} act */
  #do(event, act) {
    event.preventDefault();
    act();
  }

  /** @param {KeyboardEvent} event @returns {(() => any) | undefined} */
  #withControl({ key, shiftKey }) {
    const { list, toast, place } = this.register;
    if (key.toLowerCase() === "z" && !shiftKey && toast.undoable) return () => toast.undo();
    if (key.toLowerCase() === "a" && !place.tray) return () => list.pickAll();
    return undefined;
  }

  /** @param {KeyboardEvent} event @returns {(() => any) | undefined} */
  #alone(event) {
    const { register } = this;
    if (event.key === "Escape") return () => this.#escape();
    if (event.key === "Delete" && !register.place.tray) return () => register.run("delete");
    if (event.key.length > 1 || !this.shortcuts.on) return undefined;
    if (event.key === "?") return () => this.shortcuts.open();
    if (register.place.tray) return register.tray.act(event.key);
    return this.#letter(event.key);
  }

  /** @param {string} key @returns {(() => any) | undefined} */
  #letter(key) {
    const { register } = this;
    if (key >= "0" && key <= "9") return () => this.#reason(Number(key));
    return /** @type {Record<string, () => any>} */ ({
      "/": () => register.finder.focus(),
      n: () => register.run("new"), e: () => register.run("edit"), r: () => register.run("reply"), m: () => register.run("move"),
      x: () => register.list.pickCurrent(),
    })[key];
  }

  /** @param {number} number 1 to 9 as the help lists them; 0 takes the reason away */
  #reason(number) {
    const reason = this.shortcuts.reasons[number - 1];
    if (reason || number === 0) this.register.run("classify", undefined, { reason: reason?.id ?? null });
  }

  #escape() {
    const { list, finder } = this.register;
    if (list.picked.length) list.pickNone();
    else if (finder.active) finder.clear();
    else this.register.close();
  }
}
