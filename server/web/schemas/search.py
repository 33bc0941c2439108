"""What is asked of the register, and the lists that answer."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

from flask import request
from pydantic import AfterValidator, AliasChoices, AwareDatetime, Field, StringConstraints, model_validator

from server.accounts.models import Visibility
from server.clients.models import Section
from server.records.filters import Filters
from server.records.lists import End, Seek
from server.records.models import Initiator, RecordState, RecordType
from server.web.schemas.base import ClientRef, Code, Cursor, Id, Input, Output
from server.web.schemas.records import PersonName, RecordOut

# The first and the last day of the calendar have moments that are outside of it in UTC.
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(1, 1, 2, tzinfo=UTC), lt=datetime(9999, 12, 31, tzinfo=UTC))
]


def _storable(text: str) -> str:
    """No text of the register holds a zero character, which PostgreSQL does not take."""
    return text.replace("\x00", "")


Name = Annotated[str, StringConstraints(max_length=320), AfterValidator(_storable)]


class Query(Input):
    """Parameters of which some may be repeated: APIFlask hands on the last one only."""

    @model_validator(mode="before")
    @classmethod
    def _repeated(cls, given: dict[str, Any]) -> dict[str, Any]:
        lists = (name for name, field in cls.model_fields.items() if field.default == [])
        return given | {name: request.args.getlist(name) for name in lists if name in request.args}


class FiltersIn(Query):
    """What narrows the register; filters combine. Those that are lists may be repeated: any of them."""

    client: Code | None = None
    type: list[RecordType] = Field([], max_length=50)
    reason: list[Id] = Field([], max_length=50)
    area: list[Id] = Field([], max_length=50)
    initiated_by: list[Initiator] = Field([], max_length=50)
    person: list[Name] = Field([], max_length=50)
    participant: Name | None = None
    since: Moment | None = None
    until: Moment | None = None
    documents: bool = False
    private: bool = False
    unclassified: bool = False
    state: RecordState = RecordState.FILED

    def filters(self) -> Filters:
        return Filters(**{name: getattr(self, name) for name in FiltersIn.model_fields})


class RecordsIn(FiltersIn):
    """Without a cursor, the page at one end of the list."""

    cursor: Cursor | None = None
    end: End = End.NEWEST
    limit: int = Field(default=50, ge=1, le=200)


class AroundIn(FiltersIn):
    id: uuid.UUID
    before: int = Field(default=25, ge=0, le=100)
    after: int = Field(default=25, ge=0, le=100)


class FindIn(FiltersIn):
    q: Annotated[str, StringConstraints(max_length=200)]
    direction: Seek = Seek.FIRST
    after: uuid.UUID | None = None


class RecordsOut(Output):
    items: list[RecordOut]
    next: str | None
    previous: str | None


class CountOut(Output):
    count: int
    capped: bool


class HitOut(Output):
    record: RecordOut | None
    cursor: str | None = None
    wrapped: bool = False


class ThreadOut(Output):
    items: list[RecordOut]


class PersonsIn(Input):
    client: Code | None = None


class PersonsOut(Output):
    items: list[PersonName]


class UserOut(Output):
    id: int
    name: str
    address: str


class ContactOut(Output):
    name: str
    address: str
    section: Section
    label: str


class PeopleOut(Output):
    users: list[UserOut]
    contacts: list[ContactOut]


class UnassignedIn(Input):
    cursor: Cursor | None = None
    limit: int = Field(default=50, ge=1, le=200)


class MessageKey(Output):
    id: int
    internet_message_id: str


class CorrespondentOut(Output):
    name: str
    address: str


class MailboxOut(Output):
    address: str
    name: str
    visibility: Visibility


class RankedOut(Output):
    client: ClientRef
    address: str | None
    section: str | None
    clue: str | None


class UnassignedMailOut(Output):
    message: MessageKey
    subject: str
    sender: CorrespondentOut | None = Field(
        # Both, because the document of the API goes by the first name that is taken.
        validation_alias=AliasChoices("from", "sender"),
        serialization_alias="from",
    )
    to: list[CorrespondentOut]
    received_at: datetime
    preview: str
    mailbox: MailboxOut
    candidates: list[RankedOut]


class UnassignedOut(Output):
    items: list[UnassignedMailOut]
    next: str | None
    count: int
