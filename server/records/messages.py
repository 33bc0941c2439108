"""Messages: finding the one that a copy belongs to, adding it, and what every copy adds to it."""

from collections.abc import Collection, Iterable

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server import mail
from server.accounts.staff import Staff
from server.records.eligibility import is_bulk
from server.records.identity import identity, is_same_sending, normalise_message_id
from server.records.models import (
    Direction,
    Message,
    MessageParticipant,
    MessageReference,
)
from server.records.sighting import Sighted, occurred_at
from server.records.thread import (
    references_of,
)


def namesakes(session: Session, message: mail.Message) -> list[Message]:
    """The known messages with the same identity: the mail itself, or others that use its Message-ID."""
    query = select(Message).where(Message.identity == identity(message)).order_by(Message.ordinal)
    return list(session.scalars(query))


def same_mail(known: Iterable[Message], message: mail.Message) -> Message | None:
    """The one among them that was sent in the same act."""
    return next((each for each in known if is_same_sending(each.sent_at, message.sent_at)), None)


def add_message(session: Session, sighted: Sighted, staff: Staff, known: Collection[Message]) -> Message:
    """Add a message beside its namesakes.

    The ordinal comes from the very list in which the mail was looked for: if another worker added the
    same mail meanwhile, both want the same ordinal, and the database lets only one have it.
    """
    found = sighted.message
    message = Message(
        identity=identity(found),
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
    session.add(message)
    session.flush()
    session.add_all(
        MessageReference(message_id=message.id, internet_message_id=reference)
        for reference in references_of(found)
    )
    return message


def merge_times(message: Message, sighted: Sighted) -> None:
    """The earliest copy says when it was, whichever was seen first; one that came directly, that it did."""
    if (earlier := occurred_at(sighted)) < message.occurred_at:
        message.occurred_at = earlier
    message.has_attachments = message.has_attachments or sighted.message.has_attachments
    message.bulk = message.bulk and is_bulk(sighted.message)


def add_participants(session: Session, message: Message, sighted: Sighted, staff: Staff) -> None:
    known = {(p.role, p.address) for p in message.participants}
    rows = []
    for found in sighted.message.participants:
        if (found.role, found.address) in known or not (found.address or found.name):
            continue
        known.add((found.role, found.address))
        rows.append(
            {
                "message_id": message.id,
                "role": found.role,
                "name": found.name,
                "address": found.address,
                "staff": staff.is_staff(found.address),
                "account_id": sighted.account.id if found.role is mail.Role.BCC else None,
            }
        )
    if rows:
        session.execute(insert(MessageParticipant), rows)
        session.expire(message, ["participants"])


def _direction(message: mail.Message, staff: Staff) -> Direction:
    sender = message.address_of(mail.Role.FROM) or message.address_of(mail.Role.SENDER)
    return Direction.SENT if sender and staff.is_staff(sender) else Direction.RECEIVED
