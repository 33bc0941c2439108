"""Change notifications on their way to the subscribers."""

import random
import threading
from collections import Counter
from collections.abc import Sequence

from simulator.delivery import DeliveryRules
from simulator.faults import Faults
from simulator.lane import Lane
from simulator.outgoing import new_client
from simulator.values import Json


class Notifications:
    """Sends notifications in the background, one lane for each address."""

    def __init__(self, faults: Faults) -> None:
        self.rules = DeliveryRules()
        self._faults = faults
        self._lanes: dict[str, Lane] = {}
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
    def chance(self) -> random.Random:
        return self._faults.chance

    def put(self, url: str, items: Sequence[Json]) -> None:
        """Queues notifications for an address, as far as the faults let them through."""
        with self._idle:
            if self._closed:
                return
            passed = self._through_faults(items)
            self._counts["queued"] += len(passed)
            self._counts["lost"] += max(0, len(items) - len(passed))
            faults = self._faults.notifications
            shuffle = self.chance if faults.shuffled else None
            self._lane(url).put(passed, delay=faults.delay, shuffle=shuffle)

    def wait_until_idle(self, timeout: float = 30.0) -> None:
        """Waits until every notification is delivered or lost; raises TimeoutError after `timeout` s."""
        with self._idle:
            if not self._idle.wait_for(lambda: self._counts["queued"] == 0, timeout):
                raise TimeoutError(f"{self._counts['queued']} notifications are still on their way.")

    def close(self) -> None:
        with self._idle:
            self._closed = True
        for lane in self._lanes.values():
            lane.close()
        self._client.close()

    def _lane(self, url: str) -> Lane:
        if url not in self._lanes:
            self._lanes[url] = Lane(url, self._client, self.rules, self._count)
        return self._lanes[url]

    def _count(self, delivered: int, lost: int) -> None:
        with self._idle:
            self._counts.update(delivered=delivered, lost=lost, queued=-delivered - lost)
            self._idle.notify_all()

    def _through_faults(self, items: Sequence[Json]) -> list[Json]:
        faults = self._faults.notifications
        kept = [item for item in items if not self._dropped()]
        return [item for item in kept for _ in range(faults.copies)]

    def _dropped(self) -> bool:
        faults = self._faults.notifications
        if faults.drop_count > 0:
            faults.drop_count -= 1
            return True
        return self.chance.random() < faults.drop_share
