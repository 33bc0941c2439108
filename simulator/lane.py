"""The way to one notification address: a queue with a thread that sends what is due."""

import heapq
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import httpx

from simulator.clock import Clock
from simulator.delivery import Answers, DeliveryRules


@dataclass(order=True)
class Parcel:
    """A notification, the time it is due, the time it was due at first, and how often it was tried."""

    due: float
    order: int
    item: object = field(compare=False)
    first_due: float = field(compare=False)
    tries: int = field(compare=False, default=0)


class Lane:
    """Sends to one address, several notifications in one request where several are due.

    What is due when says the simulator's clock; how long an answer takes, the real one. `report` hears
    how many were delivered and lost; `disorder` gives the chance that shuffles what is due, if any is to.
    """

    def __init__(
        self,
        url: str,
        client: httpx.Client,
        rules: DeliveryRules,
        clock: Clock,
        *,
        report: Callable[[int, int], None],
        disorder: Callable[[], random.Random | None],
    ) -> None:
        self._url = url
        self._client = client
        self._rules = rules
        self._now = clock.seconds
        self._report = report
        self._disorder = disorder
        self._sending = False
        self._answers = Answers()
        self._order = itertools.count()
        self._parcels: list[Parcel] = []
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"notify {url}", daemon=True)
        self._thread.start()
        clock.on_advance(self._look_again)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is being sent and nothing is due."""
        with self._wake:
            return not self._sending and self._seconds_to_wait() > 0

    def put(self, items: Iterable[object], *, delay: float = 0.0) -> None:
        """Queues notifications, due after `delay` seconds."""
        with self._wake:
            due = self._now() + delay
            for item in items:
                heapq.heappush(self._parcels, Parcel(due, next(self._order), item, due))
                self._wake.notify()

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _look_again(self) -> None:
        with self._wake:
            self._wake.notify()

    def _run(self) -> None:
        while batch := self._next_batch():
            self._deliver(batch)
            with self._wake:
                self._sending = False
            self._report(0, 0)

    def _next_batch(self) -> list[Parcel]:
        with self._wake:
            while not self._closed and self._seconds_to_wait() > 0:
                self._wake.wait(min(self._seconds_to_wait(), threading.TIMEOUT_MAX))
            self._sending = not self._closed
            return [] if self._closed else self._taken()

    def _seconds_to_wait(self) -> float:
        return self._parcels[0].due - self._now() if self._parcels else threading.TIMEOUT_MAX

    def _taken(self) -> list[Parcel]:
        if chance := self._disorder():
            self._shuffle_due(chance)
        # A retry goes alone with its like: its time limit is another than that of a first try.
        batch = [heapq.heappop(self._parcels)]
        while self._parcels and len(batch) < self._rules.batch_size and self._fits(batch[0]):
            batch.append(heapq.heappop(self._parcels))
        return batch

    def _shuffle_due(self, chance: random.Random) -> None:
        now = self._now()
        due = [parcel for parcel in self._parcels if parcel.due <= now]
        places = [(parcel.due, parcel.order) for parcel in due]
        chance.shuffle(places)
        for parcel, place in zip(due, places, strict=True):
            parcel.due, parcel.order = place
        heapq.heapify(self._parcels)

    def _fits(self, first: Parcel) -> bool:
        candidate = self._parcels[0]
        return candidate.tries == first.tries and candidate.due <= self._now()

    def _deliver(self, due: list[Parcel]) -> None:
        batch = [parcel for parcel in due if not self._given_up(parcel)]
        self._report(0, len(due) - len(batch))
        if batch:
            self._try(batch)

    def _given_up(self, parcel: Parcel) -> bool:
        return parcel.tries > 0 and self._now() - parcel.first_due >= self._rules.give_up_after

    def _try(self, batch: list[Parcel]) -> None:
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
        self._answers.add(self._now(), time.monotonic() - started)
        return accepted

    def _retry(self, batch: list[Parcel]) -> None:
        tries = batch[0].tries
        if tries < len(self._rules.retry_gaps):
            self._again(batch, self._rules.retry_gaps[tries])
        else:
            self._report(0, len(batch))

    def _again(self, batch: list[Parcel], delay: float) -> None:
        due = self._now() + delay
        with self._wake:
            for parcel in batch:
                heapq.heappush(self._parcels, replace(parcel, due=due, tries=parcel.tries + 1))
