"""Mails that people began from a record, and the link between the two once such a mail was sent.

A sent mail is known by the mark that its draft carries, or by its Message-ID, which the draft already has;
either may be lost on the way. The only writer of the table.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server import mail
from server.accounts.staff import Staff
from server.db import any_of
from server.mail import Role
from server.records.identity import normalise_message_id
from server.records.messages import FiledMessage
from server.records.models import Direction, Draft, Record
from server.records.sighting import Sighted

_BEGUN = (
    select(Draft.mark, Draft.internet_message_id, Draft.record_id, Record.client_id)
    .join(Record, Record.id == Draft.record_id)
    .where(
        or_(any_of(Draft.mark, "marks"), any_of(Draft.internet_message_id, "message_ids")),
    )
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The record that a sent mail was begun from, and whose it is."""

    record_id: uuid.UUID
    client_id: int


class Begun:
    """Which of some mails were begun from a record."""

    def __init__(self, session: Session, page: Collection[Sighted], staff: Staff) -> None:
        self._session = session
        self._by_mark: dict[str, Origin] = {}
        self._by_message_id: dict[str, Origin] = {}
        ours = [sighted.message for sighted in page if staff.is_staff(sighted.message.address_of(Role.FROM))]
        message_ids = {normalise_message_id(each.internet_message_id) for each in ours} - {""}
        asked: dict[str, Collection[object]] = {
            "marks": [mark for each in ours if (mark := _mark(each))],
            "message_ids": message_ids,
        }
        if any(asked.values()):
            self._recall(asked)

    def origin(self, message: mail.Message) -> Origin | None:
        """The record that the person began this mail from."""
        by_mark = self._by_mark.get(message.mark)
        return by_mark or self._by_message_id.get(normalise_message_id(message.internet_message_id))

    def clients(self, message: mail.Message) -> frozenset[int]:
        """Whose register the person began it in: their word on where it belongs."""
        origin = self.origin(message)
        return frozenset({origin.client_id}) if origin else frozenset()

    def link(self, filed: Iterable[tuple[Sighted, FiledMessage]]) -> None:
        """Let the records of these mails say which record they answer, within one register."""
        if not (self._by_mark or self._by_message_id):
            return
        for sighted, message in filed:
            origin = self.origin(sighted.message)
            if origin is None or message.direction is not Direction.SENT:
                continue
            self._session.execute(
                update(Record)
                .where(
                    Record.message_id == message.id,
                    Record.client_id == origin.client_id,
                    Record.reply_to_id.is_(None),
                    Record.id != origin.record_id,
                )
                .values(reply_to_id=origin.record_id)
            )

    def _recall(self, asked: dict[str, Collection[object]]) -> None:
        for row in self._session.execute(_BEGUN, asked):
            origin = Origin(row.record_id, row.client_id)
            self._by_mark[str(row.mark)] = origin
            if row.internet_message_id:
                self._by_message_id[row.internet_message_id] = origin


def begin_draft(session: Session, record_id: uuid.UUID, person_id: int, now: datetime) -> uuid.UUID:
    """Note that a person begins a mail from a record; gives the mark that it must carry."""
    mark = uuid.uuid4()
    session.add(Draft(mark=mark, record_id=record_id, person_id=person_id, begun_at=now))
    return mark


def name_draft(session: Session, mark: uuid.UUID, internet_message_id: str) -> None:
    """Note the Message-ID under which the mail will be sent."""
    session.execute(
        update(Draft)
        .where(Draft.mark == mark)
        .values(internet_message_id=normalise_message_id(internet_message_id))
    )


def _mark(message: mail.Message) -> uuid.UUID | None:
    try:
        return uuid.UUID(message.mark) if message.mark else None
    except ValueError:
        return None
