"""Moving records to another client. A move keeps the record: its history and what was added to it go along.

For a mail it is also a person's word, against the old client and for the new one: no sync takes it back.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.clients.models import Client
from server.records.assignments import About, say
from server.records.changes import Deed, change
from server.records.matching import Rule
from server.records.models import Action, Record, RecordState
from server.records.register import RecordNotFound, RecordView
from server.records.rights import Right


class AlreadyThere(Exception):
    """The communication stands in the register of that client already."""


def move(session: Session, view: RecordView, deed: Deed, *, client: Client, for_thread: bool) -> None:
    """Put a record into the register of another client; with `for_thread`, later mails of its thread follow.

    While no other transaction files. Raises RecordNotFound, ContentHidden, NotTheAuthor, AlreadyThere and
    EditConflict.
    """
    record = view.record
    if record.state is RecordState.DELETED:
        raise RecordNotFound
    view.rights.require(Right.MOVE)
    if record.client_id == client.id:
        raise AlreadyThere
    told = {"client": [_named(record.client), _named(client)]}
    if record.message_id is None:
        change(session, record, Action.MOVED, {"client_id": client.id}, deed, told)
        return
    tombstone = _tombstone(session, record, client)
    from_client, to_client = abouts(record, client.id)
    for about, belongs in ((from_client, False), (to_client, True)):
        say(session, about, belongs=belongs, for_thread=for_thread, person_id=deed.person_id, at=deed.at)
    why = {**record.why, "rule": Rule.PERSON.value, "address": "", "section": ""}
    with places_traded(session, [record, *tombstone]):
        for each in tombstone:
            back = {"client": list(reversed(told["client"]))}
            change(session, each, Action.MOVED, {"client_id": record.client_id}, deed, back)
        change(session, record, Action.MOVED, {"client_id": client.id, "why": why}, deed, told)


def abouts(record: Record, client_id: int) -> list[About]:
    """What a move of the record to that client says a word about: where it stands, and where it goes."""
    if record.message_id is None:
        return []
    return [About(record.message_id, record.client_id), About(record.message_id, client_id)]


@contextmanager
def places_traded(session: Session, records: Collection[Record]) -> Iterator[None]:
    """Records of one message may trade clients inside: they hold no message meanwhile.

    A message has one record for each client, and the database does not wait for the second half of a trade.
    """
    held = {record.id: record.message_id for record in records if record.message_id is not None}
    _hold(session, dict.fromkeys(held))
    yield
    _hold(session, held)
    for record in records:
        session.expire(record)


def _tombstone(session: Session, record: Record, client: Client) -> list[Record]:
    """The deleted record of the same mail that stands where this one goes. Raises AlreadyThere."""
    query = select(Record).where(Record.message_id == record.message_id, Record.client_id == client.id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    found = list(session.scalars(locked))
    if any(each.state is RecordState.FILED for each in found):
        raise AlreadyThere
    return found


def _hold(session: Session, messages: Mapping[uuid.UUID, int | None]) -> None:
    for record_id, message_id in messages.items():
        session.execute(
            update(Record)
            .where(Record.id == record_id)
            .values(message_id=message_id)
            .execution_options(synchronize_session=False)
        )


def _named(client: Client) -> dict[str, str]:
    return {"code": client.code, "name": client.name}
