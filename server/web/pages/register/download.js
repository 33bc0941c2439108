// @ts-check

const KEPT_MS = 60_000;

/** Hands a file to the browser, which keeps or opens it as the person has set. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
