"""Clients and their cards."""

from typing import Annotated

from pydantic import Field, StringConstraints

from server.clients.models import Section
from server.web.schemas.base import ClientRef, Cursor, Input, Output


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
    cursor: Cursor | None = None
    limit: int = Field(default=20, ge=1, le=100)


class ClientsOut(Output):
    items: list[ClientOut]
    next: str | None
