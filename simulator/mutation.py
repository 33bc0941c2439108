"""Messages as Graph might show them one day: null where nobody expects it, unknown words, more fields."""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from simulator.messages import PROPERTIES
from simulator.values import Json

NULLABLE = frozenset(PROPERTIES) - {"id"}
PEOPLE = ("from", "sender")
LISTS_OF_PEOPLE = ("toRecipients", "ccRecipients", "bccRecipients", "replyTo")
UNKNOWN: dict[str, Any] = {
    "importance": "unknownFutureValue",
    "inferenceClassification": "later",
    "flag": {"flagStatus": "unknownFutureValue"},
    "@odata.type": "#microsoft.graph.messageOfTomorrow",
}
EXTRA: Json = {
    "contentOfTomorrow": {"@odata.type": "#microsoft.graph.tomorrow", "level": 9, "parts": [None]},
    "labels@odata.associationLink": "https://graph.microsoft.com/v1.0/labels",
}


@dataclass(frozen=True)
class Mutation:
    """How probable each change is (0 to 1); a message changes in the same way whenever it is shown.

    `fields` are those that may become null, None for all but the id.
    """

    seed: int
    nulls: float = 0.0
    enums: float = 0.0
    extras: float = 0.0
    fields: Collection[str] | None = None

    def applied(self, message: Json, identifier: str) -> Json:
        """The message, changed as chance will have it for this seed and immutable id."""
        chance = random.Random(f"{self.seed} {identifier}")  # noqa: S311 - reproducible on purpose
        changed = {name: self._or_null(chance, name, value) for name, value in message.items()}
        for name, value in UNKNOWN.items():
            if changed.get(name) is not None and chance.random() < self.enums:
                changed[name] = value
        return changed | (EXTRA if chance.random() < self.extras else {})

    def _or_null(self, chance: random.Random, name: str, value: object) -> object:
        may_be_null = name in NULLABLE if self.fields is None else name in self.fields
        if not may_be_null or chance.random() >= self.nulls:
            return value
        return chance.choice(_emptied(name, value))


def _emptied(name: str, value: Any) -> list[object]:
    """The ways in which a value may be missing."""
    if name in PEOPLE and value:
        return [None, *(empty(value) for empty in _EMPTY_PEOPLE)]
    if name in LISTS_OF_PEOPLE and value:
        return [None, [None, *value], *([empty(value[0]), *value[1:]] for empty in _EMPTY_PEOPLE)]
    if name == "body" and value:
        return [None, {"contentType": None, "content": None}]
    return [None]


_EMPTY_PEOPLE: tuple[Callable[[Json], Json], ...] = (
    lambda person: {"emailAddress": None},
    lambda person: {"emailAddress": {**(person.get("emailAddress") or {}), "name": None}},
    lambda person: {"emailAddress": {**(person.get("emailAddress") or {}), "address": None}},
)
