"""What the earlier mails of a thread say about where a new one belongs."""

import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import mail
from server.records.identity import normalise_message_id
from server.records.models import Assignment, Copy, Message, Record, RecordState

MAX_REFERENCES = 50
_REFERENCE = re.compile(r"<[^<>\s]{1,995}>")


def earlier_messages(
    session: Session, account_id: int, message: mail.Message, *, by_conversation: bool = True
) -> frozenset[int]:
    """The known messages of the thread, by its references in any mailbox and by conversation in this one.

    A conversation id means something in one mailbox only, and sent mail shows no references.
    """
    found: set[int] = set()
    if references := references_of(message):
        found.update(session.scalars(select(Message.id).where(Message.internet_message_id.in_(references))))
    when = message.received_at or message.sent_at
    if by_conversation and message.conversation_id and when:
        found.update(
            session.scalars(
                select(Message.id)
                .join(Copy, Copy.message_id == Message.id)
                .where(
                    Copy.account_id == account_id,
                    Copy.conversation_id == message.conversation_id,
                    Copy.graph_id != message.graph_id,
                    Message.occurred_at <= when,
                )
            )
        )
    return frozenset(found)


def thread_clients(session: Session, messages: Collection[int]) -> frozenset[int]:
    """The clients under whom these messages stand."""
    if not messages:
        return frozenset()
    query = select(Record.client_id).where(Record.message_id.in_(messages), Record.state == RecordState.FILED)
    return frozenset(session.scalars(query))


def thread_assignments(session: Session, messages: Collection[int]) -> frozenset[int]:
    """The clients that people chose for the whole thread."""
    if not messages:
        return frozenset()
    query = select(Assignment.client_id).where(
        Assignment.message_id.in_(messages), Assignment.for_thread.is_(True)
    )
    return frozenset(session.scalars(query))


def references_of(message: mail.Message) -> list[str]:
    """The Message-IDs that a mail answers, the nearest last."""
    headers = f"{message.headers.get('in-reply-to', '')} {message.headers.get('references', '')}"
    found = dict.fromkeys(normalise_message_id(reference) for reference in _REFERENCE.findall(headers))
    return list(found)[-MAX_REFERENCES:]
