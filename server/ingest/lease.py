"""One worker at a time for each mailbox, across all processes and machines.

A lease is a row with a time. A worker that dies lets it run out; one that is slow may lose it and then
do work twice, which is harmless.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from server.db import insert_into
from server.ingest.models import MailboxLease

LEASE = timedelta(seconds=30)


def acquire(session: Session, account_id: int, holder: str, now: datetime) -> bool:
    """Take or extend the lease of a mailbox; False if another worker has it."""
    fresh = insert_into(session, MailboxLease).values(account_id=account_id, holder="", until=now)
    session.execute(fresh.on_conflict_do_nothing(index_elements=["account_id"]))
    taken = session.execute(
        update(MailboxLease)
        .where(
            MailboxLease.account_id == account_id,
            or_(MailboxLease.until <= now, MailboxLease.holder == holder),
        )
        .values(holder=holder, until=now + LEASE)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # an UPDATE always has one


def release(session: Session, account_id: int, holder: str, now: datetime) -> None:
    session.execute(
        update(MailboxLease)
        .where(MailboxLease.account_id == account_id, MailboxLease.holder == holder)
        .values(holder="", until=now)
    )
