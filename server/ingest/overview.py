"""What capture has to do, is doing and could not do, account by account. It only reads."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server.accounts.models import Account, AccountState, Visibility
from server.ingest.census import latest
from server.ingest.credential import known_expiry
from server.ingest.models import (
    AppCredential,
    Census,
    CensusDay,
    FolderTree,
    InboxItem,
    ItemState,
    Kind,
    MailboxLease,
    Routine,
    Subscription,
)
from server.ingest.routines import TRY_AGAIN


@dataclass(frozen=True, slots=True)
class Waiting:
    """The work of one kind that an account has before it.

    `due` of the `items` may be done now, `next_due_at` is when the first may; `received_at` is when the
    oldest was asked for. `failed` of them have been tried in vain, with `last_error`.
    """

    kind: Kind
    items: int
    due: int
    failed: int
    next_due_at: datetime
    received_at: datetime
    last_error: str


@dataclass(frozen=True, slots=True)
class Parked:
    """Work that was set aside at `since`, with the error of its last try."""

    id: int
    account_id: int
    address: str
    kind: Kind
    since: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """How much is parked in all, and since when the oldest is."""

    items: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """Who talks to Graph about a mailbox now; the worker extends it while it goes on."""

    holder: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """The newest subscription of an account."""

    granted_at: datetime
    granted_until: datetime
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastCensus:
    """The last census of an account that came to its end.

    `different` mails did not stand in the register then; `missing` are those that need a person.
    """

    finished_at: datetime
    in_mailbox: int
    different: int
    missing: int


@dataclass(frozen=True, slots=True)
class AccountOverview:
    id: int
    address: str
    name: str
    visibility: Visibility
    state: AccountState
    pause_reason: str
    added_at: datetime
    since: datetime
    synced_at: datetime | None
    backfill_stopped: bool
    subscription: Promise | None
    waiting: tuple[Waiting, ...]
    lease: Lease | None
    census: LastCensus | None

    @property
    def last_error(self) -> str:
        """What came in the way last; empty while nothing does."""
        failing = [waiting for waiting in self.waiting if waiting.last_error]
        newest = max(failing, key=lambda waiting: waiting.next_due_at, default=None)
        return newest.last_error if newest else ""


@dataclass(frozen=True, slots=True)
class RoutineOverview:
    """Something that happens by the clock; without `started_at` it never did.

    `succeeded_at` is its last success; until there is one, when it was first begun.
    """

    name: str
    every: timedelta
    started_at: datetime | None
    finished_at: datetime | None
    succeeded_at: datetime | None
    last_error: str

    @property
    def took(self) -> timedelta | None:
        if self.started_at is None or self.finished_at is None or self.finished_at < self.started_at:
            return None
        return self.finished_at - self.started_at

    @property
    def next_due_at(self) -> datetime | None:
        pause = min(self.every, TRY_AGAIN) if self.last_error else self.every
        return self.started_at + pause if self.started_at else None


@dataclass(frozen=True, slots=True)
class Overview:
    accounts: tuple[AccountOverview, ...]
    set_aside: SetAside | None
    routines: tuple[RoutineOverview, ...]
    credential: AppCredential | None


def overview(session: Session, now: datetime, periods: Mapping[str, timedelta]) -> Overview:
    """Everything that may need somebody's eye; `periods` says how often each routine should run."""
    return Overview(
        accounts=tuple(_accounts(session, now)),
        set_aside=_set_aside(session),
        routines=tuple(_routines(session, periods)),
        credential=known_expiry(session),
    )


def parked(session: Session, *, after: int = 0, limit: int) -> list[Parked]:
    """What was set aside, the oldest first; `after` is the id of the last one that is known."""
    query = (
        select(InboxItem, Account.address)
        .join(Account, InboxItem.account_id == Account.id)
        .where(InboxItem.state == ItemState.PARKED, InboxItem.id > after)
        .order_by(InboxItem.id)
        .limit(limit)
    )
    return [
        # The time of the last try stays where it was when the item was set aside.
        Parked(item.id, item.account_id, address, item.kind, item.due_at, item.attempts, item.last_error)
        for item, address in session.execute(query)
    ]


def _accounts(session: Session, now: datetime) -> Iterator[AccountOverview]:
    waiting, promises = _waiting(session, now), _promises(session)
    leases, censuses = _leases(session, now), _censuses(session)
    stopped = set(session.scalars(select(FolderTree.account_id).where(FolderTree.backfill_stopped.is_(True))))
    for account in session.scalars(select(Account).order_by(Account.address)):
        yield AccountOverview(
            id=account.id,
            address=account.address,
            name=account.name,
            visibility=account.visibility,
            state=account.state,
            pause_reason=account.pause_reason,
            added_at=account.added_at,
            since=account.since,
            synced_at=account.synced_at,
            backfill_stopped=account.id in stopped,
            subscription=promises.get(account.id),
            waiting=tuple(waiting[account.id]),
            lease=leases.get(account.id),
            census=censuses.get(account.id),
        )


def _waiting(session: Session, now: datetime) -> dict[int, list[Waiting]]:
    due = func.sum(case((InboxItem.due_at <= now, 1), else_=0))
    failed = func.sum(case((InboxItem.attempts > 0, 1), else_=0))
    query = (
        select(
            InboxItem.account_id,
            InboxItem.kind,
            func.count(),
            due,
            failed,
            func.min(InboxItem.due_at),
            func.min(InboxItem.received_at),
        )
        .where(InboxItem.state == ItemState.WAITING)
        .group_by(InboxItem.account_id, InboxItem.kind)
        .order_by(InboxItem.account_id, InboxItem.kind)
    )
    errors = _last_errors(session)
    found: dict[int, list[Waiting]] = defaultdict(list)
    for account_id, kind, items, now_due, tried, next_due_at, received_at in session.execute(query):
        error = errors.get((account_id, kind), "")
        row = Waiting(kind, items, now_due, tried, next_due_at, received_at, error)
        found[account_id].append(row)
    return found


def _last_errors(session: Session) -> dict[tuple[int, Kind], str]:
    """The error of the item that was tried last, for each account and kind."""
    newest = (
        select(func.max(InboxItem.id))
        .where(InboxItem.state == ItemState.WAITING, InboxItem.last_error != "")
        .group_by(InboxItem.account_id, InboxItem.kind)
    )
    query = select(InboxItem.account_id, InboxItem.kind, InboxItem.last_error).where(InboxItem.id.in_(newest))
    return {(account_id, kind): error for account_id, kind, error in session.execute(query)}


def _promises(session: Session) -> dict[int, Promise]:
    rows = session.scalars(select(Subscription).order_by(Subscription.id))
    return {row.account_id: Promise(row.created_at, row.expires_at, row.heard_at) for row in rows}


def _leases(session: Session, now: datetime) -> dict[int, Lease]:
    held = select(MailboxLease).where(MailboxLease.until > now, MailboxLease.holder != "")
    return {row.account_id: Lease(row.holder, row.until) for row in session.scalars(held)}


def _censuses(session: Session) -> dict[int, LastCensus]:
    finished = select(func.max(Census.id)).where(Census.finished_at.is_not(None)).group_by(Census.account_id)
    query = (
        select(
            Census.account_id,
            Census.finished_at,
            func.coalesce(func.sum(CensusDay.in_mailbox), 0),
            func.coalesce(func.sum(CensusDay.different), 0),
        )
        .outerjoin(CensusDay, CensusDay.census_id == Census.id)
        .where(Census.id.in_(finished))
        .group_by(Census.account_id, Census.finished_at)
    )
    return {
        account_id: LastCensus(
            finished_at, in_mailbox, different, _still_missing(session, account_id) if different else 0
        )
        for account_id, finished_at, in_mailbox, different in session.execute(query)
        if finished_at is not None
    }


def _still_missing(session: Session, account_id: int) -> int:
    result = latest(session, account_id)
    return len(result.missing) if result else 0


def _set_aside(session: Session) -> SetAside | None:
    query = select(func.count(), func.min(InboxItem.due_at)).where(InboxItem.state == ItemState.PARKED)
    items, since = session.execute(query).one()
    return SetAside(items, since) if items else None


def _routines(session: Session, periods: Mapping[str, timedelta]) -> Iterator[RoutineOverview]:
    runs = {run.name: run for run in session.scalars(select(Routine))}
    for name, every in periods.items():
        run = runs.get(name)
        if run is None:
            yield RoutineOverview(name, every, None, None, None, "")
        else:
            # An earlier version noted no success.
            succeeded_at = run.succeeded_at or run.started_at
            yield RoutineOverview(name, every, run.started_at, run.finished_at, succeeded_at, run.last_error)
