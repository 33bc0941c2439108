"""The product's register as plain rows, in the shape that the checker compares."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.records.folded import PLACE_BITS, RecordText
from server.records.models import Candidate, Copy, Message, MessageEvent, Record
from server.records.search import index_records

Row = dict[str, Any]


def records(session: Session) -> list[Row]:
    copies = select(func.count()).where(Copy.message_id == Record.message_id).scalar_subquery()
    rows = session.execute(select(Record, copies).where(Record.message_id.is_not(None)))
    return [
        {
            "client": record.client.code,
            "internet_message_id": record.message.internet_message_id or None,
            "direction": record.direction.value,
            "copies": count,
            "rule": record.why["rule"],
            "flags": ["bulk"] if record.message.bulk else [],
        }
        for record, count in rows
    ]


def unassigned(session: Session) -> list[Row]:
    waiting: dict[int, list[str]] = {}
    for candidate in session.scalars(select(Candidate)):
        waiting.setdefault(candidate.message_id, []).append(candidate.client.code)
    return [
        {
            "internet_message_id": session.get_one(Message, message_id).internet_message_id,
            "candidates": sorted(codes),
        }
        for message_id, codes in waiting.items()
    ]


def events(session: Session) -> list[Row]:
    rows = session.execute(
        select(Message.internet_message_id, MessageEvent.kind).join(
            MessageEvent, MessageEvent.message_id == Message.id
        )
    )
    return [{"internet_message_id": message_id, "kind": kind.value} for message_id, kind in rows]


def exclusions(session: Session) -> dict[tuple[str, str], str]:
    """By mailbox and immutable id: why a copy was left out."""
    rows = session.execute(
        select(Account.address, Copy.graph_id, Copy.exclusion)
        .join(Copy, Copy.account_id == Account.id)
        .where(Copy.exclusion.is_not(None), Copy.message_id.is_(None))
    )
    return {(address, graph_id): exclusion for address, graph_id, exclusion in rows}


def search_words(session: Session) -> set[tuple[Any, ...]]:
    """What the search knows: of each record, where it stands and by which words it is found."""
    rows = session.execute(
        select(RecordText.record_id, RecordText.message_id, RecordText.id, RecordText.folded)
    )
    return {
        (record_id, message_id, at >> PLACE_BITS, *sorted(folded.split()))
        for record_id, message_id, at, folded in rows
    }


def search_words_anew(session: Session) -> set[tuple[Any, ...]]:
    """The same, had it been written just now; nothing of it is kept."""
    index_records(session, list(session.scalars(select(Record.id))))
    anew = search_words(session)
    session.rollback()
    return anew
