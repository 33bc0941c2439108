"""Change notifications on their way to the subscribers."""

import random
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from simulator.clock import Clock
from simulator.delivery import DeliveryRules
from simulator.fault import BadNotification
from simulator.faults import Faults
from simulator.lane import Lane
from simulator.outgoing import new_client
from simulator.values import Json

REMEMBERED = 10_000
_BAD: dict[BadNotification, Callable[[Json], object]] = {
    "null": lambda item: None,
    "text": lambda item: "notification",
    "empty": lambda item: {},
    "no_resource": lambda item: {k: v for k, v in item.items() if not k.startswith("resource")},
    "unknown_subscription": lambda item: {**item, "subscriptionId": "00000000-0000-4000-8000-000000000000"},
    "wrong_client_state": lambda item: {**item, "clientState": "guessed"},
    "other_tenant": lambda item: {**item, "tenantId": "00000000-0000-4000-8000-000000000000"},
}


class Notifications:
    """Sends notifications in the background, one lane for each address."""

    def __init__(self, faults: Faults, clock: Clock) -> None:
        self.rules = DeliveryRules()
        self._faults = faults
        self._clock = clock
        self._lanes: dict[str, Lane] = {}
        self._sent: deque[tuple[str, Json]] = deque(maxlen=REMEMBERED)
        self._counts: Counter[str] = Counter()
        self._idle = threading.Condition()
        self._closed = False
        self._client = new_client()
        self._client.headers["content-type"] = "application/json; charset=utf-8"

    @property
    def delivered(self) -> int:
        """Notifications that were answered with 2xx."""
        return self._counts["delivered"]

    @property
    def lost(self) -> int:
        """Notifications that were given up or dropped."""
        return self._counts["lost"]

    @property
    def waiting(self) -> int:
        """Notifications that are to be sent, now or later."""
        return self._counts["queued"]

    @property
    def chance(self) -> random.Random:
        return self._faults.chance

    def put(self, url: str, items: Sequence[Json]) -> None:
        """Queues notifications for an address, as far as the faults let them through."""
        with self._idle:
            self._sent.extend((url, item) for item in items)
            kept = [item for item in items if not self._dropped()]
            self._counts["lost"] += len(items) - len(kept)
            for delay, together in groupby(kept, lambda _: self._delay()):
                self._queue(url, [copy for item in together for copy in self._multiplied(item)], delay)

    def repeat(self) -> None:
        """Sends once more what was ever sent (the last 10,000), whatever became of the subscriptions."""
        with self._idle:
            for url, item in list(self._sent):
                self._queue(url, [item])

    def wait_until_idle(self, timeout: float = 30.0) -> None:
        """Waits until every notification is delivered or lost; raises TimeoutError after `timeout` s."""
        self._wait(lambda: self._counts["queued"] == 0, timeout)

    def wait_until_quiet(self, timeout: float = 30.0) -> None:
        """Waits until all that is due by the simulator's clock was tried; what is for later may wait."""
        self._wait(lambda: all(lane.is_quiet for lane in self._lanes.values()), timeout)

    def close(self) -> None:
        with self._idle:
            self._closed = True
        for lane in self._lanes.values():
            lane.close()
        self._client.close()

    def _wait(self, done: Callable[[], bool], timeout: float) -> None:
        with self._idle:
            if not self._idle.wait_for(done, timeout):
                raise TimeoutError(f"{self._counts['queued']} notifications are still on their way.")

    def _queue(self, url: str, items: Sequence[object], delay: float = 0.0) -> None:
        if self._closed:
            return
        self._counts["queued"] += len(items)
        self._lane(url).put(items, delay=delay)

    def _lane(self, url: str) -> Lane:
        if url not in self._lanes:
            self._lanes[url] = Lane(
                url, self._client, self.rules, self._clock, report=self._count, disorder=self._disorder
            )
        return self._lanes[url]

    def _count(self, delivered: int, lost: int) -> None:
        with self._idle:
            self._counts.update(delivered=delivered, lost=lost, queued=-delivered - lost)
            self._idle.notify_all()

    def _disorder(self) -> random.Random | None:
        return self.chance if self._faults.notifications.shuffled else None

    def _multiplied(self, item: Json) -> list[object]:
        """A notification as often as the faults will have it, after a bad one if they ask for one."""
        faults = self._faults.notifications
        same: Iterable[object] = [item] * faults.copies
        if faults.bad is None or faults.bad_count <= 0:
            return list(same)
        faults.bad_count -= 1
        return [_BAD[faults.bad](item), *same]

    def _delay(self) -> float:
        faults = self._faults.notifications
        if faults.late_count is None:
            return faults.delay
        faults.late_count -= 1
        return faults.delay if faults.late_count >= 0 else 0.0

    def _dropped(self) -> bool:
        faults = self._faults.notifications
        if faults.drop_count > 0:
            faults.drop_count -= 1
            return True
        return self.chance.random() < faults.drop_share
