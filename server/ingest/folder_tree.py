"""The folders of an account: which are sources of records, and how far each has been read."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.db import Database
from server.graph.folders import Folders
from server.ingest.models import Folder
from server.mail import MailFolder
from server.records.eligibility import Exclusion


def exclusions(session: Session, account_id: int) -> dict[str, Exclusion | None]:
    """For each known folder, why its mail is not filed, or None for a source."""
    rows = session.execute(select(Folder.graph_id, Folder.exclusion).where(Folder.account_id == account_id))
    return {row[0]: Exclusion(row[1]) if row[1] else None for row in rows}


def refresh_folders(database: Database, graph: Folders, account: Account) -> None:
    """Take over the mailbox's folder tree. Raises GraphError."""
    tree = graph.tree(account.entra_id)
    reasons = inherited(tree, graph.exclusions(account.entra_id))
    with database.writing() as session:
        known = {
            folder.graph_id: folder
            for folder in session.scalars(select(Folder).where(Folder.account_id == account.id))
        }
        for folder in tree:
            row = known.get(folder.graph_id) or Folder(account_id=account.id, graph_id=folder.graph_id)
            row.name, row.exclusion = folder.name, reasons.get(folder.graph_id)
            session.add(row)
        # The folder of what was deleted for good lies beside the tree.
        for graph_id in reasons.keys() - known.keys() - {folder.graph_id for folder in tree}:
            session.add(
                Folder(account_id=account.id, graph_id=graph_id, name="", exclusion=reasons[graph_id])
            )


def inherited(tree: list[MailFolder], reasons: dict[str, str]) -> dict[str, str]:
    """Give a folder below an excluded one the same reason; parents stand before children. Pure."""
    found = dict(reasons)
    for folder in tree:
        if folder.graph_id not in found and folder.parent_id in found:
            found[folder.graph_id] = found[folder.parent_id]
    return found


def begin_round(session: Session, account_id: int) -> None:
    """Mark every source folder as still to be walked."""
    session.execute(
        update(Folder).where(Folder.account_id == account_id, Folder.exclusion.is_(None)).values(pending=True)
    )


def next_pending(session: Session, account_id: int) -> Folder | None:
    query = select(Folder).where(Folder.account_id == account_id, Folder.pending.is_(True))
    return session.scalars(query.order_by(Folder.id)).first()


def move_on(session: Session, folder: Folder, link: str, *, is_last: bool) -> None:
    """Remember how far the folder is read; in the same transaction as what was read.

    If somebody set it back meanwhile, or another worker was further, their word stands.
    """
    session.execute(
        update(Folder)
        .where(Folder.id == folder.id, Folder.link == folder.link)
        .values(link=link, pending=not is_last)
    )


def read_again(session: Session, account_id: int) -> None:
    """Forget how far every folder of the account has been read."""
    session.execute(update(Folder).where(Folder.account_id == account_id).values(link="", pending=False))


def start_over(session: Session, folder_id: int) -> None:
    session.execute(update(Folder).where(Folder.id == folder_id).values(link="", pending=True))


def set_synced(session: Session, account_id: int, now: datetime) -> None:
    session.execute(update(Account).where(Account.id == account_id).values(synced_at=now))


def forget(session: Session, folder_id: int) -> None:
    session.execute(delete(Folder).where(Folder.id == folder_id))
