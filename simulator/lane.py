"""The way to one notification address: a queue with a thread that sends what is due."""

import heapq
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpx

from simulator.delivery import Answers, DeliveryRules
from simulator.values import Json


@dataclass(order=True)
class Parcel:
    """A notification, the time it is due, and how often it was tried."""

    due: float
    order: int
    item: Json = field(compare=False)
    tries: int = field(compare=False, default=0)


class Lane:
    """Sends to one address, several notifications in one request where several are due."""

    def __init__(
        self, url: str, client: httpx.Client, rules: DeliveryRules, report: Callable[[int, int], None]
    ) -> None:
        self._url = url
        self._client = client
        self._rules = rules
        self._report = report
        self._answers = Answers()
        self._order = itertools.count()
        self._parcels: list[Parcel] = []
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"notify {url}", daemon=True)
        self._thread.start()

    def put(self, items: Iterable[Json], *, delay: float = 0.0, shuffle: random.Random | None = None) -> None:
        """Queues notifications, due after `delay` seconds, in order or shuffled among all that wait."""
        with self._wake:
            due = time.monotonic() + delay
            for item in items:
                heapq.heappush(self._parcels, Parcel(due, next(self._order), item))
            if shuffle:
                self._shuffle(shuffle)
            self._wake.notify()

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _shuffle(self, chance: random.Random) -> None:
        orders = [parcel.order for parcel in self._parcels]
        chance.shuffle(orders)
        for parcel, order in zip(self._parcels, orders, strict=True):
            parcel.order = order
        heapq.heapify(self._parcels)

    def _run(self) -> None:
        while batch := self._next_batch():
            self._deliver(batch)

    def _next_batch(self) -> list[Parcel]:
        with self._wake:
            while not self._closed and self._seconds_to_wait() > 0:
                self._wake.wait(min(self._seconds_to_wait(), threading.TIMEOUT_MAX))
            return [] if self._closed else self._taken()

    def _seconds_to_wait(self) -> float:
        return self._parcels[0].due - time.monotonic() if self._parcels else threading.TIMEOUT_MAX

    def _taken(self) -> list[Parcel]:
        # A retry goes alone with its like: its time limit is another than that of a first try.
        batch = [heapq.heappop(self._parcels)]
        while self._parcels and len(batch) < self._rules.batch_size and self._fits(batch[0]):
            batch.append(heapq.heappop(self._parcels))
        return batch

    def _fits(self, first: Parcel) -> bool:
        candidate = self._parcels[0]
        return candidate.tries == first.tries and candidate.due <= time.monotonic()

    def _deliver(self, batch: list[Parcel]) -> None:
        verdict = self._answers.verdict() if batch[0].tries == 0 else "prompt"
        if verdict == "drop":
            self._report(0, len(batch))
        elif verdict == "slow":
            self._again(batch, self._rules.slow_delay)
        elif self._sent(batch):
            self._report(len(batch), 0)
        else:
            self._retry(batch)

    def _sent(self, batch: list[Parcel]) -> bool:
        limit = self._rules.retry_timeout if batch[0].tries else self._rules.first_timeout
        started = time.monotonic()
        try:
            answer = self._client.post(
                self._url, json={"value": [parcel.item for parcel in batch]}, timeout=limit
            )
            accepted = answer.is_success
        except httpx.HTTPError:
            accepted = False
        now = time.monotonic()
        self._answers.add(now, now - started)
        return accepted

    def _retry(self, batch: list[Parcel]) -> None:
        tries = batch[0].tries
        if tries < len(self._rules.retry_gaps):
            self._again(batch, self._rules.retry_gaps[tries])
        else:
            self._report(0, len(batch))

    def _again(self, batch: list[Parcel], delay: float) -> None:
        due = time.monotonic() + delay
        with self._wake:
            for parcel in batch:
                heapq.heappush(self._parcels, Parcel(due, parcel.order, parcel.item, parcel.tries + 1))
