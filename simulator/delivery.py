"""How Graph treats subscribers that are slow or down: gaps between tries, delays, and dropping."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["prompt", "slow", "drop"]

WINDOW_S = 600.0
SLOW_ANSWER_S = 3.0
LATE_ANSWER_S = 10.0
PATIENCE_S = 4 * 3600.0
# The first ones are shorter than Graph's, so that a test need not wait.
RETRY_GAPS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, *[3600.0] * 3)
SLOW_SHARE = 0.10
DROP_SHARE = 0.15
# Below this number of answers in the window nobody is judged.
FEWEST_ANSWERS = 100


@dataclass(frozen=True)
class DeliveryRules:
    """Times in seconds. Graph waits 3 s for an answer, then tries for 4 h with growing gaps."""

    retry_gaps: Sequence[float] = RETRY_GAPS
    give_up_after: float = PATIENCE_S
    first_timeout: float = SLOW_ANSWER_S
    retry_timeout: float = LATE_ANSWER_S
    slow_delay: float = WINDOW_S
    batch_size: int = 50
    # Exchange touches a new mail again one to three times.
    updates_after_arrival: tuple[int, int] = (1, 3)


class Answers:
    """The answer times of one subscriber in the last ten minutes.

    Source of the shares: Graph documentation, "Receive change notifications through webhooks", April 2026.
    """

    def __init__(self) -> None:
        self._times: deque[tuple[float, float]] = deque()

    def add(self, now: float, duration: float) -> None:
        self._times.append((now, duration))
        while self._times[0][0] < now - WINDOW_S:
            self._times.popleft()

    def verdict(self) -> Verdict:
        """Whether new notifications are sent at once, held back, or dropped."""
        if len(self._times) < FEWEST_ANSWERS:
            return "prompt"
        if self._share_over(LATE_ANSWER_S) > DROP_SHARE:
            return "drop"
        return "slow" if self._share_over(SLOW_ANSWER_S) > SLOW_SHARE else "prompt"

    def _share_over(self, seconds: float) -> float:
        return sum(duration >= seconds for _, duration in self._times) / len(self._times)
