"""The worker: takes mailboxes with due work, one thread each, until it is told to stop.

Any number of workers may run, in one process with the web server or on many machines: what is due
stands in the database, and a lease keeps a mailbox with one of them at a time.
"""

import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime

import structlog

from server.db import Database
from server.graph.errors import GraphError
from server.ingest import inbox, lease
from server.ingest.drain import Drain
from server.ingest.upkeep import Upkeep

THREADS = 4
IDLE_S = 0.25
FAULT_S = 5.0
UPKEEP_EVERY_S = 20.0
LEARN_STAFF_EVERY_S = 24 * 3600.0
STEPS_PER_TURN = 10
log = structlog.get_logger(__name__)


class Worker:
    def __init__(
        self, database: Database, drain: Drain, upkeep: Upkeep, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._drain = drain
        self._upkeep = upkeep
        self._clock = clock
        self._name = uuid.uuid4().hex
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to work on threads of this process."""
        names = [f"{self._name}-{number}" for number in range(THREADS)]
        self._threads = [
            *(threading.Thread(target=self._work, args=(name,), name=name, daemon=True) for name in names),
            threading.Thread(target=self._keep_up, name="upkeep", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self) -> None:
        """Block until somebody calls `stop`."""
        self._stop.wait()

    def run_until_idle(self) -> None:
        """Work off everything that is due now, in this thread."""
        self._upkeep.arm()
        while self._take_turn(self._name):
            continue

    def _work(self, holder: str) -> None:
        while not self._stop.is_set():
            worked = self._safely(lambda: self._take_turn(holder))
            if worked is None:
                self._stop.wait(FAULT_S)
            elif not worked:
                self._stop.wait(IDLE_S)

    def _keep_up(self) -> None:
        learned_at = -LEARN_STAFF_EVERY_S
        while not self._stop.is_set():
            if time.monotonic() - learned_at >= LEARN_STAFF_EVERY_S and self._safely(self._learn_staff):
                learned_at = time.monotonic()
            self._safely(self._arm)
            self._stop.wait(UPKEEP_EVERY_S)

    def _learn_staff(self) -> bool:
        return self._upkeep.learn_staff() > 0

    def _arm(self) -> bool:
        self._upkeep.arm()
        return True

    def _take_turn(self, holder: str) -> bool:
        """Work on the mailbox that has waited longest, for a while; False when nothing is due."""
        with self._database.reading() as session:
            due = inbox.due_accounts(session, self._clock())
        return any(self._work_on(account_id, holder) for account_id in due)

    def _work_on(self, account_id: int, holder: str) -> bool:
        worked = False
        for _ in range(STEPS_PER_TURN):
            with self._database.writing() as session:
                if not lease.acquire(session, account_id, holder, self._clock()):
                    return worked
            if self._stop.is_set() or not self._drain.step(account_id):
                break
            worked = True
        with self._database.writing() as session:
            lease.release(session, account_id, holder, self._clock())
        return worked

    def _safely(self, work: Callable[[], bool]) -> bool | None:
        """The outermost loop: a database that is away for a while must not end the worker.

        None: the work failed as a whole, and the next try should wait.
        """
        try:
            return work()
        except GraphError as error:
            log.warning("worker waits", error=str(error))
        except Exception as error:
            log.error("worker failed", error=type(error).__name__, exc_info=error)
        return None
