"""The client card: who the client is and the addresses it writes from, in three sections."""

from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base


class Section(StrEnum):
    """The parts of a client card that hold addresses."""

    IDENTIFICATION = "identification"
    ADDRESS = "address"
    CONTACT = "contact"


class Client(Base):
    __tablename__ = "client"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    nif: Mapped[str] = mapped_column(default="")
    # Code, name and addresses as `server.clients.folding` spells them for the search.
    folded: Mapped[str] = mapped_column(default="")

    addresses: Mapped[list["ClientAddress"]] = relationship(
        back_populates="client", cascade="all, delete-orphan", order_by="ClientAddress.id"
    )


class ClientAddress(Base):
    """One line of a card. `email` is as the firm wrote it, `address` the form that is compared."""

    __tablename__ = "client_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id", ondelete="CASCADE"), index=True)
    section: Mapped[Section]
    label: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="", index=True)
    phone: Mapped[str] = mapped_column(default="")

    client: Mapped[Client] = relationship(back_populates="addresses")


class DirectoryVersion(Base):
    """One row that counts the changes to the directory, so that a copy kept in memory knows its age.

    Whoever changes clients or addresses holds this row until the end of the transaction.
    """

    __tablename__ = "directory_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
