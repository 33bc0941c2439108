"""Drafts in a person's own mailbox, made on their behalf; nothing is ever sent from here.

https://learn.microsoft.com/graph/api/message-createreply and .../user-post-messages
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from kiota_abstractions.base_request_builder import BaseRequestBuilder
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.users.item.messages.messages_request_builder import MessagesRequestBuilder

from server.graph.client import GraphClient
from server.graph.messages import MARK
from server.mail import Address, Draft

# What a mail answers (MAPI's PidTagInReplyToId): Graph lets no such header be set.
IN_REPLY_TO: Final = "String 0x1042"


class _Wire(msgspec.Struct, rename="camel"):
    id: str
    internet_message_id: str | None = None
    web_link: str | None = None


class _Found(msgspec.Struct):
    value: list[_Wire]


class Drafts:
    """`token` is the person's own."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def find(self, token: str, internet_message_id: str) -> list[str]:
        """The ids of the mails in the person's mailbox with this Message-ID. Raises GraphError."""
        quoted = internet_message_id.replace("'", "''")
        query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(
            select=["id"], filter=f"internetMessageId eq '{quoted}'"
        )
        request = self._client.sdk.me.messages.to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        return [found.id for found in self._client.send_for(token, request).decode(_Found).value]

    def answer(self, token: str, graph_id: str, *, to_all: bool, mark: str) -> Draft:
        """Begin an answer as Outlook would, with the mail's thread and text.

        Raises NotFound if the mailbox does not hold the mail, and other GraphErrors.
        """
        message = self._client.sdk.me.messages.by_message_id(graph_id)
        place = message.create_reply_all if to_all else message.create_reply
        made = self._post(token, place, {})
        self.mark(token, made.graph_id, mark)
        return made

    def begin(
        self,
        token: str,
        *,
        subject: str,
        to: Sequence[Address],
        cc: Sequence[Address] = (),
        html: str,
        mark: str,
        in_reply_to: str = "",
    ) -> Draft:
        """Begin a new mail. Raises GraphError."""
        properties = {MARK: mark} | ({IN_REPLY_TO: in_reply_to} if in_reply_to else {})
        body = {
            "subject": subject,
            "body": {"contentType": "html", "content": html},
            "toRecipients": [_recipient(each) for each in to],
            "ccRecipients": [_recipient(each) for each in cc],
            **_extended(properties),
        }
        return self._post(token, self._client.sdk.me.messages, body)

    def mark(self, token: str, graph_id: str, mark: str) -> None:
        """Put our mark on a draft. Raises GraphError."""
        place = self._client.sdk.me.messages.by_message_id(graph_id)
        request = RequestInformation(Method.PATCH, place.url_template, place.path_parameters)
        request.set_stream_content(msgspec.json.encode(_extended({MARK: mark})), "application/json")
        self._client.send_for(token, request)

    def look(self, token: str) -> None:
        """See whether the person has a mailbox with a folder for drafts. Raises GraphError."""
        folder = self._client.sdk.me.mail_folders.by_mail_folder_id("drafts")
        self._client.send_for(token, folder.to_get_request_information())

    def _post(self, token: str, place: BaseRequestBuilder, body: dict[str, Any]) -> Draft:
        request = RequestInformation(Method.POST, place.url_template, place.path_parameters)
        request.set_stream_content(msgspec.json.encode(body), "application/json")
        wire = self._client.send_for(token, request).decode(_Wire)
        return Draft(wire.id, wire.internet_message_id or "", wire.web_link or "")


def _extended(properties: dict[str, str]) -> dict[str, Any]:
    entries = [{"id": name, "value": value} for name, value in properties.items()]
    return {"singleValueExtendedProperties": entries}


def _recipient(address: Address) -> dict[str, Any]:
    return {"emailAddress": {"name": address.name, "address": address.address}}
