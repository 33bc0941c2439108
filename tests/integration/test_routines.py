"""What happens by the clock happens on one worker, and a fault of it is seen."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from server.db import Database
from server.graph.errors import GraphUnavailable
from server.ingest.models import Routine
from server.ingest.overview import overview
from server.ingest.routines import TRY_AGAIN, Routines, Timed
from server.ingest.verdict import PERIODS_MISSED, Reason, Trouble, verdict
from tests.firm import NOW

pytestmark = pytest.mark.integration
EVERY = timedelta(minutes=10)


class Worker:
    """One of several that have the same routine."""

    def __init__(self, database: Database, now: datetime = NOW) -> None:
        self.now = now
        self.ran = 0
        self.fault: BaseException | None = None
        self.database = database
        self.routines = Routines(database, lambda: self.now, (Timed("staff", EVERY, self._work),))

    def _work(self) -> None:
        self.ran += 1
        if self.fault:
            raise self.fault

    def seen(self) -> Routine:
        with self.database.reading() as session:
            return session.get_one(Routine, "staff")

    def troubles(self) -> dict[Trouble, Reason]:
        """What health says of the routine."""
        with self.database.reading() as session:
            judged = verdict(overview(session, self.now, {"staff": EVERY}), self.now)
        return {reason.trouble: reason for reason in judged.reasons}


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


class Killed(BaseException):
    """The process died here."""


@pytest.mark.parametrize("fault", [Killed(), GraphUnavailable("Microsoft Graph cannot be reached")])
@pytest.mark.parametrize("succeeded_before", [True, False])
def test_a_routine_that_never_comes_to_its_end_is_late_however_often_it_begins(
    database: Database, fault: BaseException, succeeded_before: bool
) -> None:
    worker = Worker(database)
    if succeeded_before:
        worker.routines.run_due()
    worker.fault = fault
    late_from = NOW + PERIODS_MISSED * EVERY
    while worker.now <= late_from:
        with suppress(Killed):
            worker.routines.run_due()
        assert Trouble.ROUTINE_STOPPED not in worker.troubles()
        worker.now += TRY_AGAIN

    assert worker.troubles()[Trouble.ROUTINE_STOPPED].since == NOW
    worker.fault = None
    worker.routines.run_due()
    assert worker.troubles() == {}


def test_a_routine_whose_worker_died_is_run_by_another(database: Database) -> None:
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
