"""Outlook's limits for each mailbox: four requests at once and 10,000 in ten minutes, counted and enforced.

https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import ceil

from simulator.errors import GraphError

AT_ONCE = 4
REQUESTS = 10_000
WINDOW = timedelta(minutes=10)
CONCURRENCY_WAIT = timedelta(seconds=1)
# What comes so soon after a refusal was on its way before its sender could know.
ON_ITS_WAY = timedelta(seconds=0.5)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MailboxUse:
    """What a mailbox was asked: `refused` counts the 429 of the limits, `impatient` who did not wait."""

    requests: int = 0
    most_in_window: int = 0
    most_at_once: int = 0
    refused: int = 0
    impatient: int = 0


@dataclass
class _Ledger:
    use: MailboxUse = field(default_factory=MailboxUse)
    recent: deque[datetime] = field(default_factory=deque)
    announced: datetime = _EARLIEST
    patience_until: datetime = _EARLIEST
    closed_until: datetime = _EARLIEST


class Limits:
    """The limits in force, None for one that is lifted, and each mailbox's use of them, by user id."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._ledgers: dict[str, _Ledger] = {}
        self.set()

    def set(
        self,
        *,
        concurrent: int | None = AT_ONCE,
        requests: int | None = REQUESTS,
        window_s: float = WINDOW.total_seconds(),
    ) -> None:
        """Puts these limits in force, Outlook's own where none is given, and forgives those who wait."""
        with self._lock:
            self._concurrent, self._requests = concurrent, requests
            self._window = timedelta(seconds=window_s)
            for ledger in self._ledgers.values():
                ledger.closed_until = ledger.patience_until = _EARLIEST

    def admit(self, mailbox: str, in_progress: int, arrived: datetime) -> None:
        """Counts a request that `arrived` then; raises GraphError 429 if it is one too many, or too early."""
        with self._lock:
            ledger = self._ledgers.setdefault(mailbox, _Ledger())
            now = self._now()
            self._count(ledger, now, in_progress, arrived)
            wait, reason = self._wait(ledger, now, in_progress)
            if wait <= timedelta():
                return
            ledger.use = replace(ledger.use, refused=ledger.use.refused + 1)
            seconds = ceil(wait.total_seconds())
            ledger.closed_until = max(ledger.closed_until, now + timedelta(seconds=seconds))
            self._announce(ledger, now, ledger.closed_until)
        raise GraphError(
            429,
            "ApplicationThrottled",
            f"Application is over its {reason} limit.",
            headers={"Retry-After": str(seconds)},
        )

    def close(self, mailbox: str, duration: timedelta) -> None:
        """Refuses every request for a mailbox that long."""
        with self._lock:
            self._ledgers.setdefault(mailbox, _Ledger()).closed_until = self._now() + duration

    def announced(self, mailbox: str, retry_after: int | str) -> None:
        """Remembers a Retry-After that a fault announced: who comes earlier is counted as impatient."""
        with self._lock:
            now = self._now()
            ledger = self._ledgers.setdefault(mailbox, _Ledger())
            self._announce(ledger, now, _moment(retry_after, now))

    def use(self, mailbox: str) -> MailboxUse:
        with self._lock:
            ledger = self._ledgers.get(mailbox)
            return ledger.use if ledger else MailboxUse()

    def _count(self, ledger: _Ledger, now: datetime, in_progress: int, arrived: datetime) -> None:
        ledger.recent.append(now)
        while ledger.recent[0] <= now - self._window:
            ledger.recent.popleft()
        hasty = ledger.announced + ON_ITS_WAY < arrived < ledger.patience_until
        use = ledger.use
        ledger.use = MailboxUse(
            use.requests + 1,
            max(use.most_in_window, len(ledger.recent)),
            max(use.most_at_once, in_progress),
            use.refused,
            use.impatient + hasty,
        )

    def _wait(self, ledger: _Ledger, now: datetime, in_progress: int) -> tuple[timedelta, str]:
        """How long the sender must wait, not at all if admitted, and for what."""
        excess = 0 if self._requests is None else len(ledger.recent) - self._requests
        if excess > 0:
            # Refused requests count too, so that whoever goes on asking goes on waiting.
            last = ledger.recent[min(excess, len(ledger.recent) - 1)]
            return last + self._window - now, "MailboxRequests"
        if self._concurrent is not None and in_progress > self._concurrent:
            return max(CONCURRENCY_WAIT, ledger.closed_until - now), "MailboxConcurrency"
        return ledger.closed_until - now, "Mailbox"

    def _announce(self, ledger: _Ledger, now: datetime, until: datetime) -> None:
        if ledger.patience_until < now:
            ledger.announced = now
        ledger.patience_until = max(ledger.patience_until, until)


def _moment(retry_after: int | str, now: datetime) -> datetime:
    text = str(retry_after)
    if text.isdecimal():
        return now + timedelta(seconds=int(text))
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return now
