"""How many requests a mailbox may still be sent. Pure code.

Exchange Online serves an app 10,000 requests in any ten minutes for each mailbox, and counts the refused
ones too. https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits

The generic cell rate algorithm: every request moves one point in time ahead by its share of the ten
minutes; while that point is no further ahead than a burst, the next request may go.
"""

from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
LIMIT = 10_000
BURST = 1_000
# One turn's work is counted when it is done, so a little is kept back for it.
RESERVE = 200
SHARE = WINDOW / (LIMIT - BURST - RESERVE)
# A burst and what a turn sends after it: what is further ahead was counted before the clock was set back.
FURTHEST = 2 * BURST * SHARE


def spend(spent_until: datetime | None, requests: int, now: datetime) -> datetime:
    """Count requests that were sent."""
    begins = now if spent_until is None or _is_from_elsewhere(spent_until, now) else max(spent_until, now)
    return min(begins + requests * SHARE, now + FURTHEST)


def is_left(spent_until: datetime | None, now: datetime) -> bool:
    """Whether the mailbox may be sent a request now."""
    return spent_until is None or spent_until - now <= BURST * SHARE or _is_from_elsewhere(spent_until, now)


def _is_from_elsewhere(spent_until: datetime, now: datetime) -> bool:
    return spent_until - now > FURTHEST
