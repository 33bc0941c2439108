"""People's words on where messages belong, and where they do not. The only writer of the table."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, tuple_
from sqlalchemy.orm import Session

from server.db import insert_into, line_up, table_of
from server.records.models import Assignment

# Those who file and those who say where mail belongs do it one after the other: each sees all that the one
# before has written.
FILING = 1


@dataclass(frozen=True, slots=True)
class About:
    """What a word is about: one message and one client."""

    message_id: int
    client_id: int


def wait_for_filing(session: Session) -> None:
    """Let nobody file until the transaction ends."""
    line_up(session, FILING)


def say(
    session: Session, about: About, *, belongs: bool, for_thread: bool, person_id: int, at: datetime
) -> None:
    """Write a person's word down; it takes the place of an earlier one about the same.

    What was said for the thread stays so when it is only repeated for the message.
    """
    say_all(session, {about: belongs}, for_thread=for_thread, person_id=person_id, at=at)


def say_all(
    session: Session, belongs: Mapping[About, bool], *, for_thread: bool, person_id: int, at: datetime
) -> None:
    """The same of many at once."""
    if not belongs:
        return
    statement = insert_into(session, table_of(Assignment))
    told, kept = statement.excluded, table_of(Assignment).c
    repeated = (kept.belongs == told.belongs) & kept.for_thread
    upsert = statement.on_conflict_do_update(
        index_elements=["message_id", "client_id"],
        set_={
            "person_id": told.person_id,
            "belongs": told.belongs,
            "for_thread": or_(told.for_thread, repeated),
            "assigned_at": told.assigned_at,
        },
    )
    rows = [
        {
            "message_id": about.message_id,
            "client_id": about.client_id,
            "person_id": person_id,
            "belongs": word,
            "for_thread": for_thread,
            "assigned_at": at,
        }
        for about, word in belongs.items()
    ]
    session.execute(upsert, rows)


def standing(session: Session, abouts: Collection[About]) -> list[dict[str, Any]]:
    """The words about these as they stand, for `put_back`."""
    table = table_of(Assignment)
    rows = session.execute(select(table).where(_is_one_of(abouts))).mappings()
    return [{**row, "assigned_at": row["assigned_at"].isoformat()} for row in rows]


def still_said(
    session: Session, abouts: Collection[About], *, person_id: int, at: datetime
) -> frozenset[About]:
    """About which of these the word still is what that person said at that time."""
    query = select(Assignment.message_id, Assignment.client_id).where(
        _is_one_of(abouts), Assignment.person_id == person_id, Assignment.assigned_at == at
    )
    return frozenset(About(*row) for row in session.execute(query))


def put_back(session: Session, abouts: Collection[About], kept: Iterable[dict[str, Any]]) -> None:
    """Let the words about these be again what `standing` gave."""
    session.execute(delete(Assignment).where(_is_one_of(abouts)))
    rows = [
        {**row, "assigned_at": datetime.fromisoformat(row["assigned_at"])}
        for row in kept
        if About(row["message_id"], row["client_id"]) in abouts
    ]
    if rows:
        session.execute(insert(table_of(Assignment)), rows)


def _is_one_of(abouts: Collection[About]) -> Any:
    return tuple_(Assignment.message_id, Assignment.client_id).in_(
        [(about.message_id, about.client_id) for about in abouts]
    )
