"""The simulator's time, which tests may move forward."""

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """UTC now plus whatever was skipped."""

    def __init__(self) -> None:
        self._skipped = timedelta()
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._skipped

    def advance(self, duration: timedelta) -> None:
        """Lets that much time pass at once."""
        with self._lock:
            self._skipped += duration
