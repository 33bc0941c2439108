"""The simulator's time, which tests may move forward."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """UTC now plus whatever was skipped."""

    def __init__(self) -> None:
        self._skipped = timedelta()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._skipped

    def seconds(self) -> float:
        """Seconds since some moment, those that were skipped too."""
        return time.monotonic() + self._skipped.total_seconds()

    def advance(self, duration: timedelta) -> None:
        """Lets that much time pass at once."""
        with self._lock:
            self._skipped += duration
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    def on_advance(self, listener: Callable[[], None]) -> None:
        """Calls `listener` after each jump, so that who waits for a moment looks again."""
        with self._lock:
            self._listeners.append(listener)
