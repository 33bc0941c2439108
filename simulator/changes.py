"""A change of one message as those who subscribed to mailboxes need to know it."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.messages import Message


@dataclass(frozen=True, slots=True)
class MessageChange:
    """A message before and after a change: no `before` is a new one, no `after` one that is gone.

    `arrival` marks mail that came in or went out, which Exchange touches again right after.
    """

    user_id: str
    before: Message | None
    after: Message | None
    arrival: bool = False


Listener = Callable[[MessageChange], None]
