"""One worker or person at a time for each mailbox, across all processes and machines.

Whoever talks to Graph about a mailbox holds its lease, so that the limits of the mailbox (four requests at
once, ten thousand in ten minutes) hold for all of them together. A lease is a row with a time. A process
that dies lets it run out; one that is slow may lose it and then do work twice, which is harmless.
"""

import time
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from server.db import Database, insert_into
from server.graph.client import GraphClient
from server.ingest.allowance import is_left, spend
from server.ingest.models import MailboxLease

LEASE = timedelta(seconds=30)
# Longer than one request to Graph may take: nobody extends a person's lease.
PERSONS_LEASE = timedelta(seconds=60)
PATIENCE = timedelta(seconds=10)
ASKED_FOR = timedelta(seconds=2)
ASK_AGAIN_S = 0.05


class MailboxBusy(Exception):
    """The mailbox was not free in time; the next try may find it so."""


def is_free(now: datetime) -> ColumnElement[bool]:
    """Nobody has it any more. One that ends later than any can was taken before the clock was set back."""
    return or_(MailboxLease.holder == "", MailboxLease.until <= now, MailboxLease.until > now + PERSONS_LEASE)


def acquire(session: Session, account_id: int, holder: str, now: datetime) -> bool:
    """Take or extend the lease of a mailbox for a worker.

    False if another has it, if a person waits for it, or if its allowance of requests is used up.
    """
    _have_row(session, account_id, now)
    row = session.execute(
        update(MailboxLease)
        .where(
            MailboxLease.account_id == account_id,
            or_(is_free(now), MailboxLease.holder == holder),
            _is_not_wanted(now),
        )
        .values(holder=holder, until=now + LEASE)
        .returning(MailboxLease.spent_until)
    ).first()
    if row is None:
        return False
    if is_left(row.spent_until, now):
        return True
    release(session, account_id, holder, now)
    return False


def may_go_on(session: Session, account_id: int, holder: str, requests: int, now: datetime) -> bool:
    """Whether a worker may take another step after so many requests, which are not counted yet.

    False if it lost its lease, if a person waits for it, or if the mailbox's allowance is used up.
    """
    row = session.execute(
        select(MailboxLease.spent_until).where(
            MailboxLease.account_id == account_id, MailboxLease.holder == holder, _is_not_wanted(now)
        )
    ).first()
    return row is not None and is_left(spend(row.spent_until, requests, now), now)


def extend(session: Session, holders: Collection[str], now: datetime) -> None:
    """Keep the leases of these holders."""
    session.execute(update(MailboxLease).where(MailboxLease.holder.in_(holders)).values(until=now + LEASE))


def count(session: Session, account_id: int, requests: int, now: datetime) -> None:
    """Take requests that were sent off the mailbox's allowance. The caller holds the lease."""
    if requests:
        mine = MailboxLease.account_id == account_id
        spent_until = session.scalar(select(MailboxLease.spent_until).where(mine))
        session.execute(
            update(MailboxLease).where(mine).values(spent_until=spend(spent_until, requests, now))
        )


def release(session: Session, account_id: int, holder: str, now: datetime) -> None:
    session.execute(
        update(MailboxLease)
        .where(MailboxLease.account_id == account_id, MailboxLease.holder == holder)
        .values(holder="", until=now)
    )


@contextmanager
def held(
    database: Database, client: GraphClient, account_id: int, clock: Callable[[], datetime]
) -> Iterator[None]:
    """Hold a mailbox for a person: the worker gives way after the step that it is at.

    Raises MailboxBusy after ten seconds.
    """
    holder = f"person-{uuid.uuid4().hex}"
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while not _take(database, account_id, holder, clock()):
        if time.monotonic() > deadline:
            raise MailboxBusy
        time.sleep(ASK_AGAIN_S)
    before = client.sent
    try:
        yield
    finally:
        now = clock()
        with database.writing() as session:
            count(session, account_id, client.sent - before, now)
            release(session, account_id, holder, now)


def _take(database: Database, account_id: int, holder: str, now: datetime) -> bool:
    """Take the lease for a person, or say that one waits."""
    with database.writing() as session:
        _have_row(session, account_id, now)
        taken = session.execute(
            update(MailboxLease)
            .where(MailboxLease.account_id == account_id, is_free(now))
            .values(holder=holder, until=now + PERSONS_LEASE, wanted_until=None)
        )
        if taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE always has one
            return True
        session.execute(
            update(MailboxLease)
            .where(MailboxLease.account_id == account_id)
            .values(wanted_until=now + ASKED_FOR)
        )
        return False


def _is_not_wanted(now: datetime) -> ColumnElement[bool]:
    """Nobody waits for it, or whoever did has given up."""
    asked = MailboxLease.wanted_until
    return or_(asked.is_(None), ~asked.between(now, now + ASKED_FOR))


def _have_row(session: Session, account_id: int, now: datetime) -> None:
    fresh = insert_into(session, MailboxLease).values(account_id=account_id, holder="", until=now)
    session.execute(fresh.on_conflict_do_nothing(index_elements=["account_id"]))
