"""The census: a mailbox's own list against the register, so that nothing can be lost unseen.

It is taken page by page like a sync, and each page's mails are counted in the transaction that moves its
link. What it finds missing goes into the inbox; the next census shows whether anything is left.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.orm import Session

from server.accounts.models import Account, AccountState
from server.db import Database, insert_into
from server.graph.listing import ListedMail
from server.ingest import inbox
from server.ingest.balance import (
    REPAIRABLE,
    Balance,
    Knowledge,
    Verdict,
    by_day,
    judge,
)
from server.ingest.complaint import Cause, complaint
from server.ingest.gateway import Gateway
from server.ingest.inbox import ROWS_PER_STATEMENT, Task
from server.ingest.knowledge import load_knowledge
from server.ingest.models import (
    Census,
    CensusDay,
    CensusDifference,
    CensusMail,
    DifferenceReason,
    InboxItem,
    ItemState,
    Kind,
)
from server.records.copies import set_gone
from server.records.models import Copy, Message, Path
from server.steps import Step, reached

# In Madrid two o'clock in winter and three in summer.
NIGHT_HOUR_UTC = 1
# A census that lasts longer mixes yesterday's numbers with today's.
STALE_AFTER = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Difference:
    """A mail that did not stand where it should; without `reason_now` it does by now."""

    graph_id: str
    reason: DifferenceReason
    reason_now: DifferenceReason | None
    received_at: datetime
    folder: str


@dataclass(frozen=True, slots=True)
class CensusResult:
    """What a census found: the balance of each day and what was different, newest first."""

    since: datetime
    started_at: datetime
    finished_at: datetime
    days: tuple[tuple[date, Balance], ...]
    differences: tuple[Difference, ...]

    @property
    def total(self) -> Balance:
        return sum((balance for _, balance in self.days), Balance())

    @property
    def missing(self) -> tuple[Difference, ...]:
        """What is still different now, and will not mend itself."""
        harmless = (None, DifferenceReason.WAITING, DifferenceReason.GONE)
        return tuple(found for found in self.differences if found.reason_now not in harmless)


def request_census(session: Session, account_ids: Iterable[int], now: datetime) -> None:
    """Ask for a census of these accounts."""
    inbox.put(session, [Task(account_id, Kind.CENSUS) for account_id in account_ids], now)


def due(session: Session, now: datetime) -> set[int]:
    """The accounts whose nightly census is due and not yet asked for; a new account's with its first sync."""
    taken = exists().where(Census.account_id == Account.id, Census.finished_at >= last_night(now))
    query = select(Account.id).where(
        Account.state == AccountState.ACTIVE, Account.synced_at.is_not(None), ~taken
    )
    return set(session.scalars(query)) - inbox.standing(session, Kind.CENSUS, now)


def last_night(now: datetime) -> datetime:
    """When the nightly census was last due. Pure."""
    night = now.astimezone(UTC).replace(hour=NIGHT_HOUR_UTC, minute=0, second=0, microsecond=0)
    return night if night <= now else night - timedelta(days=1)


def take_page(database: Database, graph: Gateway, account: Account, now: datetime) -> bool:
    """Read one page of the mailbox's list and count its mails; True at the end of the list.

    A census that is under way goes on. The caller holds the mailbox's lease. Raises GraphError.
    """
    census = _under_way(database, account, now)
    page = graph.listing.page(account.entra_id, census.since, census.link)
    reached(Step.CENSUS_PAGE_READ)
    with database.writing() as session:
        if not _move_on(session, census, page.link):
            return False
        _count(session, census, account, page.mails, now)
        if page.is_last:
            _finish(session, census, now)
    reached(Step.CENSUS_PAGE_KEPT)
    return page.is_last


def latest(session: Session, account_id: int) -> CensusResult | None:
    """The last census of an account that came to its end, and what became of its differences since."""
    census = _newest(session, account_id)
    if census is None or census.finished_at is None:
        return None
    days = session.scalars(select(CensusDay).where(CensusDay.census_id == census.id))
    differences = _differences(session, session.get_one(Account, account_id), census)
    return CensusResult(
        census.since,
        census.started_at,
        census.finished_at,
        tuple((day.day, _balance(day)) for day in sorted(days, key=lambda day: day.day, reverse=True)),
        tuple(sorted(differences, key=lambda found: found.received_at, reverse=True)),
    )


def counted_so_far(session: Session, account_ids: Iterable[int]) -> int:
    """How many mails the censuses under way of these accounts have counted."""
    query = (
        select(func.coalesce(func.sum(CensusDay.in_mailbox), 0))
        .join(Census, CensusDay.census_id == Census.id)
        .where(Census.account_id.in_(account_ids), Census.finished_at.is_(None))
    )
    return session.scalar(query) or 0


def repair(session: Session, account_id: int, now: datetime) -> int:
    """A person's word: read again what the last census misses, what was set aside too; says how many."""
    result = latest(session, account_id)
    missing = result.missing if result else ()
    inbox.put(session, _tasks(account_id, [found.graph_id for found in missing]), now)
    return len(missing)


def _under_way(database: Database, account: Account, now: datetime) -> Census:
    """The census that is to be continued, or else a new one."""
    unfinished = and_(Census.account_id == account.id, Census.finished_at.is_(None))
    with database.reading() as session:
        census = session.scalars(select(Census).where(unfinished).order_by(Census.id.desc())).first()
    if census and census.since == account.since and now - census.started_at < STALE_AFTER:
        return census
    with database.writing() as session:
        session.execute(delete(Census).where(unfinished))
        census = Census(account_id=account.id, since=account.since, started_at=now, link="")
        session.add(census)
    return census


def _move_on(session: Session, census: Census, link: str) -> bool:
    """False if another worker counted this page already."""
    moved = session.execute(
        update(Census)
        .where(Census.id == census.id, Census.link == census.link, Census.finished_at.is_(None))
        .values(link=link)
    )
    return bool(moved.rowcount)  # type: ignore[attr-defined]  # an UPDATE always has one


def _count(
    session: Session, census: Census, account: Account, mails: Sequence[ListedMail], now: datetime
) -> None:
    new = _not_yet_counted(session, census.id, mails)
    if not new:
        return
    ids = [mail.graph_id for mail in new]
    knowledge = load_knowledge(session, account, ids)
    verdicts = [(mail, judge(mail, knowledge)) for mail in new]
    _add_days(session, census.id, by_day(verdicts))
    session.add_all(_found(census.id, verdicts))
    missing = [mail.graph_id for mail, verdict in verdicts if verdict in REPAIRABLE]
    inbox.put(session, _tasks(account.id, missing), now)
    back = and_(Copy.account_id == account.id, Copy.graph_id.in_(ids), Copy.gone_at.is_not(None))
    set_gone(session, back, None)


def _not_yet_counted(session: Session, census_id: int, mails: Sequence[ListedMail]) -> list[ListedMail]:
    """Pages overlap, and a mail may be listed twice if it changes its place meanwhile."""
    by_id = {mail.graph_id: mail for mail in mails}
    if not by_id:
        return []
    rows = [{"census_id": census_id, "graph_id": graph_id} for graph_id in by_id]
    statement = insert_into(session, CensusMail).on_conflict_do_nothing().returning(CensusMail.graph_id)
    return [by_id[new] for new in session.scalars(statement, rows)]


def _add_days(session: Session, census_id: int, days: dict[date, Balance]) -> None:
    query = select(CensusDay).where(CensusDay.census_id == census_id, CensusDay.day.in_(days))
    standing = {row.day: row for row in session.scalars(query)}
    for day, balance in days.items():
        row = standing.get(day)
        total = balance + _balance(row) if row else balance
        row = row or CensusDay(census_id=census_id, day=day)
        row.in_mailbox, row.different = total.in_mailbox, total.different
        row.filed, row.unassigned = total.filed, total.unassigned
        row.internal, row.excluded = total.internal, total.excluded
        session.add(row)


def _balance(day: CensusDay) -> Balance:
    return Balance(day.in_mailbox, day.filed, day.unassigned, day.internal, day.excluded, day.different)


def _found(census_id: int, verdicts: Iterable[tuple[ListedMail, Verdict]]) -> Iterator[CensusDifference]:
    for mail, verdict in verdicts:
        if isinstance(verdict, DifferenceReason):
            yield CensusDifference(
                census_id=census_id,
                graph_id=mail.graph_id,
                reason=verdict,
                received_at=mail.received_at,
                folder=mail.folder_id,
            )


def _finish(session: Session, census: Census, now: datetime) -> None:
    """Of the register's copies, those are gone that the list did not show; older censuses are forgotten."""
    session.flush()
    set_gone(session, _unlisted(census), now)
    session.execute(update(Census).where(Census.id == census.id).values(finished_at=now))
    session.execute(delete(CensusMail).where(CensusMail.census_id == census.id))
    session.execute(delete(Census).where(Census.account_id == census.account_id, Census.id < census.id))


def _unlisted(census: Census) -> ColumnElement[bool]:
    return and_(
        Copy.account_id == census.account_id,
        Copy.gone_at.is_(None),
        # What came while the census was taken may have missed its page.
        Copy.seen_at < census.started_at,
        exists().where(Message.id == Copy.message_id, Message.occurred_at >= census.since),
        ~exists().where(CensusMail.census_id == census.id, CensusMail.graph_id == Copy.graph_id),
    )


def _newest(session: Session, account_id: int) -> Census | None:
    query = select(Census).where(Census.account_id == account_id, Census.finished_at.is_not(None))
    return session.scalars(query.order_by(Census.id.desc())).first()


def _differences(session: Session, account: Account, census: Census) -> Iterator[Difference]:
    query = select(CensusDifference).where(CensusDifference.census_id == census.id)
    rows = session.scalars(query.order_by(CensusDifference.id)).all()
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        part = rows[start : start + ROWS_PER_STATEMENT]
        ids = [row.graph_id for row in part]
        knowledge, gone = load_knowledge(session, account, ids), _gone_since(session, census, ids)
        for row in part:
            verdict = judge(_as_known(row, knowledge), knowledge)
            if verdict is DifferenceReason.PARKED and row.graph_id in gone:
                verdict = DifferenceReason.GONE
            folder = knowledge.folders.get(row.folder)
            yield Difference(
                row.graph_id,
                row.reason,
                verdict if isinstance(verdict, DifferenceReason) else None,
                row.received_at,
                folder.name if folder else "",
            )


def _gone_since(session: Session, census: Census, graph_ids: Sequence[str]) -> set[str]:
    """What the mailbox listed and then, when it was to be read, did not have any more."""
    query = select(InboxItem.graph_id, InboxItem.last_error).where(
        InboxItem.account_id == census.account_id,
        InboxItem.kind == Kind.MESSAGE,
        InboxItem.state == ItemState.PARKED,
        # The time of the last try.
        InboxItem.due_at >= census.started_at,
        InboxItem.graph_id.in_(graph_ids),
    )
    found = session.execute(query)
    return {graph_id for graph_id, error in found if complaint(error).cause is Cause.MESSAGE_GONE}


def _as_known(row: CensusDifference, knowledge: Knowledge) -> ListedMail:
    """The mail as the list showed it, or where it lay when it was looked at since."""
    copy = knowledge.copies.get(row.graph_id)
    return ListedMail(row.graph_id, copy.folder_id if copy else row.folder, row.received_at)


def _tasks(account_id: int, graph_ids: Iterable[str]) -> list[Task]:
    return [Task(account_id, Kind.MESSAGE, graph_id, Path.CENSUS) for graph_id in graph_ids]
