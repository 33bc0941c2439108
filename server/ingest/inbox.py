"""The durable inbox: what is to be done, kept until it is done.

    put ──► waiting ──► (done: the row is gone)
               │  ▲
               │  └── wait(until)   a fault that may pass
               └────► parked        a fault that needs a person; `put` or `retry` wakes it

An item is done once its work is committed, and only if nobody asked for it again meanwhile. A worker
that dies leaves the row as it was, so the work is repeated; all work is harmless to repeat.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Executable, and_, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from server.db import any_of, insert_for, table_of
from server.ingest.lease import is_free
from server.ingest.models import InboxItem, ItemState, Kind, MailboxLease
from server.records.models import Path

# What a person waits for comes before what takes long.
URGENCY = (Kind.MESSAGE, Kind.SUBSCRIBE, Kind.RENEW, Kind.ATTACHMENTS, Kind.SYNC, Kind.CENSUS)
# SQLite takes 32,766 values in one statement, PostgreSQL 65,535.
ROWS_PER_STATEMENT = 1_000
# What was set aside is asked for again by the timers after this time, not at each of their rounds.
REST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Task:
    """What to put: one row for each (account, kind, graph id), however often it is asked for.

    `path` is how a message came to be known; the path that named it first stands.
    """

    account_id: int
    kind: Kind
    graph_id: str = ""
    path: Path = Path.NOTIFICATION


@dataclass(frozen=True, slots=True)
class Claim:
    """An item that is being worked on, as it stood when the work began."""

    id: int
    kind: Kind
    graph_id: str
    hints: int
    attempts: int
    path: Path


def put(session: Session, tasks: Iterable[Task], now: datetime) -> None:
    """Ask for work. What waits already is noted as asked for again, what is parked wakes up."""
    rows = [
        {
            "account_id": task.account_id,
            "kind": task.kind,
            "graph_id": task.graph_id,
            "state": ItemState.WAITING,
            "hints": 1,
            "attempts": 0,
            "due_at": now,
            "received_at": now,
            "scheduled_at": now,
            "path": task.path,
            "last_error": "",
        }
        # In one order everywhere, so that two deliveries of the same items do not block each other.
        for task in _distinct(tasks)
    ]
    if rows:
        session.execute(_upsert(session.get_bind().dialect.name), rows)


def is_due(now: datetime) -> ColumnElement[bool]:
    """Its time has come, or was set in what is now the future: the clock was set back."""
    return or_(InboxItem.due_at <= now, InboxItem.scheduled_at > now)


def due_accounts(session: Session, now: datetime) -> list[int]:
    """The accounts with due work whose mailbox is free, the one whose last turn is longest ago first.

    By turns and not by age: a mailbox with a hundred thousand old hints takes no more turns than another.
    """
    query = (
        select(InboxItem.account_id)
        .outerjoin(MailboxLease, MailboxLease.account_id == InboxItem.account_id)
        .where(
            InboxItem.state == ItemState.WAITING,
            is_due(now),
            or_(MailboxLease.account_id.is_(None), is_free(now)),
        )
        .group_by(InboxItem.account_id, MailboxLease.until)
        .order_by(MailboxLease.until.is_not(None), MailboxLease.until, func.min(InboxItem.due_at))
    )
    return list(session.scalars(query))


def claim(session: Session, account_id: int, now: datetime, limit: int) -> list[Claim]:
    """The account's most urgent due items, all of one kind and path. The caller holds the mailbox's lease.

    What failed before is tried alone, so that one message that spoils an answer spoils only its own.
    """
    urgency = case({kind: place for place, kind in enumerate(URGENCY)}, value=InboxItem.kind)
    query = (
        select(
            InboxItem.id,
            InboxItem.kind,
            InboxItem.graph_id,
            InboxItem.hints,
            InboxItem.attempts,
            InboxItem.path,
        )
        .where(
            InboxItem.account_id == account_id,
            InboxItem.state == ItemState.WAITING,
            is_due(now),
        )
        .order_by(urgency, InboxItem.due_at, InboxItem.id)
        .limit(limit)
    )
    claims = [Claim(*row) for row in session.execute(query)]
    if not claims or claims[0].attempts:
        return claims[:1]
    first = claims[0]
    return [c for c in claims if (c.kind, c.path, c.attempts) == (first.kind, first.path, 0)]


def finish(session: Session, claims: Sequence[Claim]) -> None:
    """The work is done, unless it was asked for again while it ran."""
    for done in sorted(claims, key=lambda claim: (claim.kind, claim.graph_id)):
        session.execute(delete(InboxItem).where(InboxItem.id == done.id, InboxItem.hints == done.hints))


def queue_again(session: Session, claimed: Claim, now: datetime) -> None:
    """A part of long work is done: other mailboxes come first now."""
    session.execute(
        update(InboxItem).where(InboxItem.id == claimed.id).values(due_at=now, scheduled_at=now, attempts=0)
    )


def wait(session: Session, claimed: Claim, now: datetime, until: datetime, error: str) -> None:
    """Try again later."""
    session.execute(
        update(InboxItem)
        .where(InboxItem.id == claimed.id)
        .values(due_at=until, scheduled_at=now, attempts=claimed.attempts + 1, last_error=error)
    )


def wait_all(session: Session, account_id: int, now: datetime, until: datetime, error: str) -> None:
    """Leave a mailbox alone until then; what is due later stays so."""
    session.execute(
        update(InboxItem)
        .where(
            InboxItem.account_id == account_id,
            InboxItem.state == ItemState.WAITING,
            InboxItem.due_at < until,
        )
        .values(due_at=until, scheduled_at=now, last_error=error)
    )


def park(session: Session, claimed: Claim, error: str) -> None:
    """Set an item aside for a person to look at, unless it was asked for again while it was tried."""
    session.execute(
        update(InboxItem)
        .where(InboxItem.id == claimed.id, InboxItem.hints == claimed.hints)
        .values(state=ItemState.PARKED, attempts=claimed.attempts + 1, last_error=error)
    )


def settle(session: Session, account_id: int, graph_ids: Iterable[str]) -> None:
    """These messages were read on another path: what was set aside because of them is done."""
    session.execute(
        delete(InboxItem).where(
            InboxItem.account_id == account_id,
            InboxItem.kind == Kind.MESSAGE,
            InboxItem.state == ItemState.PARKED,
            InboxItem.graph_id.in_(list(graph_ids)),
        )
    )


def parked(session: Session) -> list[InboxItem]:
    query = select(InboxItem).where(InboxItem.state == ItemState.PARKED).order_by(InboxItem.id)
    return list(session.scalars(query))


def retry(
    session: Session, now: datetime, item_id: int | None = None, *, account_id: int | None = None
) -> int:
    """Wake one parked item, all of an account or all there are, and say how many there were."""
    query = update(InboxItem).where(InboxItem.state == ItemState.PARKED)
    if item_id is not None:
        query = query.where(InboxItem.id == item_id)
    if account_id is not None:
        query = query.where(InboxItem.account_id == account_id)
    woken = session.execute(
        query.values(
            state=ItemState.WAITING, attempts=0, due_at=now, scheduled_at=now, hints=InboxItem.hints + 1
        )
    )
    return int(woken.rowcount)  # type: ignore[attr-defined]  # an UPDATE always has one


def standing(session: Session, kind: Kind, now: datetime) -> set[int]:
    """The accounts whose work of a kind waits, or was set aside less than an hour ago."""
    recently = and_(InboxItem.state == ItemState.PARKED, InboxItem.due_at > now - REST)
    query = select(InboxItem.account_id).where(
        InboxItem.kind == kind, or_(InboxItem.state == ItemState.WAITING, recently)
    )
    return set(session.scalars(query))


def asked_for(session: Session, account_id: int, graph_ids: Collection[str]) -> set[str]:
    """Which of these messages stand in the inbox, waiting or set aside."""
    query = select(InboxItem.graph_id).where(
        InboxItem.account_id == account_id,
        InboxItem.kind == Kind.MESSAGE,
        any_of(InboxItem.graph_id, "graph_ids"),
    )
    return set(session.scalars(query, {"graph_ids": graph_ids}))


def waiting(session: Session, kind: Kind) -> set[int]:
    """The accounts that have work of a kind before them."""
    query = select(InboxItem.account_id).where(InboxItem.kind == kind, InboxItem.state == ItemState.WAITING)
    return set(session.scalars(query))


def _distinct(tasks: Iterable[Task]) -> list[Task]:
    """One task for each row, in one order."""
    by_row = {(task.account_id, task.kind, task.graph_id): task for task in tasks}
    return [by_row[row] for row in sorted(by_row)]


@cache
def _upsert(dialect: str) -> Executable:
    """Built once: building it took longer than its work."""
    table = table_of(InboxItem)
    statement = insert_for(dialect, table)
    is_parked = table.c.state == ItemState.PARKED
    return statement.on_conflict_do_update(
        index_elements=["account_id", "kind", "graph_id"],
        set_={
            "hints": table.c.hints + 1,
            # A fault keeps its pause: being asked again is no reason to ask Graph sooner.
            "due_at": case((is_parked, statement.excluded.due_at), else_=table.c.due_at),
            "scheduled_at": case((is_parked, statement.excluded.scheduled_at), else_=table.c.scheduled_at),
            "attempts": case((is_parked, 0), else_=table.c.attempts),
            "state": ItemState.WAITING,
        },
    )
