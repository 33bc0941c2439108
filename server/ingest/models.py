"""What capture needs to remember: the inbox, subscriptions, folders and their delta links, censuses."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Account
from server.db import Base
from server.records.models import Path


class Kind(StrEnum):
    """What an inbox item asks for."""

    MESSAGE = "message"  # read one message and file it
    ATTACHMENTS = "attachments"  # list the attachments of a filed message
    SYNC = "sync"  # walk the delta of every folder of the account
    RENEW = "renew"  # renew the account's subscription
    SUBSCRIBE = "subscribe"  # make a new subscription
    CENSUS = "census"  # compare the mailbox's own list with the register


class ItemState(StrEnum):
    WAITING = "waiting"
    PARKED = "parked"


class InboxItem(Base):
    """Work that is due. One row for each (account, kind, graph id); finished work has no row.

    `hints` counts how often the item was asked for: work finishes only if no hint came while it ran.
    `scheduled_at` is when `due_at` was set; None in rows older than this column.
    """

    __tablename__ = "inbox_item"
    __table_args__ = (
        UniqueConstraint("account_id", "kind", "graph_id"),
        Index("ix_inbox_item_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))
    kind: Mapped[Kind]
    graph_id: Mapped[str] = mapped_column(default="")
    state: Mapped[ItemState] = mapped_column(default=ItemState.WAITING)
    hints: Mapped[int] = mapped_column(default=1)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    scheduled_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    path: Mapped[Path] = mapped_column(default=Path.NOTIFICATION)
    last_error: Mapped[str] = mapped_column(default="")


class Subscription(Base):
    """A promise of Graph to report an account's changes. Of its clientState only the hash is kept.

    `heard_at` is when it last reported anything; `created_at` when it was granted or renewed.
    """

    __tablename__ = "subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), index=True)
    graph_id: Mapped[str] = mapped_column(unique=True)
    client_state_hash: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class Folder(Base):
    """A mail folder of an account. A source folder is walked by delta; others (Junk, …) are not.

    `link` leads to the next page while the folder is `pending` in the current round, and to the next
    visit otherwise; an empty one means: from the beginning. `walked` says that it was once read to its
    end; until then `items_read` of about `items` tell how far the back-fill is.
    """

    __tablename__ = "folder"
    __table_args__ = (UniqueConstraint("account_id", "graph_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))
    graph_id: Mapped[str]
    parent_id: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    exclusion: Mapped[str | None]
    link: Mapped[str] = mapped_column(default="")
    pending: Mapped[bool] = mapped_column(default=False)
    walked: Mapped[bool] = mapped_column(default=False)
    items: Mapped[int] = mapped_column(default=0)
    items_read: Mapped[int] = mapped_column(default=0)


class FolderTree(Base):
    """How far an account's folder tree has been read, and whether somebody stopped its back-fill.

    `exclusions` are the folders that are no sources by themselves, each with its reason; what lies below
    one is none either. A stopped back-fill leaves the folders that were not yet `walked` where they are;
    what comes is filed.
    """

    __tablename__ = "folder_tree"

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True)
    link: Mapped[str] = mapped_column(default="")
    exclusions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    backfill_stopped: Mapped[bool] = mapped_column(default=False)


class MailboxLease(Base):
    """Who may talk to Graph about a mailbox, so that it meets one worker or person at a time.

    A person who waits says so with `wanted_until`, and the worker gives way. `spent_until` is what the
    mailbox's allowance of requests is reckoned with (`server.ingest.allowance`).
    """

    __tablename__ = "mailbox_lease"

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True)
    holder: Mapped[str] = mapped_column(default="")
    until: Mapped[datetime]
    wanted_until: Mapped[datetime | None]
    spent_until: Mapped[datetime | None]


class Routine(Base):
    """The last run of something that happens by the clock, so that a routine that stopped can be seen.

    `succeeded_at` is its last success; until there is one, when it was first begun.
    """

    __tablename__ = "routine"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")


class Census(Base):
    """A comparison of a mailbox's own list with the register. `link` leads on while it is under way."""

    __tablename__ = "census"
    __table_args__ = (Index("ix_census_account_id", "account_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))
    since: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    link: Mapped[str] = mapped_column(default="")


class CensusDay(Base):
    """The balance of one day: what stands in the mailbox, and where it stands in the register."""

    __tablename__ = "census_day"

    census_id: Mapped[int] = mapped_column(ForeignKey(Census.id, ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    in_mailbox: Mapped[int] = mapped_column(default=0)
    filed: Mapped[int] = mapped_column(default=0)
    unassigned: Mapped[int] = mapped_column(default=0)
    internal: Mapped[int] = mapped_column(default=0)
    excluded: Mapped[int] = mapped_column(default=0)
    different: Mapped[int] = mapped_column(default=0)


class CensusMail(Base):
    """A mail that a census under way has counted: lists shift while they are read. Empty after it."""

    __tablename__ = "census_mail"

    census_id: Mapped[int] = mapped_column(ForeignKey(Census.id, ondelete="CASCADE"), primary_key=True)
    graph_id: Mapped[str] = mapped_column(primary_key=True)


class DifferenceReason(StrEnum):
    """Why a mail of the mailbox does not stand in the register as it should."""

    UNKNOWN = "unknown"  # no path ever showed it to us
    MOVED = "moved"  # what kept it out when it was looked at, such as its folder, does not any more
    WAITING = "waiting"  # it is in the inbox, or lies where the back-fill has not been, and will be read
    PARKED = "parked"  # it was tried and set aside
    GONE = "gone"  # it was deleted after it was listed, before it could be read


class CensusDifference(Base):
    """One mail that makes a day's balance wrong, by its immutable id; `folder` is the id of its folder.

    Nothing else of it is kept.
    """

    __tablename__ = "census_difference"
    __table_args__ = (UniqueConstraint("census_id", "graph_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    census_id: Mapped[int] = mapped_column(ForeignKey(Census.id, ondelete="CASCADE"))
    graph_id: Mapped[str]
    reason: Mapped[DifferenceReason]
    received_at: Mapped[datetime]
    folder: Mapped[str] = mapped_column(default="")


class AppCredential(Base):
    """When the app's secret or certificate ends, as far as it is known. One row."""

    __tablename__ = "app_credential"

    id: Mapped[int] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime | None]
    read_at: Mapped[datetime]
