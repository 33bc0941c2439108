"""What all shapes share: unknown fields are refused, times are UTC."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.db import LARGEST_ID

# PostgreSQL takes no text with a zero character; where people write, it is taken out instead.
STORABLE = r"^[^\x00]*$"
Mailbox = Annotated[str, StringConstraints(min_length=3, max_length=320, pattern=STORABLE)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=STORABLE)]
Cursor = Annotated[str, StringConstraints(max_length=200, pattern=STORABLE)]
Id = Annotated[int, Field(ge=0, le=LARGEST_ID)]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ClientRef(Output):
    code: str
    name: str


class NamedOut(Output):
    id: int
    name: str
