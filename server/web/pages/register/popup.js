// @ts-check

const GAP = 4;
const EDGE = 8;

/**
 * Lets a button open a box in the top layer, under it and within the window. Escape and a click elsewhere close it,
 * and the focus goes back to the button.
 * @param {HTMLElement} button @param {HTMLElement} box @param {() => any} fillBox is called each time before it opens
 * @returns {() => void} closes it
 */
export function popUp(button, box, fillBox) {
  box.popover = "auto";
  button.setAttribute("aria-haspopup", "true");
  button.setAttribute("aria-expanded", "false");
  /** @type {any} */ (button).popoverTargetElement = box;
  box.addEventListener("beforetoggle", (event) => /** @type {ToggleEvent} */ (event).newState === "open" && fillBox());
  box.addEventListener("toggle", async (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    place(button, box);
    new ResizeObserver((_, observer) => (box.matches(":popover-open") ? place(button, box) : observer.disconnect())).observe(box);
  });
  box.addEventListener("keydown", (event) => step(box, /** @type {KeyboardEvent} */ (event)));
  button.addEventListener("keydown", (event) => enter(box, /** @type {KeyboardEvent} */ (event)));
  return () => box.hidePopover();
}

/** @param {HTMLElement} button @param {HTMLElement} box */
function place(button, box) {
  const { left, bottom } = button.getBoundingClientRect();
  box.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - box.offsetWidth - EDGE))}px`;
  box.style.top = `${bottom + GAP}px`;
  box.style.maxHeight = `${innerHeight - bottom - GAP - EDGE}px`;
}

/** The arrows go through what can be chosen, as in a menu. @param {HTMLElement} box @param {KeyboardEvent} event */
function step(box, event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined || /** @type {HTMLInputElement} */ (event.target).type === "date") return;
  const all = choices(box);
  const at = all.indexOf(/** @type {HTMLElement} */ (event.target));
  all[(at + by + all.length) % all.length]?.focus();
  event.preventDefault();
}

/** Arrow down on the button goes into the open box. @param {HTMLElement} box @param {KeyboardEvent} event */
function enter(box, event) {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  if (!box.matches(":popover-open")) box.showPopover();
  choices(box)[0]?.focus();
}

/** @param {HTMLElement} box @returns {HTMLElement[]} */
function choices(box) {
  return [...box.querySelectorAll("input, button")].map((choice) => /** @type {HTMLElement} */ (choice));
}
