"""The register: messages and the copies that prove them, and the records of each client.

A *copy* is one mail in one mailbox. A *message* groups the copies of the same mail. A *record* is a
message, or an entry made by hand, in the register of one client.
"""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    false,
    literal_column,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from server.accounts.models import Account, Person
from server.clients.folding import fold_name
from server.clients.models import Client
from server.db import Base
from server.mail import Role


class RecordType(StrEnum):
    """The channel of a communication. Fixed: nobody can add or change one."""

    EMAIL = "email"
    CALL = "call"
    VISIT = "visit"
    VIDEOCALL = "videocall"
    LETTER = "letter"
    MESSAGING = "messaging"
    PORTAL = "portal"
    OTHER = "other"


class Direction(StrEnum):
    RECEIVED = "received"
    SENT = "sent"


class Initiator(StrEnum):
    CLIENT = "client"
    FIRM = "firm"


class RecordState(StrEnum):
    FILED = "filed"
    DELETED = "deleted"


class ParticipantKind(StrEnum):
    """Who somebody in a record made by hand is."""

    PERSON = "person"
    CONTACT = "contact"
    OTHER = "other"


class Action(StrEnum):
    """What a person did to a record."""

    CREATED = "created"
    EDITED = "edited"
    DELETED = "deleted"
    RESTORED = "restored"
    MOVED = "moved"


class BatchAction(StrEnum):
    """What a person did to several records, or to what was to be assigned, at once."""

    CLASSIFY = "classify"
    DELETE = "delete"
    RESTORE = "restore"
    MOVE = "move"
    ASSIGN = "assign"
    DISMISS = "dismiss"


class Path(StrEnum):
    """By which way a copy came to be known."""

    NOTIFICATION = "notification"
    DELTA = "delta"
    CENSUS = "census"
    HAND = "hand"


class EventKind(StrEnum):
    """What a mailbox later reported about a message."""

    UNDELIVERED = "undelivered"
    READ_RECEIPT = "read_receipt"


# What the list is filtered by.
FACETS = (
    "state",
    "type",
    "reason_id",
    "area_id",
    "initiated_by",
    "person",
    "has_documents",
    "message_id",
)


def _index_of_some(column: str, which: str) -> Index:
    """The records of one value of a column in the order of the list."""
    return Index(
        f"ix_record_{column}",
        *(column, "occurred_at", "id", "client_id"),
        *(facet for facet in FACETS if facet != column),
        sqlite_where=text(which),
        postgresql_where=text(which),
    )


def replaced_choice(column: str) -> ColumnElement[int]:
    """The reason or area that a change took from a record; its column is `reason_id` or `area_id`.

    Word for word as its index has it: from a parameter for the name, SQLite would not know it again.
    """
    return literal_column(f"(CAST(\"before\" ->> '{column}' AS INTEGER))", Integer)


def _index_of_replaced(column: str) -> Index:
    which = replaced_choice(column).is_not(None)
    return Index(
        f"ix_record_change_{column}", replaced_choice(column), sqlite_where=which, postgresql_where=which
    )


class Choice(Base):
    """A reason or an area, of the firm's own making. One that is not active stays where it was chosen."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    # The name as it is compared. It follows the name wherever that is set.
    folded: Mapped[str] = mapped_column(index=True, unique=True)
    active: Mapped[bool] = mapped_column(default=True)

    @validates("name")
    def _fold(self, _attribute: str, name: str) -> str:
        self.folded = fold_name(name)
        return name


class Reason(Choice):
    __tablename__ = "reason"


class Area(Choice):
    __tablename__ = "area"


class Message(Base):
    """A mail, however many mailboxes hold it.

    `identity` and `ordinal` are unique together: the ordinal tells apart different mails whose sender
    used one Message-ID twice.
    """

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("identity", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str]
    ordinal: Mapped[int]
    internet_message_id: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    preview: Mapped[str]
    direction: Mapped[Direction]
    sent_at: Mapped[datetime | None]
    occurred_at: Mapped[datetime]
    has_attachments: Mapped[bool]
    bulk: Mapped[bool] = mapped_column(default=False)

    participants: Mapped[list["MessageParticipant"]] = relationship(order_by="MessageParticipant.id")
    copies: Mapped[list["Copy"]] = relationship(back_populates="message", order_by="Copy.id")
    attachments: Mapped[list["MessageAttachment"]] = relationship(order_by="MessageAttachment.id")


class MessageParticipant(Base):
    """An address in a line of the mail. Blind copies name the account whose copy shows them."""

    __tablename__ = "message_participant"
    __table_args__ = (
        UniqueConstraint("message_id", "role", "address"),
        Index("ix_message_participant_address", text("lower(address)"), "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    role: Mapped[Role]
    name: Mapped[str]
    address: Mapped[str]
    staff: Mapped[bool]
    account_id: Mapped[int | None] = mapped_column(ForeignKey(Account.id))


class MessageReference(Base):
    """A mail that a message answers, by its Message-ID; that mail may become known later, or never."""

    __tablename__ = "message_reference"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    internet_message_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class MessageAttachment(Base):
    __tablename__ = "message_attachment"
    __table_args__ = (UniqueConstraint("message_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str]
    size: Mapped[int]
    content_type: Mapped[str]


class MessageEvent(Base):
    """A bounce or receipt, kept with the mail that it speaks of."""

    __tablename__ = "message_event"
    __table_args__ = (UniqueConstraint("message_id", "kind", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    kind: Mapped[EventKind]
    source: Mapped[str]
    occurred_at: Mapped[datetime]


class Copy(Base):
    """One mail in one mailbox, known by its immutable id.

    A copy without a message was looked at and not filed; `exclusion` says why, and nothing else of it
    is kept.
    """

    __tablename__ = "copy"
    __table_args__ = (
        UniqueConstraint("account_id", "graph_id"),
        Index("ix_copy_account_id_conversation_id", "account_id", "conversation_id"),
        Index("ix_copy_lookup_account_id", "lookup", "account_id"),
        # Who may see a message is asked of this index alone.
        Index("ix_copy_message_id", "message_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id))
    graph_id: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    # A hash of the Message-ID: finds the copy for the pane without keeping what was not filed.
    lookup: Mapped[str]
    # The same of the mail that a bounce or receipt speaks of: that mail may be met later than the report.
    about: Mapped[str] = mapped_column(default="", index=True)
    exclusion: Mapped[str | None]
    folder_id: Mapped[str] = mapped_column(default="")
    conversation_id: Mapped[str] = mapped_column(default="")
    web_link: Mapped[str] = mapped_column(default="")
    path: Mapped[Path]
    seen_at: Mapped[datetime]
    # Since when the mailbox does not hold it any more. What was filed stays filed.
    gone_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    message: Mapped[Message | None] = relationship(back_populates="copies")


class Record(Base):
    """A communication in the register of one client.

    One made by hand has no message, and may have no type. `reply_to` is the record that it answers or came
    from. Each thing that a person does to it raises `version` by one and leaves a `RecordChange`.
    """

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("message_id", "client_id"),
        # Lists are read in the order of these two, and filtered in them without looking at the rows.
        Index("ix_record_client_id_occurred_at", "client_id", "occurred_at", "id", *FACETS),
        Index("ix_record_occurred_at", "occurred_at", "id", "client_id", *FACETS),
        # For what is rare in the whole register. New mail is in none of those that hold some only.
        Index("ix_record_person", "person", "occurred_at", "id"),
        _index_of_some("type", "type <> 'email'"),
        _index_of_some("reason_id", "reason_id IS NOT NULL"),
        _index_of_some("area_id", "area_id IS NOT NULL"),
        _index_of_some("state", "state = 'deleted'"),
        Index(
            "ix_record_reply_to_id",
            "reply_to_id",
            sqlite_where=text("reply_to_id IS NOT NULL"),
            postgresql_where=text("reply_to_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    type: Mapped[RecordType | None]
    direction: Mapped[Direction | None]
    initiated_by: Mapped[Initiator | None]
    subject: Mapped[str]
    # The firm's person who wrote, received or registered it, by name: accounts come and go.
    person: Mapped[str]
    occurred_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("reason.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    notes: Mapped[str] = mapped_column(default="", server_default="")
    reply_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("record.id"))
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    why: Mapped[dict[str, str | float | None]] = mapped_column(JSON, default=dict)
    # Whether there is something to open: an attachment of the mail, or a document.
    has_documents: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[RecordState] = mapped_column(default=RecordState.FILED)
    version: Mapped[int] = mapped_column(default=1)

    client: Mapped[Client] = relationship()
    message: Mapped[Message | None] = relationship()
    created_by: Mapped[Person | None] = relationship(foreign_keys=created_by_id)
    deleted_by: Mapped[Person | None] = relationship(foreign_keys=deleted_by_id)
    reason: Mapped[Reason | None] = relationship()
    area: Mapped[Area | None] = relationship()
    participants: Mapped[list["RecordParticipant"]] = relationship(order_by="RecordParticipant.id")


class RecordParticipant(Base):
    """Somebody who took part in a communication that was noted down by hand; the address may be empty."""

    __tablename__ = "record_participant"
    __table_args__ = (Index("ix_record_participant_address", text("lower(address)")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ParticipantKind]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")


class Batch(Base):
    """Something that a person did at once and may undo at once.

    `before` holds the words and open questions about its messages as they stood, for the undo.
    """

    __tablename__ = "batch"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    at: Mapped[datetime]
    action: Mapped[BatchAction]
    before: Mapped[dict[str, list[dict[str, Any]]]] = mapped_column(JSON, default=dict)
    undone_at: Mapped[datetime | None]


class RecordChange(Base):
    """What a person did to a record: one row for each step of its version.

    `changes` tells people, by names, {field: [before, after]}; `before` holds the columns' values that an
    undo writes back.
    """

    __tablename__ = "record_change"
    __table_args__ = (
        UniqueConstraint("record_id", "version"),
        _index_of_replaced("reason_id"),
        _index_of_replaced("area_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    action: Mapped[Action]
    changes: Mapped[dict[str, list[Any]]] = mapped_column(JSON, default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    batch_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("batch.id"), index=True)

    person: Mapped[Person] = relationship()


class Candidate(Base):
    """A client that an ambiguous message may belong to, until a person says which ("Por asignar")."""

    __tablename__ = "candidate"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id, ondelete="CASCADE"), primary_key=True)
    address: Mapped[str]
    section: Mapped[str]
    clue: Mapped[str | None]

    client: Mapped[Client] = relationship()


class Assignment(Base):
    """A person's word on where a message belongs, or does not. It outranks everything that a sync brings.

    With `for_thread`, it also speaks for later mails of the thread.
    """

    __tablename__ = "assignment"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    belongs: Mapped[bool] = mapped_column(default=True, server_default=true())
    for_thread: Mapped[bool]
    assigned_at: Mapped[datetime]


class Draft(Base):
    """A mail that a person began from a record: sent, it is a record that answers that one.

    `mark` travels with the mail; the Message-ID is empty until Microsoft has given it.
    """

    __tablename__ = "draft"

    mark: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id))
    internet_message_id: Mapped[str] = mapped_column(default="", index=True)
    begun_at: Mapped[datetime]
