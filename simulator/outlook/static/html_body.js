/** The text of a mail: shown in a frame without scripts, forms or anything fetched from elsewhere. */

import { h } from "./dom.js";
import { t } from "./text.js";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const STYLE =
  "body{font:14px/20px 'Segoe UI','Noto Sans','Liberation Sans',system-ui,sans-serif;margin:0;overflow-wrap:anywhere;background:#fff;color:#242424}img{max-width:100%}";
const REMOTE = /(src|background)\s*=\s*["']?\s*(https?:)?\/\/|url\(\s*["']?(https?:)?\/\//i;

/** An element with the body; inline pictures are taken from the attachments. */
export function createBody(body, attachments = []) {
  if (body.contentType === "text") return h("div", { class: "body-text", dir: "auto" }, body.content);
  return createFrame(withInlinePictures(body.content, attachments));
}

/** The notice that something was held back, or null. */
export function createRemoteNotice(body) {
  const blocked = body.contentType === "html" && REMOTE.test(body.content);
  return blocked ? h("p", { class: "notice", role: "note" }, t("remoteBlocked")) : null;
}

/** The words of a body, for a field that holds plain text. */
export function bodyText(body) {
  return body.contentType === "text" ? body.content : htmlText(body.content);
}

/** Plain text as the HTML that Outlook would send. */
export function textHtml(text) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  return paragraph.outerHTML.replaceAll("\n", "<br>");
}

function createFrame(content) {
  const head = `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><base target="_blank"><style>${STYLE}</style>`;
  return h("iframe", {
    class: "body-frame",
    title: t("body"),
    sandbox: "allow-popups allow-popups-to-escape-sandbox",
    referrerpolicy: "no-referrer",
    srcdoc: `<!doctype html><meta charset="utf-8">${head}${content}`,
    "data-testid": "body",
  });
}

function withInlinePictures(content, attachments) {
  const pictures = new Map(attachments.filter((one) => one.contentId).map((one) => [one.contentId, one]));
  return content.replace(/cid:([^"'\s>)]+)/g, (reference, id) => {
    const picture = pictures.get(id);
    return picture ? `data:${picture.contentType};base64,${picture.contentBytes}` : reference;
  });
}

function htmlText(content) {
  const parsed = new DOMParser().parseFromString(content.replace(/<br\s*\/?>|<\/p>|<\/div>/gi, "$&\n"), "text/html");
  for (const silent of parsed.querySelectorAll("style, script, title")) silent.remove();
  return parsed.body.textContent.replace(/\n{3,}/g, "\n\n").trim();
}
