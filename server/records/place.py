"""Places in a list of records: where a page begins, in words that a caller may keep."""

import base64
import binascii
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import ColumnElement, tuple_

from server.records.models import Record


class CursorInvalid(ValueError):
    """The cursor was not made by this server."""


class Towards(StrEnum):
    """Lists go from the newest record to the oldest."""

    OLDER = "older"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in the list."""

    occurred_at: datetime
    record_id: uuid.UUID

    def beyond(self, towards: Towards) -> ColumnElement[bool]:
        """On `Record`: it stands on that side of the place."""
        key, here = tuple_(Record.occurred_at, Record.id), (self.occurred_at, self.record_id)
        return key < here if towards is Towards.OLDER else key > here


@dataclass(frozen=True, slots=True)
class Cursor:
    """What follows a place in one direction."""

    place: Place
    towards: Towards = Towards.OLDER

    def __str__(self) -> str:
        text = f"{self.towards} {self.place.occurred_at.isoformat()} {self.place.record_id}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises CursorInvalid."""
        try:
            padded = text + "=" * (-len(text) % 4)
            towards, time, record_id = base64.urlsafe_b64decode(padded).decode().split(" ")
            occurred_at = datetime.fromisoformat(time)
            if occurred_at.tzinfo is None:
                raise CursorInvalid(text)
            return cls(Place(occurred_at.astimezone(UTC), uuid.UUID(record_id)), Towards(towards))
        except (ValueError, OverflowError, binascii.Error) as error:
            raise CursorInvalid("the cursor was not made by this server") from error
