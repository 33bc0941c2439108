"""The log of requests to Graph and the identity platform, for tests to count."""

import threading
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime

from simulator.values import Json, timestamp


@dataclass(frozen=True, slots=True)
class Call:
    """One answered request, with its query in `path`.

    `concurrent` counts the requests in progress for the mailbox (a user id), this one too.
    """

    at: datetime
    method: str
    path: str
    mailbox: str | None
    status: int
    concurrent: int

    def to_json(self) -> Json:
        return {**asdict(self), "at": timestamp(self.at)}


class RequestLog:
    """Calls in the order in which they were answered, and how many are being answered."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._calls: list[Call] = []
        self._in_progress: Counter[str] = Counter()

    def enter(self, key: str) -> int:
        """Counts a request for `key` as begun; returns the number in progress, this one too."""
        with self._lock:
            self._in_progress[key] += 1
            self._lock.notify_all()
            return self._in_progress[key]

    def leave(self, key: str) -> None:
        with self._lock:
            self._in_progress[key] -= 1

    def wait_for_progress(self, mailbox: str, number: int, timeout: float = 10.0) -> None:
        """Waits until that many requests for a mailbox (a user id) are in progress; raises TimeoutError."""
        with self._lock:
            if not self._lock.wait_for(lambda: self._in_progress[mailbox] >= number, timeout):
                raise TimeoutError(f"{self._in_progress[mailbox]} of {number} requests are in progress.")

    def add(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def calls(
        self,
        *,
        path: str = "",
        method: str | None = None,
        status: int | None = None,
        mailbox: str | None = None,
    ) -> list[Call]:
        """The calls whose path contains `path` and whose other fields are equal to those given."""
        with self._lock:
            calls = list(self._calls)
        return [
            call
            for call in calls
            if path in call.path
            and method in (None, call.method)
            and status in (None, call.status)
            and mailbox in (None, call.mailbox)
        ]

    def count(
        self,
        *,
        path: str = "",
        method: str | None = None,
        status: int | None = None,
        mailbox: str | None = None,
    ) -> int:
        return len(self.calls(path=path, method=method, status=status, mailbox=mailbox))

    def most_concurrent(self, mailbox: str | None = None) -> int:
        """The most requests that were in progress at once for a mailbox, or for any."""
        return max((call.concurrent for call in self.calls(mailbox=mailbox)), default=0)

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
