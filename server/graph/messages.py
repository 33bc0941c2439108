"""Messages of a mailbox: one by its id, the attachments of one, and the translation to our own values."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.users.item.messages.item.attachments.attachments_request_builder import (
    AttachmentsRequestBuilder,
)
from msgraph.generated.users.item.messages.item.message_item_request_builder import (
    MessageItemRequestBuilder,
)
from msgraph.generated.users.item.messages.messages_request_builder import MessagesRequestBuilder

from server.graph.answer import Answer
from server.graph.client import GraphClient
from server.graph.errors import GraphError, UnreadableAnswer
from server.mail import Attachment, AttachmentKind, Message, Participant, Role

FIELDS: Final = [
    "id",
    "internetMessageId",
    "conversationId",
    "parentFolderId",
    "subject",
    "bodyPreview",
    "sentDateTime",
    "receivedDateTime",
    "from",
    "sender",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "isDraft",
    "hasAttachments",
    "categories",
    "webLink",
    "internetMessageHeaders",
]
# Graph shows neither the message class (bounces, receipts) nor the sensitivity as a property of its own.
# https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxprops (0x001A, 0x0036)
MESSAGE_CLASS, SENSITIVITY = 0x1A, 0x36
# A property of our own, which stays with a mail when it is sent or moved and never leaves the mailbox.
MARK: Final = "String {6e1f9d8a-94c5-4b7e-a1b3-0f5d2c7e8a41} Name BitacoraDraft"
EXPAND: Final = [
    "singleValueExtendedProperties("
    f"$filter=id eq 'String 0x001A' or id eq 'Integer 0x0036' or id eq '{MARK}')",
]
# No server takes an address of more than 254 characters; what hostile mail shows must fit into an index.
LONGEST_ADDRESS = 640
_KINDS = {"itemAttachment": AttachmentKind.ITEM, "referenceAttachment": AttachmentKind.LINK}
HEADERS_READ = frozenset(
    {
        "auto-submitted",
        "in-reply-to",
        "list-id",
        "list-unsubscribe",
        "precedence",
        "references",
        "sensitivity",
        "content-type",
        "x-ms-journal-report",
    }
)


class UnreadableMessage(GraphError):
    """One message has a shape that we cannot read; it must not stop the others."""


class _EmailAddress(msgspec.Struct):
    name: str | None = None
    address: str | None = None


class _Recipient(msgspec.Struct, rename="camel"):
    email_address: _EmailAddress | None = None


class _Header(msgspec.Struct):
    name: str = ""
    value: str | None = None


class _Property(msgspec.Struct):
    id: str
    value: str | None = None


class WireMessage(msgspec.Struct, rename="camel"):
    """A message as Graph writes it. Any field may be null or absent (drafts, bounces, meeting mail)."""

    id: str
    item_type: str | None = msgspec.field(name="@odata.type", default=None)
    removed: dict[str, Any] | None = msgspec.field(name="@removed", default=None)
    internet_message_id: str | None = None
    conversation_id: str | None = None
    parent_folder_id: str | None = None
    subject: str | None = None
    body_preview: str | None = None
    sent_date_time: str | None = None
    received_date_time: str | None = None
    from_: _Recipient | None = msgspec.field(name="from", default=None)
    sender: _Recipient | None = None
    to_recipients: list[_Recipient | None] | None = None
    cc_recipients: list[_Recipient | None] | None = None
    bcc_recipients: list[_Recipient | None] | None = None
    is_draft: bool | None = None
    has_attachments: bool | None = None
    categories: list[str] | None = None
    web_link: str | None = None
    internet_message_headers: list[_Header] | None = None
    single_value_extended_properties: list[_Property] | None = None


class _WireAttachment(msgspec.Struct, rename="camel"):
    id: str
    item_type: str | None = msgspec.field(name="@odata.type", default=None)
    name: str | None = None
    size: int | None = None
    content_type: str | None = None
    is_inline: bool | None = None


class _Found(msgspec.Struct):
    id: str


class _IdPage(msgspec.Struct):
    value: list[_Found]


class _AttachmentPage(msgspec.Struct):
    value: list[_WireAttachment]


class Messages:
    """Reads messages of one mailbox after another; a mailbox is named by its object id."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def get_all(self, mailbox: str, graph_ids: Sequence[str]) -> list[Message | GraphError]:
        """Read messages by id; each message or the reason why not stands at its id's place.

        Raises GraphError if Graph cannot be asked at all.
        """
        requests = [self._request(mailbox, graph_id) for graph_id in graph_ids]
        return [_read(answer) for answer in self._client.send_all(requests)]

    def attachments_of(
        self, mailbox: str, graph_ids: Sequence[str]
    ) -> list[tuple[Attachment, ...] | GraphError]:
        """Names and sizes of messages' attachments, without their contents, or the reason why not.

        Raises GraphError if Graph cannot be asked at all.
        """
        query = AttachmentsRequestBuilder.AttachmentsRequestBuilderGetQueryParameters(
            select=["id", "name", "size", "contentType", "isInline"]
        )
        messages = self._client.sdk.users.by_user_id(mailbox).messages
        requests = [
            messages.by_message_id(graph_id).attachments.to_get_request_information(
                RequestConfiguration(query_parameters=query)
            )
            for graph_id in graph_ids
        ]
        return [_attachments(answer) for answer in self._client.send_all(requests)]

    def find(self, mailbox: str, internet_message_id: str) -> list[str]:
        """The ids of the mailbox's copies with this Message-ID. Raises GraphError."""
        quoted = internet_message_id.replace("'", "''")
        query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(
            select=["id"], filter=f"internetMessageId eq '{quoted}'"
        )
        request = self._client.sdk.users.by_user_id(mailbox).messages.to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        return [found.id for found in self._client.send(request).decode(_IdPage).value]

    def _request(self, mailbox: str, graph_id: str) -> Any:
        builder = self._client.sdk.users.by_user_id(mailbox).messages.by_message_id(graph_id)
        query = MessageItemRequestBuilder.MessageItemRequestBuilderGetQueryParameters(
            select=FIELDS, expand=EXPAND
        )
        return builder.to_get_request_information(RequestConfiguration(query_parameters=query))


def read_message(wire: WireMessage) -> Message:
    """Translate Graph's message into ours; raises ValueError on a time that is none."""
    properties = _extended(wire.single_value_extended_properties or [])
    return Message(
        graph_id=wire.id,
        folder_id=wire.parent_folder_id or "",
        internet_message_id=_text(wire.internet_message_id),
        conversation_id=_text(wire.conversation_id),
        subject=_text(wire.subject),
        preview=_text(wire.body_preview),
        sent_at=_time(wire.sent_date_time),
        received_at=_time(wire.received_date_time),
        participants=tuple(_participants(wire)),
        is_draft=bool(wire.is_draft),
        has_attachments=bool(wire.has_attachments),
        web_link=_text(wire.web_link),
        item_type=(wire.item_type or "message").rpartition(".")[2],
        message_class=properties.get(MESSAGE_CLASS, ""),
        sensitivity=_sensitivity(properties.get(SENSITIVITY, "")),
        categories=tuple(wire.categories or ()),
        headers=_headers(wire.internet_message_headers or []),
        mark=_mark(wire.single_value_extended_properties or []),
    )


def _read(answer: Answer | GraphError) -> Message | GraphError:
    if isinstance(answer, GraphError):
        return answer
    try:
        return read_message(msgspec.json.decode(answer.body, type=WireMessage))
    except msgspec.ValidationError as error:
        return UnreadableMessage(f"the message has an unknown shape: {error}", status=answer.status)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UnreadableMessage("the message is no JSON", status=answer.status)
    except ValueError as error:
        return UnreadableMessage(f"the message cannot be read: {error}", status=answer.status)


def _participants(wire: WireMessage) -> list[Participant]:
    lines = [
        (Role.FROM, [wire.from_]),
        # Graph repeats the author as sender; only somebody who wrote on their behalf says something new.
        (Role.SENDER, [] if wire.from_ and wire.sender == wire.from_ else [wire.sender]),
        (Role.TO, wire.to_recipients or []),
        (Role.CC, wire.cc_recipients or []),
        (Role.BCC, wire.bcc_recipients or []),
    ]
    return [
        Participant(
            role,
            _text(recipient.email_address.name),
            _text(recipient.email_address.address)[:LONGEST_ADDRESS],
        )
        for role, recipients in lines
        for recipient in recipients
        if recipient and recipient.email_address
    ]


def _text(text: str | None) -> str:
    """PostgreSQL keeps no NUL, which hostile mail may contain; nothing else is changed."""
    return (text or "").replace("\0", "")


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    time = datetime.fromisoformat(text)
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _extended(properties: list[_Property]) -> dict[int, str]:
    """By property tag: Graph writes `Integer 0x36` where `Integer 0x0036` was asked for."""
    found = {}
    for entry in properties:
        tag = entry.id.rpartition(" ")[2]
        if tag.lower().startswith("0x"):
            found[int(tag, 16)] = entry.value or ""
    return found


def _mark(properties: list[_Property]) -> str:
    return next((_text(entry.value) for entry in properties if entry.id.casefold() == MARK.casefold()), "")


def _sensitivity(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _headers(headers: list[_Header]) -> dict[str, str]:
    found: dict[str, str] = {}
    for header in headers:
        name = header.name.casefold()
        if name in HEADERS_READ:
            found.setdefault(name, _text(header.value))
    return found


def _attachments(answer: Answer | GraphError) -> tuple[Attachment, ...] | GraphError:
    if isinstance(answer, GraphError):
        return answer
    try:
        return tuple(_attachment(wire) for wire in answer.decode(_AttachmentPage).value)
    except UnreadableAnswer as error:
        return error


def _attachment(wire: _WireAttachment) -> Attachment:
    return Attachment(
        graph_id=wire.id,
        name=_text(wire.name),
        size=wire.size or 0,
        content_type=wire.content_type or "",
        is_inline=bool(wire.is_inline),
        kind=_KINDS.get((wire.item_type or "").rpartition(".")[2], AttachmentKind.FILE),
    )
