"""The folder tree of a mailbox, and which folders are never a source of records."""

from collections.abc import Iterator
from typing import Any

import msgspec
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.users.item.mail_folders.item.child_folders.child_folders_request_builder import (
    ChildFoldersRequestBuilder,
)
from msgraph.generated.users.item.mail_folders.mail_folders_request_builder import (
    MailFoldersRequestBuilder,
)

from server.graph.client import GraphClient
from server.graph.errors import NotFound
from server.mail import MailFolder

PAGE_SIZE = 100
# Only the well-known name in the address is stable; the name on the screen is in the user's language.
# https://learn.microsoft.com/graph/api/resources/mailfolder
NOT_SOURCES = {
    "drafts": "draft",
    "outbox": "draft",
    "junkemail": "junk",
    "deleteditems": "deleted",
    "recoverableitemsdeletions": "deleted",
}


class _WireFolder(msgspec.Struct, rename="camel"):
    id: str
    display_name: str | None = None
    parent_folder_id: str | None = None
    child_folder_count: int | None = None


class _Page(msgspec.Struct):
    value: list[_WireFolder]
    next_link: str = msgspec.field(name="@odata.nextLink", default="")


class Folders:
    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def tree(self, mailbox: str) -> list[MailFolder]:
        """Every folder of the mailbox, hidden and nested ones too, parents before children.

        Raises GraphError.
        """
        found: list[MailFolder] = []
        level = list(self._top(mailbox))
        while level:
            found += [MailFolder(f.id, f.parent_folder_id or "", f.display_name or "") for f in level]
            parents = [folder.id for folder in level if folder.child_folder_count]
            level = [child for parent in parents for child in self._children(mailbox, parent)]
        return found

    def exclusions(self, mailbox: str) -> dict[str, str]:
        """The ids of the folders whose mail is never filed, each with the reason.

        Raises GraphError; a mailbox without one of these folders is in order.
        """
        found = {}
        for well_known_name, reason in NOT_SOURCES.items():
            builder = self._client.sdk.users.by_user_id(mailbox).mail_folders
            request = builder.by_mail_folder_id(well_known_name).to_get_request_information()
            try:
                found[self._client.send(request).decode(_WireFolder).id] = reason
            except NotFound:
                continue
        return found

    def _top(self, mailbox: str) -> Iterator[_WireFolder]:
        builder = self._client.sdk.users.by_user_id(mailbox).mail_folders
        query = MailFoldersRequestBuilder.MailFoldersRequestBuilderGetQueryParameters(
            top=PAGE_SIZE, include_hidden_folders="true"
        )
        return self._pages(builder, query)

    def _children(self, mailbox: str, parent: str) -> Iterator[_WireFolder]:
        folders = self._client.sdk.users.by_user_id(mailbox).mail_folders
        builder = folders.by_mail_folder_id(parent).child_folders
        query = ChildFoldersRequestBuilder.ChildFoldersRequestBuilderGetQueryParameters(
            top=PAGE_SIZE, include_hidden_folders="true"
        )
        return self._pages(builder, query)

    def _pages(self, builder: Any, query: Any) -> Iterator[_WireFolder]:
        request: RequestInformation = builder.to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        page = self._client.send(request).decode(_Page)
        yield from page.value
        while page.next_link:
            page = self._client.send(self._client.follow(page.next_link, request)).decode(_Page)
            yield from page.value
