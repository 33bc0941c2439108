"""What all shapes share: unknown fields are refused, times are UTC."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Mailbox = Annotated[str, StringConstraints(min_length=3, max_length=320)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Cursor = Annotated[str, StringConstraints(max_length=200)]


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
