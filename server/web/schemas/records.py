"""Records, and what is chosen for them."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from server.accounts.models import Visibility
from server.mail import Role
from server.records.models import Direction, Initiator, RecordState, RecordType
from server.web.schemas.base import ClientRef, Code, Cursor, Input, NamedOut, Output


class ChoiceOut(Output):
    id: int
    name: str
    active: bool


class CatalogOut(Output):
    types: list[RecordType]
    reasons: list[ChoiceOut]
    areas: list[ChoiceOut]


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
    type: RecordType | None
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


class FiltersIn(Input):
    """What narrows the register; filters combine."""

    client: Code | None = None
    type: RecordType | None = None
    reason: int | None = None
    area: int | None = None
    initiated_by: Initiator | None = None
    person: Annotated[str, StringConstraints(max_length=320)] | None = None
    since: datetime | None = None
    until: datetime | None = None


class RecordsIn(FiltersIn):
    cursor: Cursor | None = None
    limit: int = Field(default=50, ge=1, le=200)


class RecordsOut(Output):
    items: list[RecordOut]
    next: str | None


class ClassificationIn(Input):
    """Reason and area; a field that is left out stays, null takes it away."""

    reason: int | None = None
    area: int | None = None
