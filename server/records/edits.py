"""What people write into a record: the fields of one made by hand, reason and area of any."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.accounts.viewer import Viewer
from server.db import table_of
from server.records.changes import Change, Deed, EditConflict, change_all, had_choice, note_creation
from server.records.models import (
    Action,
    Area,
    Choice,
    ParticipantKind,
    Reason,
    Record,
    RecordParticipant,
    RecordState,
)
from server.records.register import RecordNotFound, RecordView, get_record
from server.records.rights import Right
from server.records.search import index_records
from server.records.visibility import client_for

LISTS: Mapping[str, type[Choice]] = {"reason": Reason, "area": Area}
CHOICES = LISTS.keys()
PLAIN = ("subject", "type", "initiated_by", "occurred_at", "notes")


class UnknownChoice(ValueError):
    """What was chosen does not exist or is no longer in use; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"the {field} does not exist or is no longer in use")
        self.field = field


class NamedParticipant(NamedTuple):
    kind: ParticipantKind
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What an edit changes: columns, participants unless they stay, and the same for people to read."""

    values: dict[str, Any]
    participants: tuple[NamedParticipant, ...] | None
    told: dict[str, list[Any]]


def create_record(
    session: Session, viewer: Viewer, client_code: str, fields: Mapping[str, Any], *, now: datetime
) -> RecordView:
    """Note a communication down by hand; what `fields` leaves out is empty, its time is now.

    Besides the fields of an edit, `reply_to` may name the record that it answers or came from, and `id` be
    the one that the author gave it: sent again, it is the record that is there. Raises ClientNotThere and
    UnknownChoice.
    """
    client = client_for(session, viewer, client_code)
    record_id = fields.get("id") or uuid.uuid4()
    if known := session.get(Record, record_id):
        return _sent_again(session, viewer, known)
    choices = held_choices(session, fields)
    record = Record(
        id=record_id,
        client_id=client.id,
        reply_to_id=_reply_to(session, viewer, fields.get("reply_to")),
        subject=fields["subject"],
        type=fields.get("type"),
        initiated_by=fields.get("initiated_by"),
        notes=fields.get("notes", ""),
        person=viewer.name,
        created_by_id=viewer.person_id,
        created_at=now,
        occurred_at=fields.get("occurred_at") or now,
        state=RecordState.FILED,
        version=1,
        why={},
        **{
            field: _chosen(session, field, choices.get(field))
            for field in CHOICES
            if fields.get(field) is not None
        },
    )
    try:
        with session.begin_nested():
            session.add(record)
    except IntegrityError:
        # It was sent twice at the same instant.
        if known := session.get(Record, record_id):
            return _sent_again(session, viewer, known)
        raise
    _write_participants(session, record.id, fields.get("participants", ()))
    note_creation(session, record, Deed(viewer.person_id, now))
    index_records(session, [record.id])
    session.expire_all()
    return get_record(session, viewer, record.id)


def _sent_again(session: Session, viewer: Viewer, known: Record) -> RecordView:
    if known.created_by_id != viewer.person_id:
        raise UnknownChoice("id")
    return get_record(session, viewer, known.id)


def edit_record(
    session: Session,
    viewer: Viewer,
    record_id: uuid.UUID,
    wanted: Mapping[str, Any],
    *,
    version: int,
    now: datetime,
) -> RecordView:
    """Write the fields that are named, if `version` is still current; what is equal is no change.

    Of an automatic record only reason and area may be named. Raises RecordNotFound, ContentHidden,
    NotTheAuthor, NotByHand, UnknownChoice and EditConflict.
    """
    view = get_record(session, viewer, record_id)
    view.rights.require(Right.CLASSIFY if wanted.keys() <= CHOICES else Right.EDIT)
    if view.record.version != version:
        raise EditConflict
    if edit(session, view.record, wanted, Deed(viewer.person_id, now)):
        return get_record(session, viewer, record_id)
    return view


def edit(session: Session, record: Record, wanted: Mapping[str, Any], deed: Deed) -> bool:
    """Write what differs; says whether anything does. Raises UnknownChoice and EditConflict."""
    difference = compare(session, record, wanted, held_choices(session, wanted))
    if not difference.told:
        return False
    if difference.participants is not None:
        session.execute(delete(RecordParticipant).where(RecordParticipant.record_id == record.id))
        _write_participants(session, record.id, difference.participants)
    change_all(session, [edition(record, difference, deed.at)], deed)
    if not difference.told.keys() <= CHOICES:
        index_records(session, [record.id])
    return True


def edition(record: Record, difference: Difference, at: datetime) -> Change:
    """What writes the difference into the record, but for its participants."""
    return Change(record, Action.EDITED, difference.values | {"edited_at": at}, difference.told)


def held_choices(session: Session, wanted: Mapping[str, int | None]) -> dict[str, Choice]:
    """What is wanted of reason and area, which nobody takes out of use until the transaction ends."""
    lock = {"read": True, "key_share": True}
    found = {
        field: session.get(LISTS[field], choice, with_for_update=lock)
        for field, choice in wanted.items()
        if field in LISTS and choice is not None
    }
    return {field: entry for field, entry in found.items() if entry is not None}


def compare(
    session: Session, record: Record, wanted: Mapping[str, Any], choices: Mapping[str, Choice]
) -> Difference:
    """What turns the record into the wanted one, with its `held_choices`. Raises UnknownChoice."""
    values: dict[str, Any] = {}
    told: dict[str, list[Any]] = {}
    for field in PLAIN:
        if field in wanted and wanted[field] != getattr(record, field):
            values[field] = wanted[field]
            told[field] = [getattr(record, field), wanted[field]]
    for field in sorted(CHOICES):
        if field in wanted and wanted[field] != getattr(record, f"{field}_id"):
            choice = None if wanted[field] is None else _chosen(session, field, choices.get(field), record)
            values[f"{field}_id"] = wanted[field]
            told[field] = [_name(getattr(record, field)), _name(choice)]
    before = tuple(NamedParticipant(each.kind, each.name, each.address) for each in record.participants)
    after = tuple(wanted.get("participants", before))
    if after != before:
        told["participants"] = [_listed(before), _listed(after)]
    return Difference(values, after if after != before else None, told)


def _write_participants(
    session: Session, record_id: uuid.UUID, participants: Iterable[NamedParticipant]
) -> None:
    rows = [{"record_id": record_id, **each._asdict()} for each in participants]
    if rows:
        session.execute(insert(table_of(RecordParticipant)), rows)


def _chosen(session: Session, field: str, entry: Choice | None, record: Record | None = None) -> Choice:
    """What was chosen. Raises UnknownChoice.

    A retired choice goes back only to a record that had it: whoever changes it by mistake can undo that.
    """
    if entry is None or not (entry.active or (record and had_choice(session, record.id, field, entry.id))):
        raise UnknownChoice(field)
    return entry


def _reply_to(session: Session, viewer: Viewer, record_id: uuid.UUID | None) -> uuid.UUID | None:
    if record_id is None:
        return None
    try:
        return get_record(session, viewer, record_id).record.id
    except RecordNotFound:
        raise UnknownChoice("reply_to") from None


def _name(entry: Choice | None) -> str | None:
    return entry.name if entry else None


def _listed(participants: Iterable[NamedParticipant]) -> list[dict[str, str]]:
    return [{"kind": each.kind.value, "name": each.name, "address": each.address} for each in participants]
