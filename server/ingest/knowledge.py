"""What is known of an account's mails when a census comes upon them."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.ingest.balance import Knowledge, KnownCopy, KnownFolder
from server.ingest.models import Folder, InboxItem, Kind
from server.records.models import Candidate, Copy, Record


def load_knowledge(session: Session, account: Account, graph_ids: Sequence[str]) -> Knowledge:
    """What register and inbox say of these mails; at most some thousands at once."""
    has_records = exists().where(Record.message_id == Copy.message_id)
    has_candidates = exists().where(Candidate.message_id == Copy.message_id)
    copies = session.execute(
        select(Copy.graph_id, Copy.folder_id, Copy.exclusion, has_records, has_candidates).where(
            Copy.account_id == account.id, Copy.graph_id.in_(graph_ids)
        )
    )
    items = session.execute(
        select(InboxItem.graph_id, InboxItem.state).where(
            InboxItem.account_id == account.id,
            InboxItem.kind == Kind.MESSAGE,
            InboxItem.graph_id.in_(graph_ids),
        )
    )
    folders = session.execute(
        select(Folder.graph_id, Folder.name, Folder.exclusion, Folder.walked).where(
            Folder.account_id == account.id
        )
    )
    return Knowledge(
        copies={row.graph_id: KnownCopy(*row[1:]) for row in copies},
        items={row.graph_id: row.state for row in items},
        folders={row.graph_id: KnownFolder(*row[1:]) for row in folders},
        added_at=account.added_at,
    )
