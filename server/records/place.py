"""Places in lists: where a page begins, in words that a caller may keep."""

import base64
import binascii
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import ColumnElement, tuple_

from server.db import LARGEST_ID
from server.records.models import Record

NOT_OURS = "the cursor was not made by this server"


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
        return written(self.towards, self.place.occurred_at.isoformat(), str(self.place.record_id))

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises CursorInvalid."""
        try:
            towards, time, record_id = words_of(text)
            return cls(Place(moment(time), uuid.UUID(record_id)), Towards(towards))
        except ValueError as error:
            raise CursorInvalid(NOT_OURS) from error


def written(*words: str) -> str:
    """Words without spaces as a cursor; for `words_of`."""
    return base64.urlsafe_b64encode(" ".join(words).encode()).decode().rstrip("=")


def words_of(cursor: str) -> list[str]:
    """Raises CursorInvalid."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ")
    except (ValueError, binascii.Error) as error:
        raise CursorInvalid(NOT_OURS) from error


def number(text: str) -> int:
    """An id in a cursor. Raises CursorInvalid."""
    if not text.isascii() or not text.isdecimal() or int(text) > LARGEST_ID:
        raise CursorInvalid(NOT_OURS)
    return int(text)


def moment(text: str) -> datetime:
    """A time in a cursor. Raises CursorInvalid."""
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            raise CursorInvalid(NOT_OURS)
        return time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CursorInvalid(NOT_OURS) from error
