"""The engine of one machine: threads of the process itself, driven by the due times in the database."""

import threading
from collections.abc import Callable, Collection

import structlog

from server.ingest.routines import Routines
from server.ingest.turns import Turns

THREADS = 4
# What another process put into the inbox is found by looking; what this one put wakes us.
LOOK_EVERY_S = 0.5
FAULT_S = 5.0
ROUTINES_EVERY_S = 5.0
LEASES_EVERY_S = 10.0
log = structlog.get_logger(__name__)


class Threads:
    def __init__(self, turns: Turns, routines: Routines) -> None:
        self._turns = turns
        self._routines = routines
        self._work = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []

    def wake(self, account_ids: Collection[int]) -> None:
        if self._threads and account_ids:
            self._work.release(min(len(account_ids), THREADS))

    def start(self) -> None:
        self._turns.stopping.clear()
        rounds = [
            *((f"worker-{number}", self._take_turns) for number in range(THREADS)),
            ("routines", lambda: self._every(ROUTINES_EVERY_S, self._routines.run_due)),
            ("leases", lambda: self._every(LEASES_EVERY_S, self._turns.keep_leases)),
        ]
        self._threads = [threading.Thread(target=target, name=name, daemon=True) for name, target in rounds]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._turns.stopping.set()
        self._work.release(THREADS)
        for thread in self._threads:
            thread.join()

    def wait(self) -> None:
        self._turns.stopping.wait()

    def _take_turns(self) -> None:
        while not self._turns.stopping.is_set():
            if not survive(self._turns.take_next, self._turns.stopping):
                self._work.acquire(timeout=LOOK_EVERY_S)

    def _every(self, seconds: float, work: Callable[[], object]) -> None:
        while not self._turns.stopping.is_set():
            survive(work, self._turns.stopping)
            self._turns.stopping.wait(seconds)


def survive(work: Callable[[], object], stopping: threading.Event) -> bool:
    """Do it; a database that is away for a while must not end the worker, only make it pause."""
    try:
        return bool(work())
    except Exception as error:
        log.error("worker failed", error=type(error).__name__, exc_info=error)
        stopping.wait(FAULT_S)
        return False
