"""What narrows the register, as conditions on `Record`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SelectBase,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from server.accounts.accounts import open_to
from server.accounts.models import Account, Visibility
from server.accounts.viewer import Viewer
from server.addresses import normalise
from server.mail import Role
from server.records.models import (
    Copy,
    Initiator,
    MessageParticipant,
    Record,
    RecordParticipant,
    RecordState,
    RecordType,
)
from server.records.visibility import is_held, may_see_content

WITHOUT = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """Several values mean any of them, nothing at all does not narrow.

    Times are inclusive from, exclusive until; reason and area know WITHOUT. `participant` is an address,
    `private` what is known through private accounts only, `unclassified` what has neither reason nor area.
    """

    client: str | None = None
    type: Sequence[RecordType] = ()
    reason: Sequence[int] = ()
    area: Sequence[int] = ()
    initiated_by: Sequence[Initiator] = ()
    person: Sequence[str] = ()
    participant: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    documents: bool = False
    private: bool = False
    unclassified: bool = False
    state: RecordState = RecordState.FILED


@dataclass(frozen=True, slots=True)
class Probe:
    """A condition that no index of the list holds: asked of one record, or of all by an index of its own.

    `pool` selects the `key` of all records that may pass the `check`.
    """

    check: ColumnElement[bool]
    key: InstrumentedAttribute[Any]
    pool: SelectBase


def conditions(filters: Filters, viewer: Viewer) -> Iterator[ColumnElement[bool]]:
    """All but the client, which has an id, and the probes."""
    yield Record.state == _literal(Record.state, filters.state)
    yield from _facets(filters)
    if filters.unclassified:
        yield and_(Record.reason_id.is_(None), Record.area_id.is_(None))
    if filters.since is not None:
        yield Record.occurred_at >= filters.since
    if filters.until is not None:
        yield Record.occurred_at < filters.until
    if filters.documents:
        yield and_(Record.has_documents.is_(True), may_see_content(viewer))


def probes(filters: Filters, viewer: Viewer, private: Sequence[int]) -> Iterator[Probe]:
    """`private` are the ids of the private accounts."""
    if filters.private:
        yield _private(private)
    if filters.participant is not None:
        yield _participant(filters.participant, viewer)


def _facets(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.type:
        yield _any_of(Record.type, filters.type)
        if RecordType.EMAIL not in filters.type:
            # Says in so many words what the index of the other types holds.
            yield Record.type != _literal(Record.type, RecordType.EMAIL)
    for column, wanted in ((Record.reason_id, filters.reason), (Record.area_id, filters.area)):
        if wanted:
            choices = [choice for choice in wanted if choice != WITHOUT]
            chosen = [_any_of(column, choices)] if choices else []
            yield or_(*chosen, column.is_(None)) if WITHOUT in wanted else or_(*chosen)
    if filters.initiated_by:
        yield _any_of(Record.initiated_by, filters.initiated_by)
    if filters.person:
        names = list(dict.fromkeys(filters.person))
        yield Record.person == names[0] if len(names) == 1 else Record.person.in_(names)


def _any_of(column: InstrumentedAttribute[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    unique = [_literal(column, value) for value in dict.fromkeys(values)]
    return column == unique[0] if len(unique) == 1 else column.in_(unique)


def _literal(column: InstrumentedAttribute[Any], value: Any) -> ColumnElement[Any]:
    """A value that the planner sees: it decides whether an index of some rows only will do."""
    return bindparam(None, value, type_=column.type, literal_execute=True)


def _private(accounts: Sequence[int]) -> Probe:
    """With their ids in the query, PostgreSQL knows that few copies are theirs."""
    return Probe(
        and_(
            Record.message_id.is_not(None),
            ~is_held(Record.message_id, Account.visibility == Visibility.PUBLIC),
        ),
        Record.message_id,
        select(Copy.message_id).where(
            Copy.account_id.in_(bindparam(None, accounts, expanding=True, literal_execute=True)),
            Copy.message_id.is_not(None),
        ),
    )


def _participant(address: str, viewer: Viewer) -> Probe:
    """Somebody who is named in a line of the mail that the person may see, or was noted down by hand."""
    readable = select(Account.id).where(open_to(viewer))
    spelled = {address.strip().lower(), normalise(address)} - {""}
    named = (
        func.lower(MessageParticipant.address).in_(spelled),
        or_(MessageParticipant.role != Role.BCC, MessageParticipant.account_id.in_(readable)),
    )
    noted = func.lower(RecordParticipant.address).in_(spelled)
    in_mail = select(MessageParticipant.id).where(MessageParticipant.message_id == Record.message_id, *named)
    by_hand = select(RecordParticipant.id).where(RecordParticipant.record_id == Record.id, noted)
    either = or_(*(each.offset(literal_column("0")).exists() for each in (in_mail, by_hand)))
    mails = select(Record.id).join(MessageParticipant, MessageParticipant.message_id == Record.message_id)
    return Probe(
        and_(either, may_see_content(viewer)),
        Record.id,
        union_all(mails.where(*named), select(RecordParticipant.record_id).where(noted)),
    )
