"""Keeping the folded text of records, so that they can be found. The only writer of `record_text`."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from server.db import any_of, table_of
from server.mail import Role
from server.records.folded import PLACE_BITS, RecordText, client_word, folded_text, position
from server.records.models import (
    Message,
    MessageAttachment,
    MessageParticipant,
    Record,
    RecordParticipant,
)

# Both databases allow more values in one statement.
CHUNK = 1000
_COLUMNS = (
    Record.id,
    Record.client_id,
    Record.message_id,
    Record.occurred_at,
    Record.subject,
    Record.notes,
)
_RECORDS = select(*_COLUMNS).where(any_of(Record.id, "ids"))
_OF_MESSAGES = select(*_COLUMNS).where(any_of(Record.message_id, "ids"))
_PREVIEWS = select(Message.id, Message.preview).where(any_of(Message.id, "ids"))
# A blind copy is known to few, the search to all.
_CORRESPONDENTS = select(
    MessageParticipant.message_id, MessageParticipant.name, MessageParticipant.address
).where(any_of(MessageParticipant.message_id, "ids"), MessageParticipant.role != Role.BCC)
_ATTACHMENTS = select(MessageAttachment.message_id, MessageAttachment.name).where(
    any_of(MessageAttachment.message_id, "ids")
)
_PEOPLE = select(RecordParticipant.record_id, RecordParticipant.name, RecordParticipant.address).where(
    any_of(RecordParticipant.record_id, "ids")
)

_TABLE = table_of(RecordText)
_STANDING = select(RecordText.record_id, RecordText.id).where(any_of(RecordText.record_id, "ids"))
_TAKEN = select(RecordText.id).where(any_of(RecordText.id, "positions"))
_CHANGE = (
    update(_TABLE)
    .where(_TABLE.c.record_id == bindparam("of"), _TABLE.c.folded != bindparam("new"))
    .values(folded=bindparam("new"))
)


def index_records(session: Session, record_ids: Collection[uuid.UUID]) -> None:
    """Bring what the search knows of these records up to date, in the caller's transaction.

    To be called whenever the time, subject, notes, participants, attachments or client of a record have
    changed.
    Repeating it changes nothing.
    """
    _index(session, _RECORDS, list(record_ids))


def index_messages(session: Session, message_ids: Collection[int]) -> None:
    """The same for all records of these messages."""
    _index(session, _OF_MESSAGES, list(message_ids))


def _index(session: Session, query: Executable, ids: Sequence[Any]) -> None:
    if not ids:
        return
    session.flush()
    for start in range(0, len(ids), CHUNK):
        rows = session.execute(query, {"ids": ids[start : start + CHUNK]}).all()
        if rows:
            _write(session, rows)


def _write(session: Session, rows: Sequence[Any]) -> None:
    """Change the texts that stand where they should, and put the others there."""
    messages = _Texts(session, [row.message_id for row in rows if row.message_id is not None])
    people = _collect(session, _PEOPLE, [row.id for row in rows if row.message_id is None])
    there = session.execute(_STANDING, {"ids": [row.id for row in rows]})
    standing = {found.record_id: found.id for found in there}
    stay: list[dict[str, Any]] = []
    come: list[dict[str, Any]] = []
    for row in rows:
        wanted, at = position(row.occurred_at, row.id), standing.get(row.id)
        text = {
            "id": wanted,
            "record_id": row.id,
            "message_id": row.message_id,
            "folded": f"{client_word(row.client_id)} {_folded(row, messages, people)}",
        }
        stands = at is not None and at >> PLACE_BITS == wanted >> PLACE_BITS
        (stay if stands else come).append(text)
    if stay:
        session.execute(_CHANGE, [{"of": text["record_id"], "new": text["folded"]} for text in stay])
    if come:
        _add(session, come, [text["record_id"] for text in come if text["record_id"] in standing])
    if messages.with_attachments:
        _mark_documents(session, Record.message_id.in_(messages.with_attachments))


def _add(session: Session, texts: list[dict[str, Any]], moved: Sequence[uuid.UUID]) -> None:
    """In their order, which is how SQLite's index takes them best."""
    if moved:
        session.execute(delete(_TABLE).where(_TABLE.c.record_id.in_(moved)))
    texts.sort(key=lambda each: each["id"])
    wanted = {"positions": [each["id"] for each in texts]}
    taken = set(session.scalars(_TAKEN, wanted))
    for each in texts:
        while each["id"] in taken:
            each["id"] += 1
            if session.scalar(_TAKEN, {"positions": [each["id"]]}) is not None:
                taken.add(each["id"])
        taken.add(each["id"])
    session.execute(insert(_TABLE), texts)


class _Texts:
    """The folded texts of some messages: a mail to several clients is folded once."""

    def __init__(self, session: Session, message_ids: Collection[int]) -> None:
        self._texts = _collect(session, _PREVIEWS, message_ids)
        for message_id, texts in _collect(session, _CORRESPONDENTS, message_ids).items():
            self._texts[message_id] += texts
        attachments = _collect(session, _ATTACHMENTS, message_ids)
        for message_id, texts in attachments.items():
            self._texts[message_id] += texts
        self.with_attachments = list(attachments)
        self._folded: dict[tuple[int, str, str], str] = {}

    def folded(self, message_id: int, subject: str, notes: str) -> str:
        key = (message_id, subject, notes)
        if key not in self._folded:
            self._folded[key] = folded_text([subject, notes, *self._texts[message_id]])
        return self._folded[key]


def _folded(row: Any, messages: _Texts, people: dict[uuid.UUID, list[str]]) -> str:
    if row.message_id is None:
        return folded_text([row.subject, row.notes, *people[row.id]])
    return messages.folded(row.message_id, row.subject, row.notes)


def _collect(session: Session, query: Executable, ids: Collection[Any]) -> defaultdict[Any, list[str]]:
    texts: defaultdict[Any, list[str]] = defaultdict(list)
    if ids:
        for owner, *found in session.execute(query, {"ids": list(ids)}):
            texts[owner] += found
    return texts


def _mark_documents(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(
        update(Record).where(which, Record.has_documents.is_(False)).values(has_documents=True),
        execution_options={"synchronize_session": False},
    )
