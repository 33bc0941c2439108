"""Records, and what is chosen for them."""

import uuid
from datetime import datetime
from typing import Any

from server.accounts.models import Visibility
from server.mail import Role
from server.records.models import Direction, Initiator, ParticipantKind, RecordState, RecordType
from server.web.schemas.base import ClientRef, NamedOut, Output


class ChoiceOut(Output):
    """A reason or area. One that is not active is shown where it was chosen, and is not offered."""

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
    """Of a mail: `role` is the line; of a record made by hand: `kind`."""

    role: Role | None
    kind: ParticipantKind | None
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
    id: int
    name: str
    size: int
    content_type: str


class CanOut(Output):
    """What the caller may do to the record: `edit` all fields, `classify` reason and area, and so on."""

    edit: bool
    classify: bool
    delete: bool
    restore: bool
    move: bool
    reply: bool
    open: bool


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
    reason: ChoiceOut | None
    area: ChoiceOut | None
    automatic: bool
    internet_message_id: str | None
    participants: list[ParticipantOut]
    preview: str | None
    notes: str | None
    reply_to_id: uuid.UUID | None
    holders: list[HolderOut]
    why: WhyOut | None
    attachments: list[AttachmentOut]
    documents: list[dict[str, Any]]
    state: RecordState
    restricted: bool
    edited_at: datetime | None
    can: CanOut
    version: int
