// @ts-check

const PREFIX = "bitacora-typed-";

/** What somebody is typing, kept by the browser until this tab is closed: a reload or a new sign-in does not lose it. */
export class Typed {
  /** @param {string} name who is writing what: the next person at this tab finds nothing */
  constructor(name) {
    this.key = PREFIX + name;
  }

  /** @returns {any} null if there is none */
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {any} values */
  keep(values) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(values));
    } catch {
      // A browser that keeps nothing still lets people write.
    }
  }

  forget() {
    sessionStorage.removeItem(this.key);
  }
}
