"""Messages: finding the one that a copy belongs to, adding it, and what every copy adds to it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from server import mail
from server.accounts.staff import Staff
from server.db import any_of, table_of
from server.records.eligibility import is_bulk
from server.records.identity import is_same_sending, normalise_message_id
from server.records.models import (
    Direction,
    Message,
    MessageParticipant,
    MessageReference,
)
from server.records.sighting import Sighted, occurred_at


@dataclass(slots=True, eq=False)
class FiledMessage:
    """A message of the register as filing needs it; one that is about to be added has no id yet."""

    identity: str
    ordinal: int
    internet_message_id: str
    subject: str
    preview: str
    direction: Direction
    sent_at: datetime | None
    occurred_at: datetime
    has_attachments: bool
    bulk: bool
    id: int = 0
    is_changed: bool = False
    participants: set[tuple[mail.Role, str]] = field(default_factory=set)


COLUMNS = (
    "identity",
    "ordinal",
    "internet_message_id",
    "subject",
    "preview",
    "direction",
    "sent_at",
    "occurred_at",
    "has_attachments",
    "bulk",
)
# What a further copy may teach.
LEARNT = ("occurred_at", "has_attachments", "bulk")
_NAMESAKES = (
    select(*(getattr(Message, name) for name in (*COLUMNS, "id")))
    .where(any_of(Message.identity, "identities"))
    .order_by(Message.ordinal)
)
Namesakes = defaultdict[str, list[FiledMessage]]
Filed = Iterable[tuple[Sighted, FiledMessage]]


def namesakes(session: Session, identities: Collection[str]) -> Namesakes:
    """The known messages with these identities: the mails themselves, or others with their Message-IDs."""
    rows = session.execute(_NAMESAKES, {"identities": identities})
    known = [FiledMessage(*row) for row in rows]
    _recall_participants(session, {message.id: message for message in known})
    found: Namesakes = defaultdict(list)
    for message in known:
        found[message.identity].append(message)
    return found


def same_mail(known: Iterable[FiledMessage], message: mail.Message) -> FiledMessage | None:
    """The one among them that was sent in the same act."""
    return next((each for each in known if is_same_sending(each.sent_at, message.sent_at)), None)


def new_message(sighted: Sighted, staff: Staff, known: Collection[FiledMessage]) -> FiledMessage:
    """A message beside its namesakes.

    The ordinal comes from the very list in which the mail was looked for: if another worker added the
    same mail meanwhile, both want the same ordinal, and the database lets only one have it.
    """
    found = sighted.message
    return FiledMessage(
        identity=sighted.identity,
        ordinal=max((each.ordinal for each in known), default=-1) + 1,
        internet_message_id=normalise_message_id(found.internet_message_id),
        subject=found.subject,
        preview=found.preview,
        direction=_direction(found, staff),
        sent_at=found.sent_at,
        occurred_at=occurred_at(sighted),
        has_attachments=found.has_attachments,
        bulk=is_bulk(found),
    )


def merge(message: FiledMessage, sighted: Sighted) -> None:
    """The earliest copy says when it was, whichever was seen first; one that came directly, that it did."""
    before = [getattr(message, name) for name in LEARNT]
    message.occurred_at = min(message.occurred_at, occurred_at(sighted))
    message.has_attachments = message.has_attachments or sighted.message.has_attachments
    message.bulk = message.bulk and is_bulk(sighted.message)
    message.is_changed |= before != [getattr(message, name) for name in LEARNT]


def write_messages(session: Session, messages: Iterable[FiledMessage]) -> None:
    """Add the new ones, which get their ids, and change the known ones that learnt something."""
    together = dict.fromkeys(messages)
    new = [message for message in together if not message.id]
    changed = [message for message in together if message.id and message.is_changed]
    if new:
        table = table_of(Message)
        statement = insert(table).returning(table.c.identity, table.c.ordinal, table.c.id)
        rows = session.execute(statement, [_values(message, COLUMNS) for message in new])
        ids = {(identity, ordinal): new_id for identity, ordinal, new_id in rows}
        for message in new:
            message.id = ids[message.identity, message.ordinal]
    if changed:
        session.execute(update(Message), [_values(message, ("id", *LEARNT)) for message in changed])


def add_participants(session: Session, filed: Filed, staff: Staff) -> None:
    """What each copy shows of the people, as far as its message does not know it yet."""
    rows = [row for sighted, message in filed for row in _participants(message, sighted, staff)]
    if rows:
        session.execute(insert(table_of(MessageParticipant)), rows)


def add_references(session: Session, new: Filed) -> None:
    """What the new messages answer."""
    rows = [
        {"message_id": message.id, "internet_message_id": reference}
        for sighted, message in new
        for reference in sighted.references
    ]
    if rows:
        session.execute(insert(table_of(MessageReference)), rows)


def _recall_participants(session: Session, messages: dict[int, FiledMessage]) -> None:
    if not messages:
        return
    query = select(MessageParticipant.message_id, MessageParticipant.role, MessageParticipant.address).where(
        MessageParticipant.message_id.in_(messages)
    )
    for message_id, role, address in session.execute(query):
        messages[message_id].participants.add((role, address))


def _participants(message: FiledMessage, sighted: Sighted, staff: Staff) -> Iterator[dict[str, Any]]:
    for found in sighted.message.participants:
        key = (found.role, found.address)
        if key in message.participants or not (found.address or found.name):
            continue
        message.participants.add(key)
        yield {
            "message_id": message.id,
            "role": found.role,
            "name": found.name,
            "address": found.address,
            "staff": staff.is_staff(found.address),
            "account_id": sighted.account.id if found.role is mail.Role.BCC else None,
        }


def _values(message: FiledMessage, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(message, name) for name in names}


def _direction(message: mail.Message, staff: Staff) -> Direction:
    sender = message.address_of(mail.Role.FROM) or message.address_of(mail.Role.SENDER)
    return Direction.SENT if sender and staff.is_staff(sender) else Direction.RECEIVED
