"""The shapes of requests and answers; unknown fields are refused, times are UTC."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.accounts.models import AccountState, Visibility
from server.clients.models import Section
from server.mail import Role
from server.records.models import Direction, Initiator, RecordState, RecordType
from server.records.whereabouts import MessageState

MessageId = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Mailbox = Annotated[str, StringConstraints(min_length=3, max_length=320)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class PersonOut(Output):
    id: int
    name: str
    address: str
    administrator: bool


class AccountOut(Output):
    address: str
    name: str
    visibility: Visibility
    state: AccountState
    synced_at: datetime | None
    last_message_at: datetime | None
    syncing: bool


class Heartbeat(Output):
    last_message_at: datetime | None
    stale: bool


class MeOut(Output):
    person: PersonOut
    accounts: list[AccountOut]
    heartbeat: Heartbeat


class AccountsOut(Output):
    accounts: list[AccountOut]


class ChoiceOut(Output):
    id: int
    name: str
    active: bool


class CatalogOut(Output):
    types: list[RecordType]
    reasons: list[ChoiceOut]
    areas: list[ChoiceOut]


class ClientRef(Output):
    code: str
    name: str


class ClientOut(ClientRef):
    nif: str


class AddressOut(Output):
    section: Section
    label: str
    email: str
    phone: str


class ClientCardOut(ClientOut):
    addresses: list[AddressOut]


class ClientsIn(Input):
    q: Annotated[str, StringConstraints(max_length=200)] = ""
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: int = Field(default=20, ge=1, le=100)


class ClientsOut(Output):
    items: list[ClientOut]
    next: str | None


class NamedOut(Output):
    id: int
    name: str


class PersonName(Output):
    name: str


class ParticipantOut(Output):
    role: Role
    name: str
    address: str
    staff: bool


class HolderOut(Output):
    address: str
    name: str
    visibility: Visibility


class WhyOut(Output):
    rule: str
    address: str | None
    section: str | None
    account: str | None
    path: str
    delay_s: float


class AttachmentOut(Output):
    name: str
    size: int


class RecordOut(Output):
    id: uuid.UUID
    client: ClientRef
    type: RecordType
    direction: Direction | None
    initiated_by: Initiator | None
    subject: str | None
    occurred_at: datetime
    created_at: datetime
    created_by: NamedOut | None
    person: PersonName | None
    reason: NamedOut | None
    area: NamedOut | None
    automatic: bool
    internet_message_id: str | None
    participants: list[ParticipantOut]
    preview: str | None
    holders: list[HolderOut]
    why: WhyOut | None
    attachments: list[AttachmentOut]
    documents: list[dict[str, Any]]
    state: RecordState
    restricted: bool
    version: int


class RecordsIn(Input):
    client: Code | None = None
    type: RecordType | None = None
    reason: int | None = None
    area: int | None = None
    initiated_by: Initiator | None = None
    person: Annotated[str, StringConstraints(max_length=320)] | None = None
    since: datetime | None = None
    until: datetime | None = None
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: int = Field(default=50, ge=1, le=200)


class RecordsOut(Output):
    items: list[RecordOut]
    next: str | None


class ClassificationIn(Input):
    """Reason and area; a field that is left out stays, null takes it away."""

    reason: int | None = None
    area: int | None = None


class MessageIn(Input):
    internet_message_id: MessageId
    mailbox: Mailbox


class FileIn(MessageIn):
    client: Code
    scope: Literal["message", "thread"] = "message"


class MessageRef(Output):
    subject: str | None
    occurred_at: datetime


class CandidateOut(Output):
    client: ClientRef
    address: str
    section: str
    clue: str | None


class WhereaboutsOut(Output):
    state: MessageState
    exclusion: str | None
    message: MessageRef | None
    records: list[RecordOut]
    candidates: list[CandidateOut]
