"""Mail files (.eml) as Graph-shaped messages."""

import base64
from collections.abc import Iterator
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from typing import cast

from simulator.attachments import FILE, ITEM
from simulator.values import Json, timestamp

RECIPIENTS = {"To": "toRecipients", "Cc": "ccRecipients", "Bcc": "bccRecipients", "Reply-To": "replyTo"}


def message_from_eml(content: bytes) -> Json:
    """The message in a file; groups give their members, every header is kept."""
    parsed = message_from_bytes(content, policy=default)
    bodies = [part for kind in ("html", "plain") if (part := parsed.get_body((kind,))) is not None]
    message: Json = {
        "subject": str(parsed["Subject"] or ""),
        "internetMessageHeaders": [{"name": name, "value": str(value)} for name, value in parsed.items()],
        "body": _body(cast(EmailMessage, bodies[0])) if bodies else {"contentType": "text", "content": ""},
        "attachments": [_attachment(part) for part in _leaves(parsed) if part not in bodies],
        **{graph: _people(parsed, name) for name, graph in RECIPIENTS.items()},
        **_identity(parsed),
    }
    for name, graph in (("From", "from"), ("Sender", "sender")):
        if people := _people(parsed, name):
            message[graph] = people[0]
    return message


def _identity(parsed: EmailMessage) -> Json:
    found: Json = {}
    if parsed["Message-ID"]:
        found["internetMessageId"] = str(parsed["Message-ID"]).strip()
    if parsed["Date"] and parsed["Date"].datetime:
        found["sentDateTime"] = timestamp(parsed["Date"].datetime)
    return found


def _people(parsed: EmailMessage, name: str) -> list[Json]:
    addresses: tuple[Address, ...] = getattr(parsed[name], "addresses", ())
    people = [(each.display_name, each.addr_spec) for each in addresses]
    return [
        {"emailAddress": {"name": shown or address, "address": address}}
        for shown, address in people
        if address != "<>"
    ]


def _leaves(part: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold content; an attached message is one of them, whatever it holds itself."""
    if part.get_content_maintype() != "multipart":
        yield part
        return
    for each in part.iter_parts():
        yield from _leaves(cast(EmailMessage, each))


def _body(part: EmailMessage) -> Json:
    kind = "html" if part.get_content_subtype() == "html" else "text"
    try:
        return {"contentType": kind, "content": part.get_content()}
    except LookupError:
        # A character set that nobody knows.
        return {"contentType": kind, "content": _payload(part).decode("utf-8", "replace")}


def _attachment(part: EmailMessage) -> Json:
    if part.get_content_type() == "message/rfc822":
        inner = message_from_eml(part.get_content().as_bytes())
        return {"@odata.type": ITEM, "name": inner["subject"], "item": inner}
    content_id = str(part["Content-ID"] or "").strip("<> ")
    return {
        "@odata.type": FILE,
        "name": part.get_filename() or "",
        "contentType": part.get_content_type(),
        "isInline": part.get_content_disposition() == "inline" or bool(content_id),
        "contentId": content_id or None,
        "contentBytes": base64.b64encode(_payload(part)).decode(),
    }


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
