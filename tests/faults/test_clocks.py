"""Our clock jumps, summer time ends, months go by."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.mails import ANA, deliver
from tests.faults.people import records
from tests.invariants import check_invariants
from tests.stepped import MINUTE, Stepped

pytestmark = pytest.mark.integration
TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def madrid() -> Iterator[None]:
    """A machine whose time is that of Madrid."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Madrid"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_our_clock_jumps_two_hours_ahead(program: Stepped) -> None:
    """Everything is due at once and is done once."""
    deliver(program, "Antes")
    program.settle()
    before = len(program.simulator.requests.calls())
    program.skew = TWO_HOURS
    program.settle()
    deliver(program, "Después")
    program.settle()

    assert len(program.witness.filed) == 2
    assert len(program.simulator.requests.calls()) - before < 100
    assert check_invariants(program).got == 2


def test_our_clock_jumps_two_hours_back(program: Stepped) -> None:
    """What was due in the future of the wrong clock does not wait for that time."""
    program.skew = TWO_HOURS
    program.settle()
    deliver(program, "Antes")
    program.simulator.notifications.wait_until_quiet()
    program.skew = timedelta()
    program.settle()
    deliver(program, "Después")
    program.settle()
    assert len(program.witness.filed) == 2
    program.simulator.faults.drop_notifications(share=1.0)
    deliver(program, "Sin aviso")
    program.pass_time(11 * MINUTE)

    assert len(program.witness.filed) == 3
    assert check_invariants(program).got == 3


def test_what_failed_under_a_clock_that_was_ahead_does_not_wait_for_its_time(program: Stepped) -> None:
    """Asked for under the right clock, tried in vain under the wrong one, and done soon after."""
    program.settle()
    program.simulator.faults.drop_notifications(share=1.0)
    deliver(program, "Sin aviso")
    program.simulator.faults.next_call(503, path="/messages", count=99)
    program.pass_time(11 * MINUTE)
    program.skew = TWO_HOURS
    program.settle()
    assert len(program.witness.filed) == 0
    program.skew = timedelta()
    program.simulator.faults.clear()
    program.settle()

    assert len(program.witness.filed) == 1
    assert check_invariants(program).got == 1


def test_summer_time_ends_in_madrid(bare_program: Stepped, madrid: None) -> None:
    """The hour from two to three comes twice, and the mails of both keep their order and their times."""
    program = bare_program
    first = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    times = [first + number * 20 * MINUTE for number in range(9)]
    for number, moment in enumerate(times):
        written = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        deliver(program, f"Hora {number}", sentDateTime=written, receivedDateTime=written)
    program.add_accounts(addresses=[ANA])
    program.settle()

    shown = [(r["subject"], datetime.fromisoformat(r["occurred_at"])) for r in records(program)]
    assert shown == [(f"Hora {n}", moment) for n, moment in reversed(list(enumerate(times)))]
    assert check_invariants(program).got == 9


def test_months_go_by(program: Stepped) -> None:
    """With the program at work: subscriptions are renewed all the time, and every mail is filed at once."""
    for number in range(3):
        deliver(program, f"Mes {number}")
        program.settle()
        program.pass_time(timedelta(days=9), step=timedelta(days=3))

    assert check_invariants(program, prompt=[ANA]).got == 3
