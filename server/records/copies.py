"""Copies: which mailbox holds what, what was left out and why, and what to look at again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, case, exists, or_, select, union, update
from sqlalchemy.orm import Session

from server.db import any_of, insert_for, insert_once, table_of
from server.records.eligibility import Exclusion, is_bounce, is_receipt
from server.records.identity import lookup, normalise_message_id
from server.records.models import (
    Candidate,
    Copy,
    EventKind,
    MessageEvent,
    MessageReference,
)
from server.records.sighting import CopyKey, Sighted, occurred_at
from server.records.thread import answered_messages

Row = dict[str, Any]
REPORTS = (Exclusion.BOUNCE, Exclusion.RECEIPT)
# Mail that only its addresses keep out: another copy of it may show a client (a blind copy).
BY_ADDRESS = (Exclusion.INTERNAL, Exclusion.NO_CLIENT, Exclusion.BULK)
# What is said of a copy anew with every look, and what is only said of it until it is filed.
ALWAYS = ("lookup", "folder_id", "gone_at")
UNTIL_FILED = ("message_id", "exclusion", "about", "conversation_id", "web_link")


_COPIES = select(Copy.account_id, Copy.graph_id)
_LEFT_OUT = _COPIES.where(
    or_(
        and_(any_of(Copy.lookup, "lookups"), Copy.exclusion.in_(BY_ADDRESS)),
        and_(any_of(Copy.about, "lookups"), Copy.exclusion.in_(REPORTS)),
    )
)
_IN_QUESTION = _COPIES.join(Candidate, Candidate.message_id == Copy.message_id)
_OPEN = union(
    _IN_QUESTION.where(any_of(Copy.account_id, "accounts"), any_of(Copy.conversation_id, "conversations")),
    _IN_QUESTION.join(MessageReference, MessageReference.message_id == Copy.message_id).where(
        any_of(MessageReference.internet_message_id, "message_ids")
    ),
)


def filed_copy(sighted: Sighted, message_id: int) -> Row:
    """The copy of a message in the register."""
    message = sighted.message
    return _copy(
        sighted, message_id=message_id, conversation_id=message.conversation_id, web_link=message.web_link
    )


def left_out_copy(sighted: Sighted, exclusion: Exclusion) -> Row:
    """A copy that was looked at and is not filed: why, and nothing else of it."""
    return _copy(sighted, exclusion=exclusion, about=_subject_of_report(sighted, exclusion))


def write_copies(session: Session, copies: Sequence[Row]) -> None:
    """Add the copies, or say anew what is known of them; what was filed once stays filed."""
    session.execute(_upsert(session.get_bind().dialect.name), copies)


def was_seen(session: Session, account_id: int, graph_id: str) -> bool:
    """Whether a copy was looked at before: if it is gone now, nothing is lost."""
    query = exists().where(Copy.account_id == account_id, Copy.graph_id == graph_id)
    return bool(session.scalar(select(query)))


def seen(session: Session, account_id: int, graph_ids: Collection[str]) -> set[str]:
    """Which of these copies were looked at before."""
    query = select(Copy.graph_id).where(Copy.account_id == account_id, any_of(Copy.graph_id, "graph_ids"))
    return set(session.scalars(query, {"graph_ids": graph_ids}))


def held_in(session: Session, account_id: int, folder_id: str, graph_ids: Collection[str]) -> set[str]:
    """Which of these copies lay in that folder when they were last looked at."""
    query = select(Copy.graph_id).where(
        Copy.account_id == account_id, any_of(Copy.graph_id, "graph_ids"), Copy.folder_id == folder_id
    )
    return set(session.scalars(query, {"graph_ids": graph_ids}))


def note_gone(session: Session, account_id: int, graph_id: str, now: datetime) -> None:
    """Note that the mailbox does not hold a copy any more."""
    set_gone(session, and_(Copy.account_id == account_id, Copy.graph_id == graph_id), now)


def set_gone(session: Session, which: ColumnElement[bool], gone_at: datetime | None) -> None:
    """Note since when the mailboxes do not hold these copies any more; None: they do. Records stay."""
    statement = update(Copy).where(which).values(gone_at=gone_at)
    session.execute(statement, execution_options={"synchronize_session": False})


def left_out_earlier(session: Session, new: Iterable[Sighted]) -> set[CopyKey]:
    """Copies that were left out before these messages were known, and belong to them or speak of them."""
    wanted = [sighted.lookup for sighted in new if sighted.message.internet_message_id]
    rows = session.execute(_LEFT_OUT, {"lookups": wanted})
    return {(account_id, graph_id) for account_id, graph_id in rows}


def open_in_threads(session: Session, new: Collection[Sighted]) -> set[CopyKey]:
    """Mails of the same threads that still wait for an answer: one of these messages may be it."""
    asked = {
        "accounts": {sighted.account.id for sighted in new},
        "conversations": {sighted.message.conversation_id for sighted in new} - {""},
        "message_ids": {normalise_message_id(sighted.message.internet_message_id) for sighted in new} - {""},
    }
    return {(account_id, graph_id) for account_id, graph_id in session.execute(_OPEN, asked)}


def note_report(session: Session, sighted: Sighted) -> None:
    """Put a bounce or a receipt down with the mail that it speaks of, if that one is known."""
    message = sighted.message
    if not (is_bounce(message) or is_receipt(message)):
        return
    kind = EventKind.UNDELIVERED if is_bounce(message) else EventKind.READ_RECEIPT
    for original_id in answered_messages(session, sighted):
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


@cache
def _upsert(dialect: str) -> Executable:
    table = table_of(Copy)
    statement = insert_for(dialect, table)
    told = statement.excluded
    stays = and_(table.c.message_id.is_not(None), told.message_id.is_(None))
    changes = {
        **{name: told[name] for name in ALWAYS},
        **{name: case((stays, table.c[name]), else_=told[name]) for name in UNTIL_FILED},
    }
    return statement.on_conflict_do_update(index_elements=["account_id", "graph_id"], set_=changes)


def _copy(sighted: Sighted, **told: object) -> Row:
    return {
        "account_id": sighted.account.id,
        "graph_id": sighted.message.graph_id,
        "lookup": sighted.lookup,
        "folder_id": sighted.message.folder_id,
        "path": sighted.path,
        "seen_at": sighted.at,
        "gone_at": None,
        **dict.fromkeys(("message_id", "exclusion")),
        **dict.fromkeys(("about", "conversation_id", "web_link"), ""),
        **told,
    }


def _subject_of_report(sighted: Sighted, exclusion: Exclusion) -> str:
    references = sighted.references if exclusion in REPORTS else []
    return lookup(references[-1]) if references else ""
