"""One transaction for what several threads want to write at the same time.

A commit costs the disk the same for one row as for many, and SQLite takes one writer at a time. So
whoever comes while another one commits joins those who wait, and the first of them writes for all.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Together(Generic[T]):
    """`write` gets the items of all who came together; it must commit all of them or none."""

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._joining = threading.Lock()
        self._turn = threading.Lock()
        self._party = _Party[T]()

    def write(self, item: T) -> None:
        """Return when the item is committed; raises what writing it raises."""
        with self._joining:
            party, is_first = self._party, not self._party.items
            party.items.append(item)
        if is_first:
            self._write_for_all(party)
        party.is_over.wait()
        if not party.is_written:
            # What spoils one item must not spoil the others.
            self._write([item])

    def _write_for_all(self, party: "_Party[T]") -> None:
        with self._turn:
            with self._joining:
                self._party = _Party()
            try:
                with suppress(Exception):  # each tries alone then, and hears of its own
                    self._write(party.items)
                    party.is_written = True
            finally:
                party.is_over.set()


class _Party(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []
        self.is_over = threading.Event()
        self.is_written = False
