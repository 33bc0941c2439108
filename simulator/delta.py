"""What changed in a folder since the last visit, page by page, under links that tell the reader nothing."""

import secrets
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from simulator.errors import GraphError
from simulator.faults import Faults
from simulator.folders import Folder
from simulator.mailbox import LogEntry, Mailbox
from simulator.messages import Message
from simulator.query import Query

DEFAULT_PAGE = 10
# Graph documentation, "message: delta": with a $filter on receivedDateTime, no more than this comes.
MOST_FILTERED = 5_000


@dataclass(frozen=True)
class Visit:
    """One walk through a folder's changes: what is still to be shown, and where the next one begins."""

    folder_id: str
    query: Query
    entries: Sequence[LogEntry | Message]
    upto: int
    offset: int = 0


@dataclass(frozen=True)
class Page:
    """Messages that are there (or None for those gone, by entry) and the token that leads on."""

    shown: list[tuple[LogEntry, Message | None]] = field(default_factory=list)
    token: str = ""
    is_last: bool = False


class DeltaFeeds:
    """The delta links given out; the caller holds the world's lock."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._next: dict[str, Visit] = {}
        self._later: dict[str, Visit] = {}
        self._partner: dict[str, str] = {}
        self._expired = (410, "SyncStateNotFound")

    def expire(self, status: int, code: str) -> None:
        """Forget every link given out so far; they are answered with this error from now on."""
        self._expired = status, code
        self._next.clear()
        self._later.clear()

    def begin(self, box: Mailbox, folder: Folder, query: Query, size: int) -> Page:
        """The first page of a folder that was never walked."""
        messages = box.chosen(folder.id, query)
        if query.filter.properties:
            messages = messages[:MOST_FILTERED]
        return self._page(box, Visit(folder.id, query, messages, box.sequence), size)

    def follow(self, box: Mailbox, token: str, size: int, *, immutable: bool, anew: str) -> Page:
        """The page that a next or delta token leads to; `immutable` says which ids the reader knows.

        Raises GraphError for a forgotten token, with the link `anew` to begin again.
        """
        if visit := self._next.get(token):
            return self._page(box, visit, size, token)
        earlier = self._later.get(token)
        if earlier is None:
            status, code = self._expired
            message = "The sync state generation is not found; generation=605;[highest=841]."
            raise GraphError(status, code, message, headers={"Location": anew})
        entries = self._latest(box, earlier, immutable)
        return self._page(box, replace(earlier, entries=entries, upto=box.sequence), size, token)

    def _latest(self, box: Mailbox, earlier: Visit, immutable: bool) -> list[LogEntry]:
        """The last word on each message that the folder's log speaks of since then."""
        log = box.log(earlier.folder_id)
        since = bisect_right(log, earlier.upto, key=lambda entry: entry.sequence)
        hide = self._faults.delta.hide_moves
        latest: dict[str, LogEntry] = {}
        for entry in log[since:]:
            if hide and entry.present and entry.moved:
                continue
            # A message that left and came back has another default id now, but the same immutable one.
            key = entry.id if immutable else entry.rest_id
            latest.pop(key, None)
            latest[key] = entry
        return [entry for entry in latest.values() if _concerns(box, earlier, entry)]

    def _page(self, box: Mailbox, visit: Visit, size: int, token: str | None = None) -> Page:
        faults = self._faults.delta
        if faults.empty_pages > 0:
            faults.empty_pages -= 1
            return Page(token=self._continue(visit))
        end = visit.offset + size
        entries = [_entry(each) for each in visit.entries[visit.offset : end]]
        shown = [(entry, _standing(box, visit.folder_id, entry)) for entry in entries]
        if faults.denied_pages > 0:
            faults.denied_pages -= 1
            return Page([(entry, None) for entry in entries], self._continue(visit))
        if faults.looping_pages > 0:
            faults.looping_pages -= 1
            return Page(shown, self._looping(visit, token, end, faults.loop_length))
        if faults.replayed_pages > 0:
            faults.replayed_pages -= 1
            return Page(shown, self._continue(visit))
        if end < len(visit.entries):
            return Page(shown, self._continue(replace(visit, offset=end)))
        return Page(shown, self._finish(visit), is_last=True)

    def _looping(self, visit: Visit, token: str | None, end: int, length: int) -> str:
        """A token that leads back: to this page itself, or to a next one whose next is this."""
        if length == 1 or token is None:
            return self._continue(visit, token)
        if token not in self._partner:
            other = self._continue(replace(visit, offset=end))
            self._partner |= {token: other, other: token}
        return self._partner[token]

    def _continue(self, visit: Visit, token: str | None = None) -> str:
        token = token or secrets.token_urlsafe(24)
        self._next[token] = visit
        return token

    def _finish(self, visit: Visit) -> str:
        token = secrets.token_urlsafe(24)
        self._later[token] = replace(visit, entries=(), offset=0)
        return token

    def query(self, token: str) -> Query | None:
        """The options that a link was begun with: Graph keeps them in the token."""
        visit = self._next.get(token) or self._later.get(token)
        return visit.query if visit else None


def _entry(found: LogEntry | Message) -> LogEntry:
    if isinstance(found, LogEntry):
        return found
    return LogEntry(found.version, found.id, found.rest_id, present=True)


def _concerns(box: Mailbox, visit: Visit, entry: LogEntry) -> bool:
    """Whether the visit's filter lets the message through; what is gone is told of in any case."""
    message = _standing(box, visit.folder_id, entry)
    return message is None or visit.query.filter.matches(message.properties)


def _standing(box: Mailbox, folder_id: str, entry: LogEntry) -> Message | None:
    """The message as it is now; one that has left meanwhile is told of as gone."""
    if not entry.present:
        return None
    try:
        message = box.any_message(entry.id)
    except GraphError:
        return None
    return message if message.folder_id == folder_id else None
