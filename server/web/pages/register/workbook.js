// @ts-check
import { announce } from "/addin/shared/dom.js";
import { language, t } from "/addin/shared/i18n.js";
import { asProblem, explain } from "/addin/shared/problems.js";
import { size } from "/addin/shared/records.js";
import { activeCount } from "./place.js";

/** Saves the register of the client as an Excel workbook, or with filters what they let through. @param {import("./app.js").Register} register */
export async function saveWorkbook(register) {
  const { client, place, commands } = register;
  const whole = client && activeCount(place.filters) === 0;
  const path = whole ? `/api/clients/${encodeURIComponent(client)}/records.xlsx` : `/api/records.xlsx?${new URLSearchParams(register.query)}`;
  const asking = new AbortController();
  const cancel = () => asking.abort();
  commands.showSaving(t("excel.preparing"), null, cancel);
  try {
    const answer = await register.api.open(path, { signal: asking.signal, headers: { "Accept": "*/*", "Accept-Language": language() } });
    const expected = Number(answer.headers.get("Content-Length") ?? answer.headers.get("X-Expected-Bytes"));
    const blob = await receive(answer, (bytes) => commands.showSaving(t("excel.progress", { size: size(bytes) }), expected ? bytes / expected : null, cancel));
    save(blob, nameIn(answer) ?? `${client ?? "bitacora"}.xlsx`);
    announce(t("excel.done"));
  } catch (error) {
    if (!asking.signal.aborted) register.toast.say(explain(asProblem(error)).title, { sign: "error-circle" });
  }
  commands.showSaved();
}

/** @param {Response} answer @param {(bytes: number) => void} progress */
async function receive(answer, progress) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  /** @type {BlobPart[]} */ const parts = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts, { type: answer.headers.get("Content-Type") ?? "" });
    parts.push(/** @type {any} */ (value));
    bytes += value.length;
    progress(bytes);
  }
}

/** The name that the server gave the file. @param {Response} answer */
function nameIn(answer) {
  const disposition = answer.headers.get("Content-Disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  return encoded ? decodeURIComponent(encoded) : /filename="?([^";]+)/i.exec(disposition)?.[1];
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
