"""Drafts: replies and forwards, and what becomes of a draft that is sent."""

from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any, Literal

from simulator.errors import bad_request
from simulator.messages import Message, address_of
from simulator.text import plain_text
from simulator.users import User
from simulator.values import Json, instant

Answer = Literal["reply", "replyAll", "forward"]

# What a mail answers, as MAPI keeps it (PidTagInReplyToId).
IN_REPLY_TO = "string 0x1042"
_PREFIXES: dict[Answer, str] = {"reply": "RE: ", "replyAll": "RE: ", "forward": "RV: "}


def sent(draft: Message, owner: User, now: str) -> Json:
    """The properties of a draft once it is sent."""
    author = draft.properties.get("from") or owner.recipient
    dates = {
        "createdDateTime": now,
        "lastModifiedDateTime": now,
        "receivedDateTime": now,
        "sentDateTime": now,
    }
    people = {"from": author, "sender": draft.properties.get("sender") or owner.recipient}
    return {**draft.properties, **dates, **people, "isDraft": False, "isRead": True}


def answer(original: Message, owner: User, kind: Answer, request: Mapping[str, Any]) -> Json:
    """The draft that answers or forwards a message; raises GraphError 400 for both comment and body."""
    given = request.get("message") or {}
    comment = request.get("comment")
    if comment is not None and "body" in given:
        raise bad_request(
            "Specify either the comment or the body of the message, not both.", "ErrorInvalidRequest"
        )
    draft: Json = {
        "subject": _prefixed(original.properties.get("subject") or "", kind),
        "from": owner.recipient,
        "sender": owner.recipient,
        "body": _quoting(original, comment),
        "internetMessageHeaders": _thread_headers(original),
        "conversationId": original.properties.get("conversationId"),
        **_addressed(original, owner, kind, request),
    }
    if kind == "forward":
        draft["attachments"] = original.attachments
    return {**draft, **given}


def thread_headers_of(draft: Message) -> list[Json] | None:
    """The headers that a draft leaves with: those that it was made with, or the mail that it names."""
    named = draft.extended.get(IN_REPLY_TO)
    if draft.headers or named is None:
        return draft.headers
    return [{"name": name, "value": named[1]} for name in ("In-Reply-To", "References")]


def transport_headers(message: Mapping[str, Any], given: list[Json] | None) -> list[Json]:
    """The Internet headers of a message on its way, with those that the sender set."""
    standard = {
        "Message-ID": message.get("internetMessageId"),
        "Date": _rfc5322_date(message),
        "From": _mailboxes([message.get("from")]),
        "To": _mailboxes(message.get("toRecipients")),
        "Cc": _mailboxes(message.get("ccRecipients")),
        "Subject": message.get("subject"),
        "MIME-Version": "1.0",
    }
    own = [{"name": name, "value": value} for name, value in standard.items() if value]
    names = {header["name"].lower() for header in own}
    return own + [header for header in given or () if header["name"].lower() not in names]


def _prefixed(subject: str, kind: Answer) -> str:
    prefix = _PREFIXES[kind]
    return subject if subject.upper().startswith(prefix) else prefix + subject


def _addressed(original: Message, owner: User, kind: Answer, request: Mapping[str, Any]) -> Json:
    if kind == "forward":
        return {"toRecipients": list(request.get("toRecipients") or ())}
    asked = original.properties.get("replyTo") or [original.properties.get("from")]
    own_mail = address_of(original.properties.get("from")).casefold() in map(str.casefold, owner.addresses)
    first = (
        original.properties.get("toRecipients") or [] if own_mail else [person for person in asked if person]
    )
    if kind == "reply":
        return {"toRecipients": first}
    others = [
        *(original.properties.get("toRecipients") or ()),
        *(original.properties.get("ccRecipients") or ()),
    ]
    excluded = {address.casefold() for address in owner.addresses}
    excluded |= {address_of(person).casefold() for person in first}
    return {
        "toRecipients": first,
        "ccRecipients": [p for p in others if address_of(p).casefold() not in excluded],
    }


def _quoting(original: Message, comment: str | None) -> Json:
    body = original.properties.get("body") or {}
    content = body.get("content") or ""
    if (body.get("contentType") or "").lower() == "html":
        return {"contentType": "html", "content": f"<div>{comment or ''}</div><hr>{content}"}
    return {
        "contentType": "text",
        "content": f"{comment or ''}\r\n\r\n________________________________\r\n{content}",
    }


def _thread_headers(original: Message) -> list[Json]:
    message_id = original.properties.get("internetMessageId")
    if not message_id:
        return []
    earlier = next((h["value"] for h in original.headers or () if h["name"].lower() == "references"), "")
    references = f"{earlier} {message_id}".strip()
    return [{"name": "In-Reply-To", "value": message_id}, {"name": "References", "value": references}]


def _rfc5322_date(message: Mapping[str, Any]) -> str | None:
    moment = instant(message.get("sentDateTime"))
    return format_datetime(moment) if moment else None


def _mailboxes(people: list[Any] | None) -> str:
    return ", ".join(_mailbox(person["emailAddress"]) for person in people or () if address_of(person))


def _mailbox(address: Mapping[str, Any]) -> str:
    name = plain_text(address.get("name") or "").replace('"', "")
    return f'"{name}" <{address["address"]}>' if name else str(address["address"])
