"""The folder tree of a mailbox, and which folders are never a source of records."""

from dataclasses import dataclass

import msgspec
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.users.item.mail_folders.delta.delta_request_builder import DeltaRequestBuilder

from server.graph.client import GraphClient
from server.graph.errors import NotFound, UnreadableAnswer
from server.mail import MailFolder

FIELDS = ["id", "displayName", "parentFolderId", "totalItemCount"]
PAGE_SIZE = 200
# No mailbox has more pages of folders than this; Graph would be leading us in a circle.
MOST_PAGES = 100
# Only the well-known name in the address is stable; the name on the screen is in the user's language.
# https://learn.microsoft.com/graph/api/resources/mailfolder
NOT_SOURCES = {
    "drafts": "draft",
    "outbox": "draft",
    "junkemail": "junk",
    "deleteditems": "deleted",
    "recoverableitemsdeletions": "deleted",
}


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What is new, renamed or moved in the tree, what is gone, and the link to the next visit."""

    folders: tuple[MailFolder, ...]
    removed: tuple[str, ...]
    link: str


class _WireFolder(msgspec.Struct, rename="camel"):
    id: str
    display_name: str | None = None
    parent_folder_id: str | None = None
    total_item_count: int | None = None
    removed: dict[str, object] | None = msgspec.field(name="@removed", default=None)


class _Page(msgspec.Struct):
    value: list[_WireFolder]
    next_link: str = msgspec.field(name="@odata.nextLink", default="")
    delta_link: str = msgspec.field(name="@odata.deltaLink", default="")


class Folders:
    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def changes(self, mailbox: str, link: str = "") -> FolderChanges:
        """What changed in the tree since the visit that gave `link`; without one, all there is.

        Nested and hidden folders are in it. Raises DeltaExpired when the tree must be read anew, and
        other GraphErrors. https://learn.microsoft.com/graph/api/mailfolder-delta
        """
        request = self._request(mailbox)
        found: dict[str, _WireFolder] = {}
        for _ in range(MOST_PAGES):
            page = self._client.send(self._client.follow(link, request) if link else request).decode(_Page)
            found |= {folder.id: folder for folder in page.value}
            if page.delta_link:
                return _changes(list(found.values()), page.delta_link)
            link = page.next_link
            if not link:
                break
        raise UnreadableAnswer("the folder tree leads nowhere")

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

    def _request(self, mailbox: str) -> RequestInformation:
        query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(select=FIELDS)
        request = self._client.sdk.users.by_user_id(mailbox).mail_folders.delta.to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        request.headers.add("Prefer", f"odata.maxpagesize={PAGE_SIZE}")
        # The SDK knows this option of the list only; without it, hidden folders would stay hidden.
        request.url = f"{request.url}&includeHiddenFolders=true"
        return request


def _changes(found: list[_WireFolder], link: str) -> FolderChanges:
    there = [folder for folder in found if folder.removed is None]
    gone = [folder.id for folder in found if folder.removed is not None]
    return FolderChanges(tuple(map(_folder, there)), tuple(gone), link)


def _folder(wire: _WireFolder) -> MailFolder:
    return MailFolder(
        wire.id, wire.parent_folder_id or "", wire.display_name or "", wire.total_item_count or 0
    )
