"""What changed in a folder since the last visit, page by page.

Delta exists per folder only. A page may be empty and still have a successor, an item may come twice,
and a link may expire at any time (`DeltaExpired`).
https://learn.microsoft.com/graph/delta-query-messages
"""

from dataclasses import dataclass

import msgspec
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.users.item.mail_folders.item.messages.delta.delta_request_builder import (
    DeltaRequestBuilder,
)

from server.graph.client import GraphClient
from server.graph.errors import UnreadableAnswer
from server.graph.messages import EXPAND, FIELDS, WireMessage, read_message
from server.mail import Message

# Graph may answer with fewer. What a page holds is written in one transaction, for which others wait.
PAGE_SIZE = 400


@dataclass(frozen=True, slots=True)
class DeltaPage:
    """A page of changes. `link` leads on: to the next page, or, if `is_last`, to the next visit.

    `removed` have left the folder: moved or deleted, Graph does not tell which.
    """

    messages: tuple[Message, ...]
    removed: tuple[str, ...]
    unreadable: tuple[str, ...]
    link: str
    is_last: bool


class _Page(msgspec.Struct):
    value: list[msgspec.Raw]
    next_link: str = msgspec.field(name="@odata.nextLink", default="")
    delta_link: str = msgspec.field(name="@odata.deltaLink", default="")


class _Id(msgspec.Struct):
    id: str = ""


class Delta:
    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def page(self, mailbox: str, folder_id: str, link: str) -> DeltaPage:
        """Read one page: the first of all where `link` is empty.

        Raises DeltaExpired when the folder must be read anew, and other GraphErrors.
        """
        answer = self._client.send(self._request(mailbox, folder_id, link)).decode(_Page)
        following = answer.next_link or answer.delta_link
        if not following:
            raise UnreadableAnswer("a delta page leads nowhere")
        messages, removed, unreadable = _sort(answer.value)
        return DeltaPage(messages, removed, unreadable, following, is_last=not answer.next_link)

    def _request(self, mailbox: str, folder_id: str, link: str) -> RequestInformation:
        folder = self._client.sdk.users.by_user_id(mailbox).mail_folders.by_mail_folder_id(folder_id)
        query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(select=FIELDS, expand=EXPAND)
        request = folder.messages.delta.to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        request.headers.add("Prefer", f"odata.maxpagesize={PAGE_SIZE}")
        return self._client.follow(link, request) if link else request


def _sort(items: list[msgspec.Raw]) -> tuple[tuple[Message, ...], tuple[str, ...], tuple[str, ...]]:
    messages: list[Message] = []
    removed: list[str] = []
    unreadable: list[str] = []
    for item in items:
        try:
            wire = msgspec.json.decode(item, type=WireMessage)
            if wire.removed is None:
                messages.append(read_message(wire))
            else:
                removed.append(wire.id)
        except (msgspec.MsgspecError, ValueError):  # of one item only; the rest of the page is good
            unreadable.append(msgspec.json.decode(item, type=_Id).id)
    return tuple(messages), tuple(removed), tuple(unreadable)
