/** Files on their way into a message. */

/** A Graph file attachment holding the chosen file. */
export async function asFileAttachment(file) {
  return {
    "@odata.type": "#microsoft.graph.fileAttachment",
    name: file.name,
    contentType: file.type || "application/octet-stream",
    contentBytes: asBase64(await file.arrayBuffer()),
    size: file.size,
  };
}

function asBase64(buffer) {
  const CHUNK = 0x8000;
  const bytes = new Uint8Array(buffer);
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(text);
}

const units = ["B", "KB", "MB", "GB"];

/** A size for people, such as 84 KB. */
export function formatSize(bytes, locale) {
  const step = Math.min(units.length - 1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024)));
  return `${(bytes / 1024 ** step).toLocaleString(locale, { maximumFractionDigits: 1 })} ${units[step]}`;
}
