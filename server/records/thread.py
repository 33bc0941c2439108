"""What the earlier mails of a thread say about where a new one belongs.

A thread is known by what a mail answers, in any mailbox, and by its conversation in this one: a
conversation id means something in one mailbox only, and sent mail shows no references.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import any_of
from server.records.models import Assignment, Copy, Message, Record, RecordState
from server.records.sighting import Sighted

_WORD = (Assignment.assigned_at, Assignment.client_id, Assignment.belongs)
_WORDS_BY_REFERENCE = (
    select(Message.internet_message_id, *_WORD)
    .join(Assignment, Assignment.message_id == Message.id)
    .where(any_of(Message.internet_message_id, "references"), Assignment.for_thread.is_(True))
)
_WORDS_BY_CONVERSATION = (
    select(Copy.conversation_id, Copy.graph_id, Message.occurred_at, *_WORD)
    .join(Message, Message.id == Copy.message_id)
    .join(Assignment, Assignment.message_id == Message.id)
    .where(
        any_of(Copy.account_id, "accounts"),
        any_of(Copy.conversation_id, "conversations"),
        Assignment.for_thread.is_(True),
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """The clients that people chose for a thread, and those that it was taken from."""

    chosen: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()

    def choosing(self, clients: frozenset[int]) -> "Word":
        """The same with these chosen too."""
        return Word(self.chosen | clients, self.refused - clients) if clients else self


class ThreadWords:
    """What people said of the whole threads of some mails of one mailbox."""

    def __init__(self, session: Session, page: Collection[Sighted]) -> None:
        self._by_reference: defaultdict[str, list[_Said]] = defaultdict(list)
        self._by_conversation: defaultdict[str, list[tuple[str, datetime, _Said]]] = defaultdict(list)
        answered = {"references": {each for sighted in page for each in sighted.references}}
        for message_id, at, client_id, belongs in session.execute(_WORDS_BY_REFERENCE, answered):
            self._by_reference[message_id].append(_Said(at, client_id, belongs))
        talked_of = {
            "accounts": {sighted.account.id for sighted in page},
            "conversations": {sighted.message.conversation_id for sighted in page} - {""},
        }
        for conversation, graph_id, when, at, client_id, belongs in session.execute(
            _WORDS_BY_CONVERSATION, talked_of
        ):
            self._by_conversation[conversation].append((graph_id, when, _Said(at, client_id, belongs)))

    def on(self, sighted: Sighted) -> Word:
        """What was said of the thread of one of these mails before it came; later words outrank earlier."""
        message, when = sighted.message, _when(sighted)
        found = [said for each in sighted.references for said in self._by_reference.get(each, ())]
        for graph_id, occurred_at, said in self._by_conversation.get(message.conversation_id, ()):
            if graph_id != message.graph_id and when and occurred_at <= when:
                found.append(said)
        return _summed(found) if found else NO_WORD


class _Said(NamedTuple):
    at: datetime
    client_id: int
    belongs: bool


NO_WORD = Word()


def _summed(found: Iterable[_Said]) -> Word:
    last = {said.client_id: said.belongs for said in sorted(found)}
    chosen = frozenset(client_id for client_id, belongs in last.items() if belongs)
    return Word(chosen, frozenset(last) - chosen)


def thread_clients(session: Session, sighted: Sighted) -> frozenset[int]:
    """The clients under whom the earlier messages of the mail's thread stand."""
    earlier = answered_messages(session, sighted) | _of_conversation(session, sighted)
    query = select(Record.client_id).where(Record.message_id.in_(earlier), Record.state == RecordState.FILED)
    return frozenset(session.scalars(query))


def answered_messages(session: Session, sighted: Sighted) -> frozenset[int]:
    """The known messages that a mail answers, or that a report speaks of."""
    query = select(Message.id).where(Message.internet_message_id.in_(sighted.references))
    return frozenset(session.scalars(query))


def _of_conversation(session: Session, sighted: Sighted) -> frozenset[int]:
    message, when = sighted.message, _when(sighted)
    if not message.conversation_id or when is None:
        return frozenset()
    query = (
        select(Message.id)
        .join(Copy, Copy.message_id == Message.id)
        .where(
            Copy.account_id == sighted.account.id,
            Copy.conversation_id == message.conversation_id,
            Copy.graph_id != message.graph_id,
            Message.occurred_at <= when,
        )
    )
    return frozenset(session.scalars(query))


def _when(sighted: Sighted) -> datetime | None:
    return sighted.message.received_at or sighted.message.sent_at
