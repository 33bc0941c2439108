"""Mistakes on the way from a hint or a delta to the register."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.graph.delta import Delta, DeltaPage
from server.graph.errors import DeltaExpired
from server.ingest import folder_tree, inbox
from server.ingest.models import Folder, InboxItem, ItemState
from server.records.copies import was_seen
from server.records.models import Assignment, Candidate, Copy, Record
from tests.machine.mutations.patching import method_replaced, replaced
from tests.machine.program import Program


@contextmanager
def union_delete(program: Program) -> Iterator[None]:
    """What left a folder is taken for deleted, and its record goes with it (it was moved)."""
    read, move_on = Delta.page, folder_tree.move_on
    removed: list[str] = []

    def page(delta: Delta, *where: Any) -> DeltaPage:
        found = read(delta, *where)
        removed[:] = found.removed
        return found

    def move_on_without(session: Session, *where: Any, **how: Any) -> None:
        move_on(session, *where, **how)
        gone = session.scalars(select(Copy.message_id).where(Copy.graph_id.in_(removed))).all()
        session.execute(delete(Copy).where(Copy.graph_id.in_(removed)))
        held = session.scalars(select(Copy.message_id).where(Copy.message_id.in_(gone))).all()
        for table in (Record, Candidate, Assignment):
            session.execute(delete(table).where(table.message_id.in_(set(gone) - set(held))))

    with method_replaced(Delta, "page", page), replaced(move_on, move_on_without):
        yield


@contextmanager
def hasty_cursor(program: Program) -> Iterator[None]:
    """A folder's link is moved before what was read is filed, in a transaction of its own."""
    read = Delta.page

    def page(delta: Delta, mailbox: str, folder_id: str, link: str) -> DeltaPage:
        found = read(delta, mailbox, folder_id, link)
        with program.database.writing() as session:
            session.execute(
                update(Folder)
                .where(Folder.graph_id == folder_id)
                .values(link=found.link, pending=not found.is_last)
            )
        return found

    with method_replaced(Delta, "page", page):
        yield


@contextmanager
def fresh_start_after_expiry(program: Program) -> Iterator[None]:
    """When Graph has forgotten a link, a new one is taken from here on, and what came between is not read."""
    read = Delta.page

    def page(delta: Delta, mailbox: str, folder_id: str, link: str) -> DeltaPage:
        try:
            return read(delta, mailbox, folder_id, link)
        except DeltaExpired:
            found = read(delta, mailbox, folder_id, "")
            while not found.is_last:
                found = read(delta, mailbox, folder_id, found.link)
            return replace(found, messages=(), unreadable=())

    with method_replaced(Delta, "page", page):
        yield


@contextmanager
def gone_at_first_sight(program: Program) -> Iterator[None]:
    """A mail that cannot be found at the first try is believed to be deleted."""
    with replaced(was_seen, lambda *_: True):
        yield


@contextmanager
def parked_for_good(program: Program) -> Iterator[None]:
    """What was set aside stays so, whoever asks for it again."""
    put = inbox.put

    def put_if_not_parked(session: Session, tasks: Any, now: datetime) -> None:
        parked = {
            (item.account_id, item.kind, item.graph_id)
            for item in session.scalars(select(InboxItem).where(InboxItem.state == ItemState.PARKED))
        }
        put(session, [t for t in tasks if (t.account_id, t.kind, t.graph_id) not in parked], now)

    with replaced(put, put_if_not_parked):
        yield


@contextmanager
def deaf_to_second_hints(program: Program) -> Iterator[None]:
    """An item that was worked on is done, even if it was asked for again meanwhile."""
    finish = inbox.finish

    def finish_all(session: Session, claims: Any) -> None:
        session.execute(delete(InboxItem).where(InboxItem.id.in_([claim.id for claim in claims])))

    with replaced(finish, finish_all):
        yield
