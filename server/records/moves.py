"""Moving records to another client. A move keeps the record: its history and what was added to it go along.

For a mail it is also a person's word, against the old client and for the new one: no sync takes it back.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import ColumnElement, and_, bindparam, select, update
from sqlalchemy.orm import Session, aliased

from server.clients.models import Client
from server.db import table_of
from server.records.assignments import About
from server.records.changes import Change
from server.records.matching import Rule
from server.records.models import Action, Record, RecordState
from server.records.register import RecordNotFound, RecordView
from server.records.rights import Right


class AlreadyThere(Exception):
    """The communication stands in the register of that client already."""


class Destination:
    """The register of a client that records are moved to, and what stands there of the same mails.

    While no other transaction files, or changes what stands there.
    """

    def __init__(self, session: Session, client: Client, records: Iterable[Record]) -> None:
        self._client = client
        there = same_mails([record.id for record in records], client)
        self._standing = {each.message_id: each for each in session.scalars(select(Record).where(there))}

    def move(self, view: RecordView) -> list[Change]:
        """What puts the record there; a deleted one of the same mail takes the place that it leaves.

        Raises RecordNotFound, ContentHidden, NotTheAuthor and AlreadyThere.
        """
        record, client = view.record, self._client
        if record.state is RecordState.DELETED:
            raise RecordNotFound
        view.rights.require(Right.MOVE)
        if record.client_id == client.id:
            raise AlreadyThere
        told = {"client": [_named(record.client), _named(client)]}
        if record.message_id is None:
            return [Change(record, Action.MOVED, {"client_id": client.id}, told)]
        tombstone = self._standing.get(record.message_id)
        if tombstone is not None and tombstone.state is RecordState.FILED:
            raise AlreadyThere
        self._standing[record.message_id] = record
        why = {**record.why, "rule": Rule.PERSON.value, "address": "", "section": ""}
        moved = Change(record, Action.MOVED, {"client_id": client.id, "why": why}, told)
        if tombstone is None:
            return [moved]
        back = {"client": list(reversed(told["client"]))}
        return [Change(tombstone, Action.MOVED, {"client_id": record.client_id}, back), moved]


def same_mails(record_ids: Collection[uuid.UUID], client: Client) -> ColumnElement[bool]:
    """On `Record`: it stands in the register of that client for the mail of one of these records."""
    moved = aliased(Record)
    messages = select(moved.message_id).where(moved.id.in_(record_ids), moved.message_id.is_not(None))
    return and_(Record.client_id == client.id, Record.message_id.in_(messages))


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
    of_message = Counter(record.message_id for record in records)
    held = [each for each in records if each.message_id is not None and of_message[each.message_id] > 1]
    messages = {record.id: record.message_id for record in held}
    _hold(session, dict.fromkeys(messages))
    yield
    _hold(session, messages)
    for record in held:
        session.expire(record)


def _hold(session: Session, messages: Mapping[uuid.UUID, int | None]) -> None:
    if messages:
        table = table_of(Record)
        statement = update(table).where(table.c.id == bindparam("of")).values(message_id=bindparam("message"))
        rows = [{"of": record_id, "message": message_id} for record_id, message_id in messages.items()]
        session.execute(statement, rows)


def _named(client: Client) -> dict[str, str]:
    return {"code": client.code, "name": client.name}
