"""What people write: new records, edits, moves and batches; and what is told of it afterwards."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints

from server.clients.models import Section
from server.records.edits import NamedParticipant
from server.records.models import Action, Initiator, ParticipantKind, RecordType
from server.web.schemas.base import Code, Id, Input, Output
from server.web.schemas.clients import AddressOut
from server.web.schemas.records import RecordOut

MOST_AT_ONCE = 500


def _without_nul(value: object) -> object:
    """PostgreSQL keeps no text with it, and nobody sees it."""
    return value.replace("\x00", "") if isinstance(value, str) else value


NO_NUL = BeforeValidator(_without_nul)
Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), NO_NUL]
Notes = Annotated[str, StringConstraints(max_length=20_000), NO_NUL]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), NO_NUL]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=320), NO_NUL]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), NO_NUL]
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))
]
Scope = Literal["message", "thread"]


class ParticipantIn(Input):
    """Somebody of the firm (person), of the client (contact), or another; the address may be empty."""

    kind: ParticipantKind = ParticipantKind.OTHER
    name: Name
    address: Address = ""

    def named(self) -> NamedParticipant:
        return NamedParticipant(self.kind, self.name, self.address)


Participants = Annotated[list[ParticipantIn], Field(max_length=100)]


class RecordIn(Input):
    """What people write. Times carry their zone; null takes type, reason, area or initiator away."""

    subject: Subject
    type: RecordType | None = None
    reason: Id | None = None
    area: Id | None = None
    initiated_by: Initiator | None = None
    occurred_at: Moment = Field(default=None)  # type: ignore[assignment]  # left out, not null
    notes: Notes = ""
    participants: Participants = Field(default=[])

    def fields(self) -> dict[str, Any]:
        """Those that were named."""
        named: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "participants" in named:
            named["participants"] = [each.named() for each in self.participants]
        return named


class NewRecordIn(RecordIn):
    """A communication noted down by hand. Only the subject is needed; the time is now unless said.

    With an id of the caller's making, sending it again after a lost answer does not double it.
    """

    id: uuid.UUID | None = None
    client: Code
    reply_to: uuid.UUID | None = None


class EditIn(RecordIn):
    """Fields that are left out stay. Of an automatic record only reason and area may be named."""

    subject: Subject = Field(default=None)  # type: ignore[assignment]


class MoveIn(Input):
    client: Code
    scope: Scope = "message"


class BulkIn(Input):
    """`classify` takes reason and area (what is left out stays), `move` takes the client."""

    ids: Annotated[list[uuid.UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]
    action: Literal["classify", "delete", "restore", "move"]
    reason: Id | None = None
    area: Id | None = None
    client: Code | None = None


class RefusedOut(Output):
    id: uuid.UUID
    code: str


class BatchOut(Output):
    batch: uuid.UUID
    done: list[uuid.UUID]
    refused: list[RefusedOut]


class MovedOut(BatchOut):
    record: RecordOut


class ChangeOut(Output):
    """{field: [before, after]} by names; a client is {code, name}, or null where it is denied."""

    at: datetime
    person: str
    action: Action
    changes: dict[str, list[Any]]


class HistoryOut(Output):
    items: list[ChangeOut]


class AssignIn(Input):
    """`remember_address` puts the sender on the client's card, among its contacts."""

    client: Code
    scope: Scope = "message"
    remember_address: bool = False


class AssignedOut(Output):
    """The records of the message and, with scope `thread`, of the others of its thread that waited."""

    records: list[RecordOut]
    remembered: bool
    past: int


class DismissedOut(Output):
    batch: uuid.UUID


class CardAddressIn(Input):
    address: Address
    section: Section
    label: Label = ""
    phone: Label = ""


class CardAddressOut(Output):
    """`past` mails that were nobody's will be looked at again."""

    address: AddressOut
    past: int
