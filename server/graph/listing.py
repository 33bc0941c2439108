"""A mailbox's own list of its mail, page by page: the only place where nothing is left out.

Unlike delta, it spans all folders, Junk, Deleted Items and drafts among them, and it knows nothing of
earlier visits, so that no history can make it wrong.
https://learn.microsoft.com/graph/api/user-list-messages
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.users.item.messages.messages_request_builder import MessagesRequestBuilder

from server.graph.client import GraphClient
from server.graph.errors import UnreadableAnswer

PAGE_SIZE = 1_000


@dataclass(frozen=True, slots=True)
class ListedMail:
    """What the list tells of a mail: where it lies and when it came."""

    graph_id: str
    folder_id: str
    received_at: datetime
    is_draft: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list, the earliest mail first; `link` leads to the next one, and is empty on the last.

    The next page may begin with mails of this one.
    """

    mails: tuple[ListedMail, ...]
    link: str

    @property
    def is_last(self) -> bool:
        return not self.link


class _WireMail(msgspec.Struct, rename="camel"):
    id: str
    received_date_time: datetime
    parent_folder_id: str | None = None
    is_draft: bool | None = None


class _Page(msgspec.Struct):
    value: list[_WireMail]
    next_link: str = msgspec.field(name="@odata.nextLink", default="")


class Listing:
    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def page(self, mailbox: str, since: datetime, link: str) -> ListPage:
        """Read one page of what the mailbox received since then: the first where `link` is empty.

        Raises GraphError.
        """
        request = self._request(mailbox, since)
        if link:
            request = self._client.follow(link, request)
        page = self._client.send(request).decode(_Page)
        mails = tuple(_listed(wire) for wire in page.value)
        following = page.next_link and (self._following(mailbox, mails) or page.next_link)
        if link and following == link:
            raise UnreadableAnswer("a page of the mailbox's list leads to itself")
        return ListPage(mails, following)

    def _following(self, mailbox: str, mails: tuple[ListedMail, ...]) -> str:
        """Where the next page begins: at the last moment of this one.

        Graph's own link counts places. Were a mail of an earlier page deleted before it is followed,
        another one would slip past unseen. It is left to lead on inside one moment.
        """
        if not mails or mails[0].received_at == mails[-1].received_at:
            return ""
        # The SDK completes an address only when it is sent, and from then on for later requests too.
        address = self._client.sdk.request_adapter.base_url
        return f"{address}{self._request(mailbox, mails[-1].received_at).url.removeprefix(address)}"

    def _request(self, mailbox: str, since: datetime) -> RequestInformation:
        query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(
            select=["id", "parentFolderId", "receivedDateTime", "isDraft"],
            filter=f"receivedDateTime ge {_written(since)}",
            orderby=["receivedDateTime"],
            top=PAGE_SIZE,
        )
        builder = self._client.sdk.users.by_user_id(mailbox).messages
        return builder.to_get_request_information(RequestConfiguration(query_parameters=query))


def _listed(wire: _WireMail) -> ListedMail:
    time = wire.received_date_time
    received_at = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    return ListedMail(wire.id, wire.parent_folder_id or "", received_at, bool(wire.is_draft))


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
