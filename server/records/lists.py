"""Pages of the register, and the way from one record of it to another."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from server.accounts.viewer import Viewer
from server.records.filters import Filters
from server.records.listing import Count, Listing
from server.records.place import Cursor, Place, Towards
from server.records.register import RecordView, get_record, get_records


class End(StrEnum):
    """Where a list that is read without a cursor begins."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Seek(StrEnum):
    """Where to look for a hit. The list goes down from the newest record to the oldest."""

    FIRST = "first"
    NEXT = "next"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Page:
    """Records, newest first. `next` leads to older ones, `previous` to newer ones, None where none are."""

    items: tuple[RecordView, ...]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A record with the words that were looked for.

    `cursor` begins the page on which it is the first, None if that is the first page. `wrapped`: the search
    reached an end of the list and went on from the other one.
    """

    record: RecordView
    cursor: str | None
    wrapped: bool


def list_records(
    session: Session,
    viewer: Viewer,
    filters: Filters,
    *,
    cursor: str | None,
    limit: int,
    end: End = End.NEWEST,
) -> Page:
    """A page of the register, the first at that end unless there is a cursor. Raises CursorInvalid."""
    start = Cursor.read(cursor) if cursor else None
    begin = Towards.NEWER if end is End.OLDEST else Towards.OLDER
    towards = start.towards if start else begin
    found = Listing(session, viewer, filters).places(towards, start.place if start else None, limit + 1)
    places, more = found[:limit], len(found) > limit
    if towards is Towards.NEWER:
        return _page(session, viewer, places[::-1], older=start is not None, newer=more)
    return _page(session, viewer, places, older=more, newer=start is not None)


def list_around(
    session: Session, viewer: Viewer, filters: Filters, record_id: uuid.UUID, *, before: int, after: int
) -> Page:
    """The records about one, itself among them if the filters let it through. Raises RecordNotFound."""
    listing = Listing(session, viewer, filters)
    record = get_record(session, viewer, record_id, state=filters.state).record
    place = Place(record.occurred_at, record.id)
    newer = listing.places(Towards.NEWER, place, before + 1)
    older = listing.places(Towards.OLDER, place, after + 1)
    itself = [place] if listing.place_of(record_id) else []
    places = [*newer[:before][::-1], *itself, *older[:after]]
    return _page(session, viewer, places, older=len(older) > after, newer=len(newer) > before)


def count_records(session: Session, viewer: Viewer, filters: Filters) -> Count:
    """How many records the filters leave, as far as somebody would count."""
    return Listing(session, viewer, filters).count()


def total_records(session: Session, viewer: Viewer, filters: Filters) -> int:
    """How many records all pages of `list_records` hold together, however long counting takes."""
    return Listing(session, viewer, filters).count_all()


def find_record(
    session: Session,
    viewer: Viewer,
    filters: Filters,
    q: str,
    *,
    direction: Seek,
    after: uuid.UUID | None,
) -> Hit | None:
    """The next record of the list in which words begin as those of `q` do, counted from another record.

    Whoever may not see the content of a record does not find it. Raises RecordNotFound for a record to
    count from that is not there.
    """
    listing = Listing(session, viewer, filters)
    towards = Towards.NEWER if direction is Seek.PREVIOUS else Towards.OLDER
    start = None
    if after is not None and direction is not Seek.FIRST:
        record = get_record(session, viewer, after, state=filters.state).record
        start = Place(record.occurred_at, record.id)
    place, wrapped = listing.find(q, towards, start), False
    if place is None and start is not None:
        place, wrapped = listing.find(q, towards, None), True
    if place is None:
        return None
    newer = listing.places(Towards.NEWER, place, 1)
    views = _views(session, viewer, [place])
    return Hit(views[0], str(Cursor(newer[0])) if newer else None, wrapped) if views else None


def _page(session: Session, viewer: Viewer, places: Sequence[Place], *, older: bool, newer: bool) -> Page:
    return Page(
        tuple(_views(session, viewer, places)),
        next=str(Cursor(places[-1], Towards.OLDER)) if places and older else None,
        previous=str(Cursor(places[0], Towards.NEWER)) if places and newer else None,
    )


def _views(session: Session, viewer: Viewer, places: Sequence[Place]) -> list[RecordView]:
    """The records at these places that are still there."""
    ids = [place.record_id for place in places]
    found = get_records(session, viewer, ids) if ids else {}
    return [found[record_id] for record_id in ids if record_id in found]
