"""Copies: which mailbox holds what, what was left out and why, and what to look at again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from server import mail
from server.db import insert_once
from server.records.eligibility import Exclusion, is_bounce, is_receipt
from server.records.identity import lookup, normalise_message_id
from server.records.models import (
    Candidate,
    Copy,
    EventKind,
    Message,
    MessageEvent,
    MessageReference,
)
from server.records.sighting import Outcome, Sighted, occurred_at
from server.records.thread import (
    earlier_messages,
    references_of,
)

REPORTS = (Exclusion.BOUNCE, Exclusion.RECEIPT)
# Mail that only its addresses keep out: another copy of it may show a client (a blind copy).
BY_ADDRESS = (Exclusion.INTERNAL, Exclusion.NO_CLIENT, Exclusion.BULK)


def add_copy(session: Session, sighted: Sighted, message: Message) -> None:
    copy = _upsert_copy(session, sighted)
    copy.message_id, copy.exclusion = message.id, None
    copy.conversation_id = sighted.message.conversation_id
    copy.web_link = sighted.message.web_link


def leave_out(session: Session, sighted: Sighted, exclusion: Exclusion) -> Outcome:
    """Remember that the copy was looked at, and why it is not filed; what was filed once stays filed."""
    copy = _upsert_copy(session, sighted)
    if copy.message_id is None:
        copy.exclusion = exclusion
        copy.about = _subject_of_report(sighted.message, exclusion)
    return Outcome(copy.message_id, exclusion)


def was_seen(session: Session, account_id: int, graph_id: str) -> bool:
    """Whether a copy was looked at before: if it is gone now, nothing is lost."""
    query = exists().where(Copy.account_id == account_id, Copy.graph_id == graph_id)
    return bool(session.scalar(select(query)))


def seen(session: Session, account_id: int, graph_ids: Collection[str]) -> set[str]:
    """Which of these copies were looked at before."""
    query = select(Copy.graph_id).where(Copy.account_id == account_id, Copy.graph_id.in_(list(graph_ids)))
    return set(session.scalars(query))


def held_in(session: Session, account_id: int, folder_id: str, graph_ids: Collection[str]) -> set[str]:
    """Which of these copies lay in that folder when they were last looked at."""
    query = select(Copy.graph_id).where(
        Copy.account_id == account_id, Copy.graph_id.in_(list(graph_ids)), Copy.folder_id == folder_id
    )
    return set(session.scalars(query))


def note_gone(session: Session, account_id: int, graph_id: str, now: datetime) -> None:
    """Note that the mailbox does not hold a copy any more."""
    set_gone(session, and_(Copy.account_id == account_id, Copy.graph_id == graph_id), now)


def set_gone(session: Session, which: ColumnElement[bool], gone_at: datetime | None) -> None:
    """Note since when the mailboxes do not hold these copies any more; None: they do. Records stay."""
    statement = update(Copy).where(which).values(gone_at=gone_at)
    session.execute(statement, execution_options={"synchronize_session": False})


def left_out_earlier(session: Session, sighted: Sighted) -> tuple[tuple[int, str], ...]:
    if not sighted.message.internet_message_id:
        return ()
    wanted = lookup(sighted.message.internet_message_id)
    another_copy = and_(Copy.lookup == wanted, Copy.exclusion.in_(BY_ADDRESS))
    rows = session.execute(
        select(Copy.account_id, Copy.graph_id).where(
            Copy.message_id.is_(None), or_(another_copy, Copy.about == wanted)
        )
    )
    return tuple((account_id, graph_id) for account_id, graph_id in rows)


def open_in_thread(session: Session, sighted: Sighted) -> tuple[tuple[int, str], ...]:
    """Mails of the same thread that came to be known first and still wait for an answer: this may be it."""
    message = sighted.message
    same_conversation = and_(
        Copy.account_id == sighted.account.id,
        Copy.conversation_id == message.conversation_id,
        Copy.conversation_id != "",
    )
    answers_it = exists().where(
        MessageReference.message_id == Copy.message_id,
        MessageReference.internet_message_id == normalise_message_id(message.internet_message_id),
    )
    rows = session.execute(
        select(Copy.account_id, Copy.graph_id).where(
            exists().where(Candidate.message_id == Copy.message_id),
            or_(same_conversation, answers_it),
            Copy.graph_id != message.graph_id,
        )
    )
    return tuple((account_id, graph_id) for account_id, graph_id in rows)


def note_report(session: Session, sighted: Sighted) -> None:
    """Put a bounce or a receipt down with the mail that it speaks of, if that one is known."""
    message = sighted.message
    if not (is_bounce(message) or is_receipt(message)):
        return
    kind = EventKind.UNDELIVERED if is_bounce(message) else EventKind.READ_RECEIPT
    for original_id in earlier_messages(session, sighted.account.id, message, by_conversation=False):
        insert_once(
            session,
            MessageEvent,
            {
                "message_id": original_id,
                "kind": kind,
                "source": message.graph_id,
                "occurred_at": occurred_at(sighted),
            },
            "message_id",
            "kind",
            "source",
        )


def _upsert_copy(session: Session, sighted: Sighted) -> Copy:
    graph_id = sighted.message.graph_id
    copy = session.scalar(
        select(Copy).where(Copy.account_id == sighted.account.id, Copy.graph_id == graph_id)
    )
    if copy is None:
        copy = Copy(account_id=sighted.account.id, graph_id=graph_id, path=sighted.path, seen_at=sighted.at)
        session.add(copy)
    copy.lookup = lookup(sighted.message.internet_message_id)
    copy.folder_id = sighted.message.folder_id
    copy.gone_at = None
    return copy


def _subject_of_report(message: mail.Message, exclusion: Exclusion) -> str:
    references = references_of(message) if exclusion in REPORTS else []
    return lookup(references[-1]) if references else ""
