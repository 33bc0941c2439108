"""Mail files (.eml) as Graph-shaped messages."""

import base64
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import Any

from simulator.attachments import FILE, ITEM
from simulator.values import Json, timestamp

RECIPIENTS = {"To": "toRecipients", "Cc": "ccRecipients", "Bcc": "bccRecipients", "Reply-To": "replyTo"}


def message_from_eml(content: bytes) -> Json:
    """The message in a file; groups give their members, every header is kept."""
    parsed = message_from_bytes(content, policy=default)
    body = parsed.get_body(("html", "plain"))
    message: Json = {
        "subject": str(parsed["Subject"] or ""),
        "internetMessageHeaders": [{"name": name, "value": str(value)} for name, value in parsed.items()],
        "body": _body(body),
        "attachments": [_attachment(part) for part in parsed.iter_attachments()],
        **{graph: _people(parsed, name) for name, graph in RECIPIENTS.items()},
    }
    for name, graph in (("From", "from"), ("Sender", "sender")):
        if people := _people(parsed, name):
            message[graph] = people[0]
    if parsed["Message-ID"]:
        message["internetMessageId"] = str(parsed["Message-ID"]).strip()
    if parsed["Date"] and parsed["Date"].datetime:
        message["sentDateTime"] = timestamp(parsed["Date"].datetime)
    return message


def _people(parsed: EmailMessage, name: str) -> list[Json]:
    addresses: tuple[Address, ...] = getattr(parsed[name], "addresses", ()) if parsed[name] else ()
    return [
        {"emailAddress": {"name": each.display_name, "address": each.addr_spec}}
        for each in addresses
        if each.addr_spec != "<>"
    ]


def _body(part: Any) -> Json:
    if part is None:
        return {"contentType": "text", "content": ""}
    kind = "html" if part.get_content_subtype() == "html" else "text"
    return {"contentType": kind, "content": part.get_content()}


def _attachment(part: Any) -> Json:
    if part.get_content_type() == "message/rfc822":
        inner = message_from_eml(part.get_content().as_bytes())
        return {"@odata.type": ITEM, "name": inner["subject"], "item": inner}
    return {
        "@odata.type": FILE,
        "name": part.get_filename() or "",
        "contentType": part.get_content_type(),
        "isInline": part.get_content_disposition() == "inline",
        "contentId": str(part["Content-ID"] or "").strip("<>") or None,
        "contentBytes": base64.b64encode(part.get_payload(decode=True) or b"").decode(),
    }
