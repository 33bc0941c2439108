"""Lists of records, newest first: pages in both directions, counts, and the next record with given words.

A list is read in the order of an index that holds all that it is filtered by. What no index of the list
holds is asked of a stretch of the list first, because what is common stands there; what is rare is asked of
an index of its own. See docs/decisions/0019-finding-in-the-register.md.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session

from server.accounts.models import Account, Visibility
from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.records.filters import Filters, Probe, conditions, probes
from server.records.folded import PLACE_BITS, RecordText, by_index, has_words, position, words_of
from server.records.models import Record, RecordState
from server.records.place import Place, Towards
from server.records.visibility import may_see_content, may_see_content_of, may_see_record

STRETCH = 1500
MOST_COUNTED = 10_000
# Each of these is asked for by itself.
MOST_PROBED = 1_000
# How many hits of one second may stand in another order than the list's.
AT_ONE_MOMENT = 32
_KEY = (Record.occurred_at, Record.id)
_ORDER = {
    Towards.OLDER: (Record.occurred_at.desc(), Record.id.desc()),
    Towards.NEWER: (Record.occurred_at.asc(), Record.id.asc()),
}


class AdministratorsOnly(Exception):
    """What was deleted is listed for those only who may bring it back."""


@dataclass(frozen=True, slots=True)
class Count:
    """`capped`: there are more than these."""

    count: int
    capped: bool


class Listing:
    """The records that some filters leave for a person, by their places.

    `stretch`: how many records are looked at one by one before an index is asked. Raises AdministratorsOnly.
    """

    def __init__(self, session: Session, viewer: Viewer, filters: Filters, *, stretch: int = STRETCH) -> None:
        if filters.state is RecordState.DELETED and not viewer.administrator:
            raise AdministratorsOnly
        self._session = session
        self._viewer = viewer
        self._stretch = stretch
        self._client_id = self._client(filters.client)
        self._base = [may_see_record(viewer), *conditions(filters, viewer)]
        if filters.client is not None:
            self._base.append(Record.client_id == bindparam(None, self._client_id, literal_execute=True))
        self._probes = list(probes(filters, viewer, self._private_accounts() if filters.private else ()))
        self._checks = [probe.check for probe in self._probes]

    def places(self, towards: Towards, start: Place | None, limit: int) -> list[Place]:
        """The next places beyond `start`, or from the end where that direction begins."""
        return self._read(towards, start, limit)

    def place_of(self, record_id: uuid.UUID) -> Place | None:
        """Where a record stands that the filters leave."""
        found = self._places(self._query(Record.id == record_id, *self._checks))
        return found[0] if found else None

    def find(self, q: str, towards: Towards, start: Place | None) -> Place | None:
        """The next record whose content the person may see and in which all words of `q` begin a word."""
        words = words_of(q)
        if not words:
            return None
        said = select(RecordText.id).where(RecordText.record_id == Record.id, has_words(words))
        near, is_all = self._near(towards, start, 1, [said.exists(), may_see_content(self._viewer)])
        if near or is_all:
            return near[0] if near else None
        return self._far_hit(words, towards, start)

    def count(self, most: int | None = None) -> Count:
        """How many they are, up to `most`; without it, as far as a person waits for it."""
        most = most or (MOST_PROBED if self._probes else MOST_COUNTED)
        found = self._count(self._all().limit(most + 1).subquery())
        return Count(min(found, most), found > most)

    def count_all(self) -> int:
        """How many they are, however long it takes."""
        return self._count(self._all().subquery())

    def _client(self, code: str | None) -> int | None:
        """A client that is not there has no records."""
        found = (
            self._session.scalar(select(Client.id).where(Client.code == code)) if code is not None else None
        )
        return -1 if code is not None and found is None else found

    def _read(self, towards: Towards, start: Place | None, limit: int) -> list[Place]:
        if not self._probes:
            return self._places(self._walk(towards, start).limit(limit))
        near, is_all = self._near(towards, start, limit)
        if len(near) == limit or is_all:
            return near
        beyond = [start.beyond(towards)] if start else []
        far = self._query(*beyond, *_in_pools(self._probes), *self._checks)
        return self._places(far.order_by(*_ORDER[towards]).limit(limit))

    def _walk(self, towards: Towards, start: Place | None) -> Select[datetime, uuid.UUID]:
        beyond = [start.beyond(towards)] if start else []
        return self._query(*beyond).order_by(*_ORDER[towards])

    def _near(
        self, towards: Towards, start: Place | None, limit: int, asked: Sequence[ColumnElement[bool]] = ()
    ) -> tuple[list[Place], bool]:
        """What a stretch of the list holds, and whether that is all of the list."""
        stretch = self._walk(towards, start).limit(self._stretch).subquery()
        near = select(*_KEY).where(Record.id.in_(select(stretch.c.id)), *self._checks, *asked)
        found = self._places(near.order_by(*_ORDER[towards]).limit(limit))
        return found, len(found) < limit and self._count(stretch) < self._stretch

    def _far_hit(self, words: Sequence[str], towards: Towards, start: Place | None) -> Place | None:
        """The hits as they stand, until one may be seen; those of one moment are put in order here."""
        self._read_indexes()
        hits = self._hits(words, towards, start)
        query = (
            select(*_KEY)
            .join_from(hits, Record, Record.id == hits.c.record_id)
            .where(may_see_content_of(hits.c.message_id, self._viewer), *self._base, *self._checks)
            .order_by(hits.c.id.desc() if towards is Towards.OLDER else hits.c.id.asc())
            .limit(AT_ONE_MOMENT)
        )
        places = self._places(query.where(start.beyond(towards)) if start else query)
        key = attrgetter("occurred_at", "record_id")
        return (max if towards is Towards.OLDER else min)(places, key=key, default=None)

    def _hits(self, words: Sequence[str], towards: Towards, start: Place | None) -> FromClause:
        dialect = self._session.get_bind().dialect.name
        found = by_index(dialect, words, self._client_id)
        if dialect == "sqlite":
            # Its index gives them in this order as they are asked for.
            return found.where(_is_reached(literal_column("record_fts.rowid"), towards, start)).subquery(
                "hits"
            )
        pool = found.cte("found").prefix_with("MATERIALIZED")
        ordered = select(pool).where(_is_reached(pool.c.id, towards, start))
        ordered = ordered.order_by(pool.c.id.desc() if towards is Towards.OLDER else pool.c.id.asc())
        # With an offset, they are put in order before any of them is looked at.
        return ordered.offset(literal_column("0")).subquery("hits")

    def _all(self) -> Select[datetime, uuid.UUID]:
        return self._query(*_in_pools(self._probes), *self._checks)

    def _private_accounts(self) -> Sequence[int]:
        query = select(Account.id).where(Account.visibility == Visibility.PRIVATE)
        return self._session.scalars(query).all()

    def _query(self, *others: ColumnElement[bool]) -> Select[datetime, uuid.UUID]:
        return select(*_KEY).where(*self._base, *others)

    def _places(self, query: Select[datetime, uuid.UUID]) -> list[Place]:
        return [Place(occurred_at, record_id) for occurred_at, record_id in self._session.execute(query)]

    def _count(self, rows: FromClause) -> int:
        return self._session.scalar(select(func.count()).select_from(rows)) or 0

    def _read_indexes(self) -> None:
        """PostgreSQL would take half of the words for common ones, and read every text."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SET LOCAL enable_seqscan = off"))
            self._session.execute(text("SET LOCAL work_mem = '64MB'"))


def _is_reached(at: ColumnElement[int], towards: Towards, start: Place | None) -> ColumnElement[bool]:
    """Where hits beyond a place may stand, those of the same moment included."""
    if start is None:
        return true()
    here = position(start.occurred_at, start.record_id)
    moment = 1 << PLACE_BITS
    return at <= here + moment if towards is Towards.OLDER else at >= here - moment


def _in_pools(asked: Iterable[Probe]) -> Iterator[ColumnElement[bool]]:
    """Each pool is made once and by itself, lest it be asked of each record of the list."""
    for number, probe in enumerate(asked):
        pool = probe.pool.cte(f"pool_{number}").prefix_with("MATERIALIZED", dialect="postgresql")
        yield probe.key.in_(select(*pool.columns))
