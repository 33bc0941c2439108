"""What really happened in the mailboxes: the log that a register is checked against."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from simulator.values import Json

Event = Literal["delivered", "sent", "drafted", "moved", "deleted", "updated", "archived", "purged"]


@dataclass(frozen=True, slots=True)
class TruthEvent:
    """What happened to one copy; `folder` is where it is afterwards (of what is gone, where it was)."""

    at: str
    mailbox: str
    event: Event
    folder: str
    message: Json

    def to_json(self) -> Json:
        return asdict(self)


class GroundTruth:
    """An append-only list of events."""

    def __init__(self) -> None:
        self._events: list[TruthEvent] = []

    def record(self, event: TruthEvent) -> None:
        self._events.append(event)

    @property
    def events(self) -> list[TruthEvent]:
        """The events so far, oldest first."""
        return list(self._events)

    def __iter__(self) -> Iterator[TruthEvent]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self._events)
