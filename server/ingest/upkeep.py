"""What must happen from time to time even if nobody asks: subscriptions, catch-ups, the staff's addresses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.delegations import drop_old_grants
from server.accounts.models import Account
from server.accounts.staff import update_staff
from server.db import Database
from server.graph.credentials import Credentials
from server.ingest import census, folder_tree, inbox
from server.ingest.credential import read_expiry
from server.ingest.gateway import Gateway
from server.ingest.inbox import Task
from server.ingest.models import Kind, Subscription
from server.ingest.routines import Timed
from server.ingest.subscribe import needs, remove_orphans
from server.steps import Step, reached

SYNC_EVERY = timedelta(minutes=10)
DAILY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Upkeep:
    database: Database
    graph: Gateway
    credentials: Credentials
    clock: Callable[[], datetime]

    def timed(self) -> tuple[Timed, ...]:
        """Everything that happens by the clock."""
        return (
            Timed("staff", DAILY, self.learn_staff),
            Timed("upkeep", timedelta(seconds=20), self.arm),
            Timed("orphans", timedelta(hours=1), self.remove_orphans),
            Timed("census", timedelta(minutes=15), self.ask_for_censuses),
            Timed("credential", DAILY, self.read_expiry),
            Timed("grants", timedelta(hours=1), self.drop_old_grants),
        )

    def arm(self) -> None:
        """Put what is due into the inbox; what waits there already is left alone."""
        now = self.clock()
        with self.database.reading() as session:
            tasks = list(_due(session, now))
        reached(Step.UPKEEP_DUE)
        if tasks:
            with self.database.writing() as session:
                inbox.put(session, tasks, now)

    def learn_staff(self) -> int:
        """Read every address of the firm's own people from the directory. Raises GraphError."""
        members = list(self.graph.users.members())
        reached(Step.STAFF_READ)
        with self.database.writing() as session:
            return update_staff(session, members)

    def remove_orphans(self) -> int:
        """End the subscriptions at Graph that report to us in vain. Raises GraphError."""
        return remove_orphans(self.database, self.graph.subscriptions)

    def ask_for_censuses(self) -> None:
        """Ask for the nightly census of the accounts that had none yet."""
        now = self.clock()
        with self.database.writing() as session:
            census.request_census(session, census.due(session, now), now)
        reached(Step.CENSUSES_ASKED_FOR)

    def drop_old_grants(self) -> None:
        """Forget by which grants the program acted for people whose sessions are over."""
        with self.database.writing() as session:
            drop_old_grants(session, self.clock())

    def read_expiry(self) -> None:
        """Look up when the app's secret or certificate ends. Raises GraphError."""
        read_expiry(self.database, self.credentials, self.clock())


def request_sync(session: Session, account_ids: list[int], now: datetime) -> None:
    """Ask for a catch-up of these accounts."""
    inbox.put(session, [Task(account_id, Kind.SYNC) for account_id in account_ids], now)


def read_again(session: Session, now: datetime) -> None:
    """Walk every mailbox from the beginning: what was nobody's may now be a client's."""
    accounts = list(session.scalars(select(Account.id)))
    for account_id in accounts:
        folder_tree.read_again(session, account_id)
    request_sync(session, accounts, now)


def request_capture(session: Session, account_id: int, now: datetime) -> None:
    """Begin to watch an account: a subscription for what comes, a back-fill for what came.

    The folders are read from the beginning, since the account may now go further back; a back-fill that
    somebody stopped goes on, since somebody now wants it.
    """
    folder_tree.set_backfill_stopped(session, account_id, False)
    folder_tree.read_tree_again(session, account_id)
    folder_tree.begin_backfill(session, account_id)
    inbox.put(session, [Task(account_id, Kind.SUBSCRIBE), Task(account_id, Kind.SYNC)], now)


def _due(session: Session, now: datetime) -> list[Task]:
    newest = select(Subscription.account_id, func.max(Subscription.id).label("id")).group_by(
        Subscription.account_id
    )
    latest = newest.subquery()
    subscriptions = {
        subscription.account_id: subscription
        for subscription in session.scalars(select(Subscription).join(latest, Subscription.id == latest.c.id))
    }
    kinds = (Kind.SUBSCRIBE, Kind.RENEW, Kind.SYNC)
    waiting = {kind: inbox.standing(session, kind, now) for kind in kinds}
    tasks = []
    for account in session.scalars(select(Account)):
        kind = needs(subscriptions.get(account.id), now)
        if kind and account.id not in waiting[kind]:
            tasks.append(Task(account.id, kind))
        late = account.synced_at is None or not timedelta(0) <= now - account.synced_at < SYNC_EVERY
        if late and account.id not in waiting[Kind.SYNC]:
            tasks.append(Task(account.id, Kind.SYNC))
    return tasks
