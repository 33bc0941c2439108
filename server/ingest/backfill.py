"""How far the first walk of each account's folders is, and stopping and resuming it.

The walk itself is the account's sync. A stopped back-fill leaves the folders where they are that were not
yet read to their end; what comes is filed all the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Account, AccountState
from server.ingest import folder_tree, inbox
from server.ingest.inbox import Task
from server.ingest.models import Folder, FolderTree, InboxItem, ItemState, Kind


class BackfillState(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"  # by a person
    WAITING = "waiting"  # for a fault to pass, or for a person to mend it
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Backfill:
    """The first walk of an account, in numbers; `items` is about what Graph says that there is.

    `reason` tells what it waits for.
    """

    account_id: int
    address: str
    state: BackfillState
    folders: int
    folders_walked: int
    items: int
    items_read: int
    reason: str = ""

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1; folders count while no number of mails is known."""
        if self.state is BackfillState.DONE:
            return 1.0
        done, of = (self.items_read, self.items) if self.items else (self.folders_walked, self.folders)
        return done / of if of else 0.0


def progress(session: Session, now: datetime, account_ids: Collection[int] | None = None) -> list[Backfill]:
    """The back-fill of these accounts, or of all, by address."""
    query = select(Account).order_by(Account.address)
    if account_ids is not None:
        query = query.where(Account.id.in_(account_ids))
    accounts = session.scalars(query).all()
    ids = [account.id for account in accounts]
    folders: dict[int, list[Folder]] = {account_id: [] for account_id in ids}
    for folder in session.scalars(
        select(Folder).where(Folder.account_id.in_(ids), Folder.exclusion.is_(None))
    ):
        folders[folder.account_id].append(folder)
    stopped = set(session.scalars(select(FolderTree.account_id).where(FolderTree.backfill_stopped.is_(True))))
    syncs = {
        item.account_id: item
        for item in session.scalars(
            select(InboxItem).where(InboxItem.kind == Kind.SYNC, InboxItem.account_id.in_(ids))
        )
    }
    return [
        _measure(account, folders[account.id], account.id in stopped, syncs.get(account.id), now)
        for account in accounts
    ]


def stop(session: Session, account_id: int) -> None:
    """Leave the folders that are not yet read to their end where they are, until somebody resumes."""
    folder_tree.set_backfill_stopped(session, account_id, True)


def resume(session: Session, account_id: int, now: datetime) -> None:
    """Go on where it stopped."""
    folder_tree.set_backfill_stopped(session, account_id, False)
    inbox.put(session, [Task(account_id, Kind.SYNC)], now)


def _measure(
    account: Account, folders: Sequence[Folder], stopped: bool, sync: InboxItem | None, now: datetime
) -> Backfill:
    walked = [folder for folder in folders if folder.walked]
    reason = _obstacle(account, sync, now)
    if folders and len(walked) == len(folders):
        state = BackfillState.DONE
    elif stopped:
        state = BackfillState.STOPPED
    else:
        state = BackfillState.WAITING if reason else BackfillState.RUNNING
    return Backfill(
        account_id=account.id,
        address=account.address,
        state=state,
        folders=len(folders),
        folders_walked=len(walked),
        items=sum(map(_size, folders)),
        items_read=sum(_size(folder) if folder.walked else folder.items_read for folder in folders),
        reason=reason if state is BackfillState.WAITING else "",
    )


def _size(folder: Folder) -> int:
    """Mail comes while a folder is read, so that more may be read than there was at first."""
    return folder.items if folder.walked else max(folder.items, folder.items_read)


def _obstacle(account: Account, sync: InboxItem | None, now: datetime) -> str:
    if account.state is AccountState.PAUSED:
        return account.pause_reason
    if sync is not None and (sync.state is ItemState.PARKED or sync.due_at > now):
        return sync.last_error
    return ""
