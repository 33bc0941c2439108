"""What a fault means for the work: wait, leave the mailbox alone, or set it aside. Pure code.

This is the worker's only translation of errors; `server.web.problems` is the one for people.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.graph.errors import (
    GraphDenied,
    GraphRejected,
    GraphUnavailable,
    NotFound,
    ResourceNotFound,
)
from server.ingest.models import Kind

MAX_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
DENIED_PAUSE = timedelta(minutes=15)
# Graph announces mail before it can be read, and a sent mail under the id of its draft.
# These tries span some ten minutes; what is still not there then was deleted before it was read.
GONE_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 60, 180, 360))
# Only such an item may be refused alone; what concerns the mailbox finds out when it is open again.
OF_ONE_MESSAGE = frozenset({Kind.MESSAGE, Kind.ATTACHMENTS})


@dataclass(frozen=True, slots=True)
class Wait:
    """Try this item again then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class WaitMailbox:
    """Leave the whole mailbox alone until then; `denied` marks it as needing a person."""

    until: datetime
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Park:
    """Set the item aside; nothing will change by itself."""


Outcome = Wait | WaitMailbox | Park


def outcome(error: Exception, kind: Kind, attempts: int, now: datetime, jitter: float) -> Outcome:
    """Say what to do after a fault. `attempts` have failed before; `jitter` is in 0 … 1."""
    match error:
        case GraphUnavailable(retry_after=float() as seconds):
            # Graph counts refused calls too, so the whole time is waited, and by the whole mailbox.
            return WaitMailbox(now + timedelta(seconds=seconds + jitter))
        case GraphUnavailable():
            return Wait(now + _growing(attempts, jitter))
        case GraphDenied() | ResourceNotFound() if attempts == 0:
            return WaitMailbox(now + DENIED_PAUSE, denied=True)
        case GraphDenied() | ResourceNotFound() if kind not in OF_ONE_MESSAGE or attempts + 1 < MAX_ATTEMPTS:
            # Perhaps it is this item alone: the others must get their turn.
            return Wait(now + DENIED_PAUSE)
        case NotFound() if not isinstance(error, ResourceNotFound) and attempts < len(GONE_PAUSES):
            return Wait(now + GONE_PAUSES[attempts])
        case NotFound() | GraphRejected() | GraphDenied():
            return Park()
        case _ if attempts + 1 < MAX_ATTEMPTS:
            return Wait(now + _growing(attempts, jitter))
        case _:
            return Park()


def _growing(attempts: int, jitter: float) -> timedelta:
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(attempts, 16), LONGEST_PAUSE)
    return pause * (1 + jitter / 4)
