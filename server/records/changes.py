"""What people do to records: each thing that a person writes into one is written here, with its change.

The only writer of the changes: a record's versions and its changes are one unbroken chain.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Enum as EnumType
from sqlalchemy import Uuid, bindparam, insert, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.types import TypeEngine

from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.db import UtcDateTime, table_of
from server.records.models import Action, Record, RecordChange
from server.records.visibility import may_see_client

# Of these a change may tell whoever sees the row of a record; of the others only who sees its content.
IN_THE_ROW = frozenset({"client", "type", "initiated_by", "reason", "area", "occurred_at"})
Told = Mapping[str, list[Any]]


class EditConflict(Exception):
    """Somebody changed the record since it was read."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something, when, and as part of which batch."""

    person_id: int
    at: datetime
    batch_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written into a record: its columns, and the same for people to read, by names."""

    record: Record
    action: Action
    values: Mapping[str, Any]
    told: Told


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A change as one person may see it."""

    at: datetime
    person: str
    action: Action
    changes: Told


def change_all(session: Session, changes: Collection[Change], deed: Deed) -> None:
    """Write into records that are still as they were read; many take no more statements than one.

    Raises EditConflict if somebody changed any of them since; then the transaction is of no more use.
    """
    session.flush()
    notes = [
        _note(each.record, each.record.version + 1, each.action, deed, each.told, tuple(each.values))
        for each in changes
    ]
    alike: defaultdict[tuple[str, ...], list[Change]] = defaultdict(list)
    for each in changes:
        alike[tuple(sorted(each.values))].append(each)
    for columns, those in alike.items():
        _write(session, columns, those)
    if notes:
        session.execute(insert(table_of(RecordChange)), notes)
    for each in changes:
        session.expire(each.record)


def note_creation(session: Session, record: Record, deed: Deed) -> None:
    """A person added the record that was just written."""
    note = _note(record, record.version, Action.CREATED, deed, {}, ())
    session.execute(insert(table_of(RecordChange)), note)


def changes_of(session: Session, batch_id: uuid.UUID) -> list[RecordChange]:
    """What a batch did, in its order."""
    query = select(RecordChange).where(RecordChange.batch_id == batch_id).order_by(RecordChange.id)
    return list(session.scalars(query))


def had_choice(session: Session, record_id: uuid.UUID, field: str, choice: int) -> bool:
    """Whether a change took this reason or area from the record."""
    replaced = RecordChange.before[f"{field}_id"].as_integer()
    query = select(RecordChange.id).where(RecordChange.record_id == record_id, replaced == choice)
    return session.scalar(query.limit(1)) is not None


def values_before(done: RecordChange) -> dict[str, Any]:
    """The columns' values that a change replaced."""
    columns = table_of(Record).c
    return {name: _value(columns[name].type, kept) for name, kept in done.before.items()}


def history(session: Session, viewer: Viewer, record: Record, *, restricted: bool) -> list[HistoryItem]:
    """What people did to a record, oldest first; without its content where the person sees none of it."""
    query = (
        select(RecordChange)
        .where(RecordChange.record_id == record.id)
        .options(joinedload(RecordChange.person))
        .order_by(RecordChange.version)
    )
    found = list(session.scalars(query))
    open_clients = _open_clients(session, viewer, found)
    return [
        HistoryItem(each.at, each.person.name, each.action, _shown(each, open_clients, restricted))
        for each in found
    ]


def _shown(each: RecordChange, open_clients: frozenset[str], restricted: bool) -> Told:
    """A client that is denied to the person has no name."""
    told = {name: pair for name, pair in each.changes.items() if not restricted or name in IN_THE_ROW}
    if "client" in told:
        told["client"] = [named if named["code"] in open_clients else None for named in told["client"]]
    return told


def _open_clients(session: Session, viewer: Viewer, found: Iterable[RecordChange]) -> frozenset[str]:
    codes = {named["code"] for each in found for named in each.changes.get("client", ())}
    if not codes:
        return frozenset()
    return frozenset(
        session.scalars(select(Client.code).where(Client.code.in_(codes), may_see_client(viewer)))
    )


def _write(session: Session, columns: Sequence[str], changes: Sequence[Change]) -> None:
    """Write the same columns of these records. Raises EditConflict."""
    table = table_of(Record)
    statement = (
        update(table)
        .where(table.c.id == bindparam("of"), table.c.version == bindparam("read"))
        .values(
            {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
            | {"version": table.c.version + 1}
        )
    )
    rows = [
        {"of": each.record.id, "read": each.record.version}
        | {f"new_{name}": each.values[name] for name in columns}
        for each in changes
    ]
    written = session.execute(statement, rows)
    if written.rowcount != len(rows):  # type: ignore[attr-defined]  # an UPDATE always has one
        raise EditConflict


def _note(
    record: Record, version: int, action: Action, deed: Deed, told: Told, replaced: Iterable[str]
) -> dict[str, Any]:
    """The row of a change, for a record as it was before."""
    return {
        "record_id": record.id,
        "version": version,
        "at": deed.at,
        "person_id": deed.person_id,
        "action": action,
        "changes": {name: [_plain(each) for each in pair] for name, pair in told.items()},
        "before": {name: _plain(getattr(record, name)) for name in replaced},
        "batch_id": deed.batch_id,
    }


def _plain(value: Any) -> Any:
    """As JSON keeps it."""
    match value:
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case uuid.UUID():
            return str(value)
    return value


def _value(kind: TypeEngine[Any], kept: Any) -> Any:
    if kept is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(kept)
    return kind.python_type(kept) if isinstance(kind, (EnumType, Uuid)) else kept
