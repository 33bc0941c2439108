"""What wakes the work: threads of one process, or a queue in PostgreSQL that many machines share.

An engine is an alarm clock. What is due stands in the inbox; a wake-up that is lost costs seconds, and
two for the same mailbox are harmless.
"""

from collections.abc import Collection
from typing import Protocol


class Engine(Protocol):
    def wake(self, account_ids: Collection[int]) -> None:
        """Say that these mailboxes have work. Never fails: it is a hint."""

    def start(self) -> None:
        """Begin to work in this process, beside whatever else it does."""

    def stop(self) -> None:
        """Finish what is in hand and end."""

    def wait(self) -> None:
        """Block until somebody calls `stop`."""
