"""Reading the register and writing what people decide: reason and area.

Everything here goes through `server.records.visibility`; what a person may not see does not exist.
"""

import base64
import binascii
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, case, func, select, tuple_, update
from sqlalchemy.orm import Session, joinedload, selectinload

from server.accounts.accounts import open_to
from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.mail import Role
from server.records.models import (
    Area,
    Copy,
    Initiator,
    Message,
    MessageParticipant,
    Reason,
    Record,
    RecordState,
    RecordType,
)
from server.records.visibility import may_see_content, may_see_record


class RecordNotFound(Exception):
    """There is no such record, or none for this person."""


class ContentHidden(Exception):
    """The record stands in a private account of somebody else, who alone may classify it."""


class CursorInvalid(ValueError):
    """The cursor was not made by this server."""


class UnknownChoice(ValueError):
    """The reason or area does not exist or is no longer in use; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the {field} does not exist or is no longer in use")
        self.field = field


class EditConflict(Exception):
    """Somebody changed the record since it was read."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; what is None does not. Times are inclusive from, exclusive until."""

    client: str | None = None
    type: RecordType | None = None
    reason: int | None = None
    area: int | None = None
    initiated_by: Initiator | None = None
    person: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record as one person may see it. Of a restricted one, only the row may be shown."""

    record: Record
    restricted: bool
    participants: tuple[MessageParticipant, ...]
    holders: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Page:
    items: tuple[RecordView, ...]
    next: str | None


def list_records(
    session: Session, viewer: Viewer, filters: Filters, *, cursor: str | None, limit: int
) -> Page:
    """A page of the register, newest first.

    Raises CursorInvalid.
    """
    query = _visible(viewer).where(*_conditions(filters), Record.state == RecordState.FILED)
    if cursor:
        query = query.where(tuple_(Record.occurred_at, Record.id) < _read_cursor(cursor))
    query = query.order_by(Record.occurred_at.desc(), Record.id.desc()).limit(limit + 1)
    rows = session.execute(query).all()
    views = tuple(_views(session, viewer, rows[:limit]))
    return Page(views, _cursor(views[-1].record) if len(rows) > limit else None)


def total_records(session: Session, viewer: Viewer, filters: Filters) -> int:
    """How many records all pages of `list_records` hold together, however long counting takes."""
    filed = Record.state == RecordState.FILED
    query = select(func.count()).where(may_see_record(viewer), *_conditions(filters), filed)
    return session.scalar(query.select_from(Record)) or 0


def get_record(session: Session, viewer: Viewer, record_id: uuid.UUID) -> RecordView:
    """One record, with its content where the person may see it. Raises RecordNotFound."""
    query = _visible(viewer).where(Record.id == record_id, Record.state == RecordState.FILED)
    for view in _views(session, viewer, session.execute(query).all()):
        return view
    raise RecordNotFound


def records_of_message(session: Session, viewer: Viewer, message_id: int) -> list[RecordView]:
    """The records that a message has, in the order of the clients' codes."""
    query = _visible(viewer).where(Record.message_id == message_id, Record.state == RecordState.FILED)
    rows = session.execute(query.join(Record.client).order_by(Client.code)).all()
    return list(_views(session, viewer, rows))


def classify(
    session: Session,
    viewer: Viewer,
    record_id: uuid.UUID,
    changes: dict[str, int | None],
    *,
    version: int,
) -> RecordView:
    """Set the reason, the area or both (`{"reason": 3, "area": None}`), if `version` is still current.

    Raises RecordNotFound, ContentHidden, UnknownChoice and EditConflict.
    """
    view = get_record(session, viewer, record_id)
    if view.restricted:
        raise ContentHidden
    _check_choices(session, view.record, changes)
    values = {f"{field}_id": choice for field, choice in changes.items()}
    written = session.execute(
        update(Record)
        .where(Record.id == record_id, Record.version == version)
        .values(**values, version=version + 1)
        .execution_options(synchronize_session=False)
    )
    if written.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE always has one
        raise EditConflict
    session.expire_all()
    return get_record(session, viewer, record_id)


def reasons(session: Session) -> list[Reason]:
    return list(session.scalars(select(Reason).order_by(Reason.name)))


def areas(session: Session) -> list[Area]:
    return list(session.scalars(select(Area).order_by(Area.name)))


def add_reasons(session: Session, names: Iterable[str]) -> int:
    """Add the reasons that are not there yet, and say how many."""
    known = set(session.scalars(select(Reason.name)))
    new = [Reason(name=name) for name in dict.fromkeys(names) if name not in known]
    session.add_all(new)
    return len(new)


def add_areas(session: Session, names: Iterable[str]) -> int:
    """Add the areas that are not there yet, and say how many."""
    known = set(session.scalars(select(Area.name)))
    new = [Area(name=name) for name in dict.fromkeys(names) if name not in known]
    session.add_all(new)
    return len(new)


def _visible(viewer: Viewer) -> Select[Record, bool]:
    restricted = case((may_see_content(viewer), False), else_=True)
    return (
        select(Record, restricted)
        .where(may_see_record(viewer))
        .options(
            joinedload(Record.client),
            joinedload(Record.reason),
            joinedload(Record.area),
            joinedload(Record.created_by),
            joinedload(Record.message).options(
                selectinload(Message.participants),
                selectinload(Message.attachments),
                selectinload(Message.copies).joinedload(Copy.account),
            ),
        )
    )


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.client is not None:
        yield Record.client.has(Client.code == filters.client)
    for value, column in (
        (filters.type, Record.type),
        (filters.reason, Record.reason_id),
        (filters.area, Record.area_id),
        (filters.initiated_by, Record.initiated_by),
        (filters.person, Record.person),
    ):
        if value is not None:
            yield column == value
    if filters.since is not None:
        yield Record.occurred_at >= filters.since
    if filters.until is not None:
        yield Record.occurred_at < filters.until


def _views(session: Session, viewer: Viewer, rows: Iterable[Row[Record, bool]]) -> Iterable[RecordView]:
    open_accounts = set(session.scalars(select(Account.id).where(open_to(viewer))))
    for record, restricted in rows:
        yield _view(record, bool(restricted), open_accounts)


def _view(record: Record, restricted: bool, open_accounts: set[int]) -> RecordView:
    message = record.message
    if message is None:
        return RecordView(record, restricted, (), ())
    holders = tuple(dict.fromkeys(copy.account for copy in message.copies))
    shown = () if restricted else tuple(p for p in message.participants if _may_show(p, open_accounts))
    return RecordView(record, restricted, shown, holders)


def _may_show(participant: MessageParticipant, open_accounts: set[int]) -> bool:
    """Blind copies are for those who may read the sender's copy, where alone they stand."""
    return participant.role is not Role.BCC or participant.account_id in open_accounts


def _check_choices(session: Session, record: Record, changes: dict[str, int | None]) -> None:
    for field, table in (("reason", Reason), ("area", Area)):
        choice = changes.get(field)
        if choice is None or choice == getattr(record, f"{field}_id"):
            continue
        entry = session.get(table, choice)
        if entry is None or not entry.active:  # type: ignore[attr-defined]
            raise UnknownChoice(field)


def _cursor(record: Record) -> str:
    text = f"{record.occurred_at.isoformat()} {record.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        time, _, record_id = base64.urlsafe_b64decode(padded).decode().partition(" ")
        occurred_at = datetime.fromisoformat(time)
        if occurred_at.tzinfo is None:
            raise CursorInvalid(cursor)
        return occurred_at, uuid.UUID(record_id)
    except (ValueError, binascii.Error) as error:
        raise CursorInvalid("the cursor was not made by this server") from error
