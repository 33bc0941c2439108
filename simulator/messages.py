"""Messages: how they are kept, what Outlook fills in, and how Graph shows them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from simulator import attachments
from simulator.ids import IdSource
from simulator.text import plain_text, preview
from simulator.values import Json, instant, timestamp

OUTLOOK_ON_THE_WEB = "https://outlook.office365.com/owa/"
SELECT_ONLY = frozenset({"internetMessageHeaders", "uniqueBody"})
# The properties of a message in v1.0, in the order in which Graph sends them.
PROPERTIES = (
    "id",
    "createdDateTime",
    "lastModifiedDateTime",
    "changeKey",
    "categories",
    "receivedDateTime",
    "sentDateTime",
    "hasAttachments",
    "internetMessageId",
    "subject",
    "bodyPreview",
    "importance",
    "parentFolderId",
    "conversationId",
    "conversationIndex",
    "isDeliveryReceiptRequested",
    "isReadReceiptRequested",
    "isRead",
    "isDraft",
    "webLink",
    "inferenceClassification",
    "body",
    "sender",
    "from",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "replyTo",
    "flag",
    "internetMessageHeaders",
    "uniqueBody",
)
# Said of the copy by the mailbox that holds it, so a given value would be wrong.
_OWN = frozenset(
    {
        "id",
        "@odata.context",
        "@odata.etag",
        "@odata.type",
        "changeKey",
        "parentFolderId",
        "webLink",
        "attachments",
        "attachments@odata.context",
        "internetMessageHeaders",
        "singleValueExtendedProperties",
    }
)
_MESSAGE_CLASSES = {
    "#microsoft.graph.eventMessageRequest": "IPM.Schedule.Meeting.Request",
    "#microsoft.graph.eventMessageResponse": "IPM.Schedule.Meeting.Resp.Pos",
    "#microsoft.graph.eventMessage": "IPM.Schedule.Meeting.Canceled",
}
MESSAGE_CLASS = "string 0x1a"
SENSITIVITY = "integer 0x36"


@dataclass(slots=True)
class Message:
    """One copy of a message in one mailbox.

    `properties` is replaced and never changed in place, so that whoever holds it holds a snapshot.
    """

    id: str
    rest_id: str
    folder_id: str
    version: int
    properties: Json
    attachments: list[Json] = field(default_factory=list)
    headers: list[Json] | None = None
    extended: dict[str, tuple[str, str]] = field(default_factory=dict)
    type: str | None = None
    outgoing: bool = False

    @property
    def received(self) -> datetime | None:
        return instant(self.properties.get("receivedDateTime"))

    @property
    def change_key(self) -> str:
        return f"CQAAABYAAAC{self.version:021d}"

    @property
    def etag(self) -> str:
        return f'W/"{self.change_key}"'

    def identifier(self, immutable: bool) -> str:
        return self.id if immutable else self.rest_id


def completed(message: Mapping[str, Any], ids: IdSource, now: datetime, domain: str) -> Json:
    """The message with all that Outlook fills in; what is given, null too, is kept."""
    body = message.get("body", {"contentType": "text", "content": ""}) or {}
    sent = message.get("sentDateTime", message.get("receivedDateTime", timestamp(now)))
    received = message.get("receivedDateTime", sent)
    filled = {
        "createdDateTime": received,
        "lastModifiedDateTime": received,
        "categories": [],
        "receivedDateTime": received,
        "sentDateTime": sent,
        "hasAttachments": attachments.shown(message.get("attachments") or ()),
        "internetMessageId": _new_message_id(message, ids, domain),
        "subject": "",
        "bodyPreview": preview(body.get("contentType") or "text", body.get("content") or ""),
        "importance": "normal",
        "conversationIndex": f"AQHb{ids.hexadecimal(22)}==",
        "isDeliveryReceiptRequested": False,
        "isReadReceiptRequested": False,
        "isRead": False,
        "isDraft": False,
        "inferenceClassification": "focused",
        "body": body,
        "toRecipients": [],
        "ccRecipients": [],
        "bccRecipients": [],
        "replyTo": [],
        "flag": {"flagStatus": "notFlagged"},
        **_given(message),
    }
    return _with_sender(filled)


def derived_type(message: Mapping[str, Any]) -> str | None:
    """The `@odata.type` of what is more than a message; Graph leaves it out for plain ones."""
    kind = message.get("@odata.type")
    return None if kind in (None, "#microsoft.graph.message") else str(kind)


def extended_properties(given: object) -> dict[str, tuple[str, str]]:
    """Single-value extended properties by comparable id: (id as given, value)."""
    if not isinstance(given, list):
        return {}
    return {property_key(item["id"]): (item["id"], item["value"]) for item in given}


@lru_cache
def property_key(name: str) -> str:
    """An extended property's id in one spelling: `Integer 0x0036` and `Integer 0x36` are the same."""
    words = name.split()
    return " ".join(_number(word) for word in words).lower()


def extended_property(message: Message, name: str) -> Json | None:
    """The extended property that `name` asks for, None if the message has none of that name."""
    key = property_key(name)
    given = message.extended.get(key)
    if given:
        return {"id": given[0], "value": given[1]}
    if key == MESSAGE_CLASS:
        return {"id": name, "value": _MESSAGE_CLASSES.get(message.type or "", "IPM.Note")}
    return {"id": name, "value": "0"} if key == SENSITIVITY else None


def message_json(message: Message, *, immutable: bool, select: Collection[str] | None = None) -> Json:
    """The message as Graph shows it, without context; `select` None means all but on-demand properties."""
    shown: Json = {"@odata.etag": message.etag}
    if message.type:
        shown = {"@odata.type": message.type, **shown}
    if select is None:
        return {**shown, **_own_properties(message, immutable), **message.properties}
    everything = {**_own_properties(message, immutable), **message.properties, **_on_demand(message)}
    return {
        **shown,
        "id": everything["id"],
        **{name: everything[name] for name in select if name in everything},
    }


def as_text(body: Mapping[str, Any]) -> Json:
    """A body as plain text, whatever it is kept as."""
    content = body.get("content") or ""
    is_html = (body.get("contentType") or "").lower() == "html"
    return {"contentType": "text", "content": plain_text(content) if is_html else content}


def snapshot(message: Message) -> Json:
    """The message for the ground truth: immutable id, all headers, attachments without content."""
    shown = message_json(message, immutable=True)
    shown["attachments"] = [attachments.summary(attachment) for attachment in message.attachments]
    if message.headers is not None:
        shown["internetMessageHeaders"] = message.headers
    if message.extended:
        shown["singleValueExtendedProperties"] = [
            {"id": name, "value": value} for name, value in message.extended.values()
        ]
    return shown


def recipients(message: Mapping[str, Any]) -> list[str]:
    """The addresses in to, cc and bcc, in this order, without repetition."""
    fields = ("toRecipients", "ccRecipients", "bccRecipients")
    addresses = [address_of(person) for name in fields for person in message.get(name) or ()]
    return list(dict.fromkeys(address for address in addresses if address))


def address_of(person: object) -> str:
    """The address of a Graph recipient, empty if there is none."""
    if not isinstance(person, Mapping):
        return ""
    return (person.get("emailAddress") or {}).get("address") or ""


def header(headers: list[Json] | None, name: str) -> str:
    """The first header of that name, empty if there is none."""
    wanted = name.lower()
    return next((h["value"] for h in headers or () if h["name"].lower() == wanted), "")


def _given(message: Mapping[str, Any]) -> Json:
    return {key: _text_dates(value) for key, value in message.items() if key not in _OWN}


def _text_dates(value: object) -> object:
    return timestamp(value) if isinstance(value, datetime) else value


def _new_message_id(message: Mapping[str, Any], ids: IdSource, domain: str) -> str | None:
    if "internetMessageId" in message:
        return None
    return f"<{ids.hexadecimal(32)}@mail.{domain}>"


def _with_sender(message: Json) -> Json:
    if "sender" not in message and message.get("from"):
        message["sender"] = message["from"]
    if "from" not in message and message.get("sender"):
        message["from"] = message["sender"]
    return message


def _number(word: str) -> str:
    return hex(int(word, 16)) if word.lower().startswith("0x") else word


def _own_properties(message: Message, immutable: bool) -> Json:
    identifier = message.identifier(immutable)
    return {
        "id": identifier,
        "changeKey": message.change_key,
        "parentFolderId": message.folder_id,
        # Of what an id consists of, only the sign at its end needs an escape.
        "webLink": f"{OUTLOOK_ON_THE_WEB}?ItemID={identifier.replace('=', '%3D')}"
        "&exvsurl=1&viewmodel=ReadMessageItem",
    }


def _on_demand(message: Message) -> Json:
    # Graph gives no headers for drafts and for what the mailbox itself sent.
    headers = (
        {} if message.outgoing or message.headers is None else {"internetMessageHeaders": message.headers}
    )
    return {"uniqueBody": message.properties.get("body"), **headers}
