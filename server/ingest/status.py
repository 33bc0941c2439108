"""How fresh the register is, account by account, for the people who may read the account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.accounts import open_to
from server.accounts.models import Account, AccountState, Visibility
from server.accounts.viewer import Viewer
from server.ingest.inbox import waiting
from server.ingest.models import Kind
from server.ingest.upkeep import SYNC_EVERY, request_sync
from server.records.models import Copy, Message

# Two rounds of the timer without one that ended: somebody should look.
STALE_AFTER = 2 * SYNC_EVERY + timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class AccountStatus:
    address: str
    name: str
    visibility: Visibility
    state: AccountState
    synced_at: datetime | None
    last_message_at: datetime | None
    syncing: bool


@dataclass(frozen=True, slots=True)
class Heartbeat:
    last_message_at: datetime | None
    stale: bool


def account_statuses(session: Session, viewer: Viewer) -> list[AccountStatus]:
    """The viewer's own private account and all public ones, by address."""
    syncing = waiting(session, Kind.SYNC)
    last = (
        select(func.max(Message.occurred_at))
        .where(Copy.message_id == Message.id, Copy.account_id == Account.id)
        .correlate(Account)
        .scalar_subquery()
    )
    query = select(Account, last).where(open_to(viewer)).order_by(Account.address)
    return [
        AccountStatus(
            address=account.address,
            name=account.name,
            visibility=account.visibility,
            state=account.state,
            synced_at=account.synced_at,
            last_message_at=last_message_at,
            syncing=account.id in syncing,
        )
        for account, last_message_at in session.execute(query)
    ]


def heartbeat(statuses: Sequence[AccountStatus], now: datetime) -> Heartbeat:
    """Green only if every account has been walked lately. Pure."""
    times = [status.last_message_at for status in statuses if status.last_message_at]
    stale = any(
        status.state is AccountState.PAUSED
        or status.synced_at is None
        or now - status.synced_at > STALE_AFTER
        for status in statuses
    )
    return Heartbeat(max(times, default=None), stale)


def request_refresh(session: Session, viewer: Viewer, now: datetime) -> None:
    """Ask for a catch-up of every account that the viewer may refresh."""
    request_sync(session, list(session.scalars(select(Account.id).where(open_to(viewer)))), now)
