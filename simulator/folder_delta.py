"""Which folders of a mailbox came, changed and went since a link was given out, page by page."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulator.errors import GraphError
from simulator.folders import Folder
from simulator.mailbox import Mailbox
from simulator.query import Query


@dataclass(frozen=True)
class FolderVisit:
    """One walk through a mailbox's folders; Graph keeps the options of the first call in the links."""

    owner_id: str
    query: Query
    hidden: bool
    ids: Sequence[str] = ()
    upto: int = 0


@dataclass(frozen=True)
class FolderPage:
    """Folders that are there, ids of those that are not, and the token that leads on."""

    visit: FolderVisit
    present: list[Folder]
    gone: list[str]
    token: str
    is_last: bool


class FolderDelta:
    """The links given out; the caller holds the world's lock."""

    def __init__(self) -> None:
        self._next: dict[str, FolderVisit] = {}
        self._later: dict[str, FolderVisit] = {}
        self._expired = (410, "SyncStateNotFound")

    def expire(self, status: int, code: str) -> None:
        """Forgets every link given out so far; they are answered with this error from now on."""
        self._expired = status, code
        self._next.clear()
        self._later.clear()

    def begin(self, box: Mailbox, query: Query, size: int, *, hidden: bool) -> FolderPage:
        """The first page of a mailbox whose folders were never listed: all of them, nested ones too."""
        ids = [each.id for each in box.folders.values() if each.parent_id and (hidden or not each.hidden)]
        return self._page(box, FolderVisit(box.owner.id, query, hidden, ids, box.sequence), size)

    def follow(self, box: Mailbox, token: str, size: int, anew: str) -> FolderPage:
        """The page that a token leads to; raises GraphError, with the link `anew`, for a forgotten one."""
        visit = self._next.get(token) or self._begun_again(box, self._later.get(token))
        if visit is None or visit.owner_id != box.owner.id:
            status, code = self._expired
            message = "The sync state generation is not found."
            raise GraphError(status, code, message, headers={"Location": anew})
        return self._page(box, visit, size)

    def _begun_again(self, box: Mailbox, earlier: FolderVisit | None) -> FolderVisit | None:
        if earlier is None:
            return None
        changed = dict.fromkeys(entry.id for entry in box.folder_log if entry.sequence > earlier.upto)
        ids = [each for each in changed if earlier.hidden or not _is_hidden(box, each)]
        return replace(earlier, ids=ids, upto=box.sequence)

    def _page(self, box: Mailbox, visit: FolderVisit, size: int) -> FolderPage:
        shown, rest = visit.ids[:size], visit.ids[size:]
        token = secrets.token_urlsafe(24)
        (self._next if rest else self._later)[token] = replace(visit, ids=rest)
        present = [box.folders[each] for each in shown if each in box.folders]
        gone = [each for each in shown if each not in box.folders]
        return FolderPage(visit, present, gone, token, is_last=not rest)


def _is_hidden(box: Mailbox, folder_id: str) -> bool:
    return folder_id in box.folders and box.folders[folder_id].hidden
