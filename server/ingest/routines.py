"""What happens by the clock, on one of all the workers: the table remembers when each last ran."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.orm import Session

from server.db import Database, insert_into
from server.graph.errors import GraphError
from server.ingest.models import Routine
from server.steps import Step, reached

# What happens once a day does not wait for tomorrow when it failed.
TRY_AGAIN = timedelta(minutes=5)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Timed:
    """A routine: its name, how often it runs, and what it does."""

    name: str
    every: timedelta
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Routines:
    database: Database
    clock: Callable[[], datetime]
    timed: tuple[Timed, ...]

    def run_due(self) -> None:
        """Run each routine whose time has come and that no other worker has taken."""
        for timed in self.timed:
            self.run(timed)

    def run(self, timed: Timed) -> None:
        """Run one routine if its time has come; a fault is noted, and it is tried again soon."""
        reached(Step.ROUTINE_DUE)
        with self.database.writing() as session:
            if not _begin(session, timed, self.clock()):
                return
        error = ""
        try:
            timed.run()
        except GraphError as fault:
            error = str(fault)
            log.warning("routine waits", routine=timed.name, error=error)
        except Exception as fault:
            error = type(fault).__name__
            log.error("routine failed", routine=timed.name, error=error, exc_info=fault)
        with self.database.writing() as session:
            _end(session, timed.name, error, self.clock())


def _begin(session: Session, timed: Timed, now: datetime) -> bool:
    """Take the routine for this time: of several workers, one does."""
    fresh = insert_into(session, Routine).values(name=timed.name, started_at=now, succeeded_at=now)
    first = fresh.on_conflict_do_nothing(index_elements=["name"]).returning(Routine.name)
    if session.scalar(first):
        return True
    taken = session.execute(
        update(Routine)
        .where(
            Routine.name == timed.name,
            or_(
                Routine.started_at <= now - timed.every,
                and_(Routine.started_at <= now - TRY_AGAIN, _did_not_succeed()),
                Routine.started_at > now,  # before the clock was set back
            ),
        )
        .values(started_at=now, finished_at=None)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # an UPDATE always has one


def _did_not_succeed() -> ColumnElement[bool]:
    """It failed, or its worker died on the way."""
    return or_(Routine.last_error != "", Routine.finished_at.is_(None))


def _end(session: Session, name: str, error: str, now: datetime) -> None:
    run = {"finished_at": now, "last_error": error}
    success = {} if error else {"succeeded_at": now}
    session.execute(update(Routine).where(Routine.name == name).values(run | success))
