"""What Graph answered, as bytes until somebody says what they should be."""

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from server.graph.errors import UnreadableAnswer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    def decode(self, type_: type[T]) -> T:
        """Read the JSON; raises UnreadableAnswer if it is not what Graph promises."""
        try:
            return msgspec.json.decode(self.body, type=type_)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnreadableAnswer(
                "Microsoft Graph's answer could not be read", status=self.status
            ) from error
