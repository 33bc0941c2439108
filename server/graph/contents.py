"""What a mail holds, read at the moment when somebody opens it: its text, its pictures, its files."""

from collections.abc import Sequence
from typing import Final

import msgspec
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.users.item.messages.item.message_item_request_builder import (
    MessageItemRequestBuilder,
)

from server.graph.client import GraphClient
from server.graph.errors import GraphError, UnreadableAnswer
from server.mail import Address, Body, Picture

FIELDS: Final = ["id", "body", "webLink", "replyTo"]


class _Text(msgspec.Struct, rename="camel"):
    content_type: str | None = None
    content: str | None = None


class _EmailAddress(msgspec.Struct):
    name: str | None = None
    address: str | None = None


class _Recipient(msgspec.Struct, rename="camel"):
    email_address: _EmailAddress | None = None


class _Wire(msgspec.Struct, rename="camel"):
    body: _Text | None = None
    web_link: str | None = None
    reply_to: list[_Recipient] | None = None


class _WirePicture(msgspec.Struct, rename="camel"):
    content_id: str | None = None
    content_type: str | None = None
    content_bytes: str | None = None


class Contents:
    """Reads from one mailbox after another, each named by its object id."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def body(self, mailbox: str, graph_id: str) -> Body:
        """The text of one mail. Raises NotFound and other GraphErrors."""
        query = MessageItemRequestBuilder.MessageItemRequestBuilderGetQueryParameters(select=FIELDS)
        request = (
            self._client.sdk.users.by_user_id(mailbox)
            .messages.by_message_id(graph_id)
            .to_get_request_information(RequestConfiguration(query_parameters=query))
        )
        return _body(self._client.send(request).decode(_Wire))

    def pictures(self, mailbox: str, graph_id: str, attachment_ids: Sequence[str]) -> list[Picture]:
        """The pictures among these attachments; what cannot be read is left out.

        Raises GraphError if Graph cannot be asked at all.
        """
        attachments = self._client.sdk.users.by_user_id(mailbox).messages.by_message_id(graph_id).attachments
        requests = [
            attachments.by_attachment_id(attachment_id).to_get_request_information()
            for attachment_id in attachment_ids
        ]
        found = []
        for answer in self._client.send_all(requests) if requests else ():
            if isinstance(answer, GraphError):
                continue
            try:
                wire = answer.decode(_WirePicture)
            except UnreadableAnswer:
                continue
            if wire.content_id and wire.content_bytes:
                found.append(
                    Picture(wire.content_id.strip("<>"), wire.content_type or "", wire.content_bytes)
                )
        return found

    def file(self, mailbox: str, graph_id: str, attachment_id: str) -> bytes:
        """The bytes of an attached file, or an attached mail as it was sent (MIME). Raises GraphError."""
        request = (
            self._client.sdk.users.by_user_id(mailbox)
            .messages.by_message_id(graph_id)
            .attachments.by_attachment_id(attachment_id)
            .to_get_request_information()
        )
        # The SDK has no name for the raw content of an attachment.
        request.url = f"{request.url}/$value"
        request.headers.remove("Accept")
        return self._client.download(request)


def _body(wire: _Wire) -> Body:
    text = wire.body or _Text()
    content = (text.content or "").replace("\0", "")
    is_html = (text.content_type or "").casefold() == "html"
    asked = [each.email_address for each in wire.reply_to or [] if each.email_address]
    return Body(
        html=content if is_html else None,
        text="" if is_html else content,
        web_link=wire.web_link or "",
        reply_to=tuple(Address(each.name or "", each.address) for each in asked if each.address),
    )
