"""The mail in front of a person."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import StringConstraints

from server.records.whereabouts import MessageState
from server.web.schemas.base import STORABLE, ClientRef, Code, Input, Mailbox, Output
from server.web.schemas.records import RecordOut

MessageId = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=STORABLE)]


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
    address: str | None
    section: str | None
    clue: str | None


class WhereaboutsOut(Output):
    state: MessageState
    exclusion: str | None
    message: MessageRef | None
    records: list[RecordOut]
    candidates: list[CandidateOut]
