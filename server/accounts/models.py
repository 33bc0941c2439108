"""People of the firm, the mail accounts that are watched, and who may not see which client."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.clients.models import Client
from server.db import Base
from server.mail import Ability


class Visibility(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class AccountState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class Person(Base):
    """A member of the firm. Known by the directory's object id: addresses and names change.

    Web sessions that began before `sessions_from` have ended.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    entra_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    address: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    sessions_from: Mapped[datetime | None]


class Account(Base):
    """A mailbox of the firm that is watched from `since` on."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    entra_id: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    visibility: Mapped[Visibility]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime]
    state: Mapped[AccountState] = mapped_column(default=AccountState.ACTIVE)
    pause_reason: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime]
    synced_at: Mapped[datetime | None]

    owner: Mapped[Person | None] = relationship()


class StaffAddress(Base):
    """Any address that belongs to the firm itself, in the form of `server.addresses.normalise`."""

    __tablename__ = "staff_address"

    address: Mapped[str] = mapped_column(primary_key=True)
    entra_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]


class ClientDenial(Base):
    """A client that a person may not see (the firm keeps a list of exceptions, not of permissions)."""

    __tablename__ = "client_denial"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id, ondelete="CASCADE"), primary_key=True)


class Delegation(Base):
    """The grant by which Microsoft lets us act for a person while their web session lasts, sealed.

    Found by a hash of what only the session's cookie knows, which is a part of the seal's key too.
    """

    __tablename__ = "delegation"

    lookup: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    sealed_grant: Mapped[str]
    until: Mapped[datetime]


class Inability(Base):
    """What Microsoft last refused to do for a person, and why; gone when it is done again."""

    __tablename__ = "inability"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    ability: Mapped[Ability] = mapped_column(primary_key=True)
    why: Mapped[str]
    noticed_at: Mapped[datetime]
