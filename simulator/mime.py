"""Messages as MIME, the form that `$value` gives."""

import re
from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from simulator import attachments
from simulator.drafts import transport_headers
from simulator.values import Json

_LINE_BREAKS = re.compile(r"[\r\n]+\s*")


def mime(message: Mapping[str, Any], files: Iterable[Mapping[str, Any]], headers: list[Json] | None) -> bytes:
    """The message as a mail file: its transport headers, its body, its attachments."""
    mail = EmailMessage(policy=SMTP)
    for header in transport_headers(message, headers):
        if not header["name"].lower().startswith("content-") and header["name"].lower() != "mime-version":
            mail.add_header(header["name"], _LINE_BREAKS.sub(" ", header["value"]))
    body = message.get("body") or {}
    subtype = "html" if (body.get("contentType") or "").lower() == "html" else "plain"
    mail.set_content(body.get("content") or "", subtype=subtype)
    for attachment in files:
        _attach(mail, attachment)
    return mail.as_bytes()


def item_mime(item: Mapping[str, Any]) -> bytes:
    """An attached message as a mail file."""
    return mime(item, item.get("attachments") or (), item.get("internetMessageHeaders"))


def _attach(mail: EmailMessage, attachment: Mapping[str, Any]) -> None:
    name = attachment.get("name") or "attachment"
    if attachment["@odata.type"] == attachments.FILE:
        kind = attachment.get("contentType") or "application/octet-stream"
        main, _, sub = kind.partition("/")
        content = attachments.content(attachment)
        mail.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=name)
    if attachment["@odata.type"] == attachments.ITEM and attachment.get("item"):
        mail.add_attachment(
            item_mime(attachment["item"]), maintype="message", subtype="x-mail", filename=name
        )
