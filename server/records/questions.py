"""The open questions about mails, as people answer them; filing asks them (`server.records.entries`)."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import insert_into, table_of
from server.records.models import Candidate


def withdraw(session: Session, message_ids: Collection[int]) -> list[dict[str, Any]]:
    """Ask no more whose these messages are; gives what was asked, for `ask_again`."""
    table = table_of(Candidate)
    of_these = table.c.message_id.in_(message_ids)
    asked = [dict(row) for row in session.execute(select(table).where(of_these)).mappings()]
    session.execute(delete(table).where(of_these))
    return asked


def ask_again(session: Session, asked: list[dict[str, Any]]) -> None:
    """Put back what `withdraw` gave."""
    if asked:
        statement = insert_into(session, table_of(Candidate)).on_conflict_do_nothing()
        session.execute(statement, asked)
