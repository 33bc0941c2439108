"""What capture needs to remember: subscriptions, the durable inbox, folders and their delta links."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.accounts.models import Account
from server.db import Base


class Kind(StrEnum):
    """What an inbox item asks for."""

    MESSAGE = "message"  # read one message and file it
    ATTACHMENTS = "attachments"  # list the attachments of a filed message
    SYNC = "sync"  # walk the delta of every folder of the account
    RENEW = "renew"  # renew the account's subscription
    SUBSCRIBE = "subscribe"  # make a new subscription


class ItemState(StrEnum):
    WAITING = "waiting"
    PARKED = "parked"


class InboxItem(Base):
    """Work that is due. One row for each (account, kind, graph id); finished work has no row.

    `hints` counts how often the item was asked for: work finishes only if no hint came while it ran.
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
    received_at: Mapped[datetime]
    last_error: Mapped[str] = mapped_column(default="")


class Subscription(Base):
    """A promise of Graph to report an account's changes. Of its clientState only the hash is kept."""

    __tablename__ = "subscription"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), index=True)
    graph_id: Mapped[str] = mapped_column(unique=True)
    client_state_hash: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class Folder(Base):
    """A mail folder of an account. A source folder is walked by delta; others (Junk, …) are not.

    `link` leads to the next page while the folder is `pending` in the current round, and to the next
    visit otherwise; an empty one means: from the beginning.
    """

    __tablename__ = "folder"
    __table_args__ = (UniqueConstraint("account_id", "graph_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"))
    graph_id: Mapped[str]
    name: Mapped[str]
    exclusion: Mapped[str | None]
    link: Mapped[str] = mapped_column(default="")
    pending: Mapped[bool] = mapped_column(default=False)


class MailboxLease(Base):
    """Which worker drains an account's items, so that a mailbox meets one worker at a time."""

    __tablename__ = "mailbox_lease"

    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True)
    holder: Mapped[str] = mapped_column(default="")
    until: Mapped[datetime]
