"""What happens by the clock happens on one worker, and a fault of it is seen."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from server.db import Database
from server.graph.errors import GraphUnavailable
from server.ingest.models import Routine
from server.ingest.routines import TRY_AGAIN, Routines, Timed
from tests.firm import NOW

pytestmark = pytest.mark.integration
EVERY = timedelta(minutes=10)


class Worker:
    """One of several that have the same routine."""

    def __init__(self, database: Database, now: datetime = NOW) -> None:
        self.now = now
        self.ran = 0
        self.fault: Exception | None = None
        self.database = database
        self.routines = Routines(database, lambda: self.now, (Timed("staff", EVERY, self._work),))

    def _work(self) -> None:
        self.ran += 1
        if self.fault:
            raise self.fault

    def seen(self) -> Routine:
        with self.database.reading() as session:
            return session.get_one(Routine, "staff")


def test_a_routine_runs_at_first_and_then_when_its_time_has_come(database: Database) -> None:
    worker = Worker(database)
    runs = []
    for age in (timedelta(0), EVERY - timedelta(seconds=1), EVERY):
        worker.now = NOW + age
        worker.routines.run_due()
        runs.append(worker.ran)

    assert runs == [1, 1, 2]
    assert worker.seen().finished_at == NOW + EVERY


def test_of_several_workers_one_runs_it(database: Database) -> None:
    workers = [Worker(database) for _ in range(3)]

    for worker in workers:
        worker.routines.run_due()

    assert sum(worker.ran for worker in workers) == 1


def test_a_fault_is_noted_and_tried_again_before_its_time(database: Database) -> None:
    worker = Worker(database)
    worker.fault = GraphUnavailable("Microsoft Graph cannot be reached")
    worker.routines.run_due()
    noted = worker.seen().last_error

    worker.fault, worker.now = None, NOW + TRY_AGAIN
    worker.routines.run_due()

    assert noted == "Microsoft Graph cannot be reached"
    assert worker.seen().last_error == ""


def test_a_routine_whose_worker_died_is_run_by_another(database: Database) -> None:
    class Killed(BaseException):
        pass

    victim, other = Worker(database), Worker(database, NOW + TRY_AGAIN)
    victim.routines = Routines(database, lambda: NOW, (Timed("staff", EVERY, _raiser(Killed())),))
    with pytest.raises(Killed):
        victim.routines.run_due()

    other.routines.run_due()

    assert other.ran == 1


def _raiser(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def test_an_unforeseen_fault_is_named_without_its_text(database: Database) -> None:
    worker = Worker(database)
    worker.fault = ValueError("ana@client.example")

    worker.routines.run_due()

    assert worker.seen().last_error == "ValueError"


def test_a_clock_that_was_set_back_delays_no_routine(database: Database) -> None:
    worker = Worker(database)
    worker.routines.run_due()

    worker.now = NOW - timedelta(hours=2)
    worker.routines.run_due()

    assert worker.ran == 2
