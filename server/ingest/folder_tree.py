"""The folders of an account: which are sources of records, and how far each has been read."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, literal, or_, select, update
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.db import Database, insert_once
from server.graph.errors import DeltaExpired, GraphRejected
from server.graph.folders import FolderChanges, Folders
from server.ingest.models import Folder, FolderTree
from server.mail import MailFolder
from server.records.eligibility import Exclusion
from server.steps import Step, reached

# A round that shows this many times the mails of its folder is led in a circle.
CIRCLE = 3
SMALLEST_CIRCLE = 2_000


def exclusions(session: Session, account_id: int) -> dict[str, Exclusion | None]:
    """For each known folder, why its mail is not filed, or None for a source."""
    rows = session.execute(select(Folder.graph_id, Folder.exclusion).where(Folder.account_id == account_id))
    return {row[0]: Exclusion(row[1]) if row[1] else None for row in rows}


def refresh_folders(database: Database, graph: Folders, account: Account) -> None:
    """Take over what changed in the mailbox's folder tree. Raises GraphError."""
    with database.reading() as session:
        tree = session.get(FolderTree, account.id) or FolderTree(link="", exclusions={})
    changes, is_whole = _changes(graph, account.entra_id, tree.link)
    excluded = graph.exclusions(account.entra_id) if is_whole else tree.exclusions
    reached(Step.FOLDERS_READ)
    with database.writing() as session:
        insert_once(session, FolderTree, {"account_id": account.id}, "account_id")
        session.execute(
            update(FolderTree)
            .where(FolderTree.account_id == account.id)
            .values(link=changes.link, exclusions=excluded)
        )
        _take_over(session, account.id, changes, excluded, is_whole=is_whole)


def inherited(parents: Mapping[str, str], excluded: Mapping[str, str]) -> dict[str, str]:
    """Give each folder below an excluded one the same reason; `parents` names each folder's parent. Pure."""
    return {folder: reason for folder in parents if (reason := _reason(folder, parents, excluded))}


def begin_round(session: Session, account_id: int) -> None:
    """Mark every source folder as still to be walked."""
    session.execute(
        update(Folder).where(Folder.account_id == account_id, Folder.exclusion.is_(None)).values(pending=True)
    )
    session.execute(
        update(Folder).where(Folder.account_id == account_id, Folder.walked.is_(True)).values(items_read=0)
    )


def next_pending(session: Session, account_id: int) -> Folder | None:
    """The folder to be walked now; what is new comes before the back-fill, which may be stopped."""
    stopped = select(FolderTree.backfill_stopped).where(FolderTree.account_id == account_id)
    query = select(Folder).where(Folder.account_id == account_id, Folder.pending.is_(True))
    if session.scalar(stopped):
        query = query.where(Folder.walked.is_(True))
    return session.scalars(query.order_by(Folder.walked.desc(), Folder.id)).first()


def move_on(session: Session, folder: Folder, link: str, *, read: int, is_last: bool) -> None:
    """Remember how far the folder is read; in the same transaction as what was read.

    If somebody set it back meanwhile, or another worker was further, their word stands.
    """
    session.execute(
        update(Folder)
        .where(Folder.id == folder.id, Folder.link == folder.link)
        .values(
            link=link,
            pending=not is_last,
            walked=or_(Folder.walked, literal(is_last)),
            items_read=Folder.items_read + read,
        )
    )


def is_circle(folder: Folder, link: str, *, is_last: bool) -> bool:
    """Whether the links lead round and round instead of to an end. Pure."""
    if is_last:
        return False
    return link == folder.link or folder.items_read > CIRCLE * folder.items + SMALLEST_CIRCLE


def read_again(session: Session, account_id: int) -> None:
    """Forget how far every folder of the account has been read; what was once read counts as read."""
    session.execute(
        update(Folder).where(Folder.account_id == account_id).values(link="", pending=False, items_read=0)
    )


def begin_backfill(session: Session, account_id: int) -> None:
    """Read every folder of the account as if for the first time."""
    read_again(session, account_id)
    session.execute(update(Folder).where(Folder.account_id == account_id).values(walked=False))


def is_known(session: Session, account_id: int) -> bool:
    """Whether a round covers all folders; not once one was missing, until the tree is read again."""
    link = session.scalar(select(FolderTree.link).where(FolderTree.account_id == account_id))
    return bool(link)


def read_tree_again(session: Session, account_id: int) -> None:
    """Forget how far the folder tree has been read: the mailbox itself may be another one."""
    session.execute(update(FolderTree).where(FolderTree.account_id == account_id).values(link=""))


def start_over(session: Session, folder_id: int) -> None:
    session.execute(update(Folder).where(Folder.id == folder_id).values(link="", pending=True, items_read=0))


def set_backfill_stopped(session: Session, account_id: int, stopped: bool) -> None:
    """Stop the back-fill where it is, or let it go on from there."""
    insert_once(session, FolderTree, {"account_id": account_id}, "account_id")
    session.execute(
        update(FolderTree).where(FolderTree.account_id == account_id).values(backfill_stopped=stopped)
    )


def set_synced(session: Session, account_id: int, now: datetime) -> None:
    session.execute(update(Account).where(Account.id == account_id).values(synced_at=now))


def forget(session: Session, folder: Folder) -> None:
    """Drop a folder that Graph says is not there, and read the whole tree next: it may have been mistaken."""
    session.execute(delete(Folder).where(Folder.id == folder.id))
    read_tree_again(session, folder.account_id)


def _changes(graph: Folders, mailbox: str, link: str) -> tuple[FolderChanges, bool]:
    """What changed since the link; all there is where there is none, or where Graph has forgotten it."""
    if link:
        try:
            return graph.changes(mailbox, link), False
        except (DeltaExpired, GraphRejected):
            pass
    return graph.changes(mailbox), True


def _take_over(
    session: Session,
    account_id: int,
    changes: FolderChanges,
    excluded: Mapping[str, str],
    *,
    is_whole: bool,
) -> None:
    rows = {
        folder.graph_id: folder
        for folder in session.scalars(select(Folder).where(Folder.account_id == account_id))
    }
    for folder in (*changes.folders, *_beside_the_tree(excluded, changes.folders, rows)):
        # One that comes up in the middle of a round is walked in it.
        fresh = Folder(account_id=account_id, graph_id=folder.graph_id, pending=True)
        row = rows.setdefault(folder.graph_id, fresh)
        row.parent_id, row.name, row.items = folder.parent_id, folder.name, folder.items
        session.add(row)
    there = {folder.graph_id for folder in changes.folders} | excluded.keys()
    for graph_id in rows.keys() - there if is_whole else rows.keys() & set(changes.removed):
        session.delete(rows.pop(graph_id))
    reasons = inherited({row.graph_id: row.parent_id for row in rows.values()}, excluded)
    for row in rows.values():
        _set_exclusion(row, reasons.get(row.graph_id))


def _set_exclusion(folder: Folder, exclusion: str | None) -> None:
    """A folder that becomes a source is read from its beginning: nobody looked at its mail as such."""
    if folder.exclusion != exclusion:
        folder.exclusion, folder.link, folder.walked = exclusion, "", False
        folder.pending = exclusion is None


def _beside_the_tree(
    excluded: Mapping[str, str], folders: Iterable[MailFolder], rows: Collection[str]
) -> list[MailFolder]:
    """The folder of what was deleted for good is in no list of folders."""
    known = {folder.graph_id for folder in folders} | set(rows)
    return [MailFolder(graph_id, "", "") for graph_id in excluded if graph_id not in known]


def _reason(folder: str, parents: Mapping[str, str], excluded: Mapping[str, str]) -> str | None:
    seen = set[str]()
    while folder and folder not in seen:
        if folder in excluded:
            return excluded[folder]
        seen.add(folder)
        folder = parents.get(folder, "")
    return None
