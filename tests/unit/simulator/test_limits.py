"""How many requests a mailbox takes, by the simulator's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator.errors import GraphError
from simulator.limits import Limits, MailboxUse

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ANA, LUIS = "ana", "luis"


class Time:
    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def limits(time: Time) -> Limits:
    return Limits(time)


def ask(limits: Limits, time: Time, mailbox: str = ANA, *, at_once: int = 1) -> int | None:
    """The seconds that the mailbox asks to wait, None where it answers."""
    try:
        limits.admit(mailbox, at_once, time.now)
    except GraphError as error:
        return int(error.headers["Retry-After"])
    return None


def test_the_window_slides(limits: Limits, time: Time) -> None:
    limits.set(requests=3)
    for _ in range(3):
        assert ask(limits, time) is None
        time.passes(100)

    refused = ask(limits, time)
    time.passes(float(refused or 0))

    # The second request must have left too, since the refused one counts.
    assert refused == 400
    assert ask(limits, time) is None
    assert limits.use(ANA) == MailboxUse(requests=5, most_in_window=4, most_at_once=1, refused=1, impatient=0)


def test_who_comes_too_early_is_refused_again_and_counted(limits: Limits, time: Time) -> None:
    ask(limits, time, at_once=5)
    assert ask(limits, time) == 1
    time.passes(0.9)
    assert ask(limits, time) == 1
    time.passes(1)
    assert ask(limits, time) is None

    # The one at the same instant was on its way.
    assert (limits.use(ANA).refused, limits.use(ANA).impatient) == (3, 1)


def test_one_mailbox_does_not_limit_another(limits: Limits, time: Time) -> None:
    limits.set(requests=1)

    assert [ask(limits, time, each) for each in (ANA, LUIS, ANA)] == [None, None, 600]


def test_ten_thousand_requests_in_ten_minutes_are_taken(limits: Limits, time: Time) -> None:
    assert [ask(limits, time) for _ in range(10_000)] == [None] * 10_000
    assert ask(limits, time) == 600


def test_limits_can_be_lifted(limits: Limits, time: Time) -> None:
    limits.set(concurrent=0, requests=None)
    assert ask(limits, time) == 1
    limits.set(concurrent=None, requests=0)
    assert ask(limits, time) == 600

    limits.set(concurrent=None, requests=None)

    assert ask(limits, time, at_once=100) is None
    assert limits.use(ANA).impatient == 0


def test_a_mailbox_can_be_closed_for_a_time(limits: Limits, time: Time) -> None:
    limits.close(ANA, timedelta(seconds=30))

    assert ask(limits, time) == 30
    time.passes(30)
    assert ask(limits, time) is None


@pytest.mark.parametrize("announced", [60, "60", "Tue, 24 Nov 2026 09:01:00 GMT"])
def test_a_wait_that_a_fault_announced_is_watched_and_not_enforced(
    limits: Limits, time: Time, announced: int | str
) -> None:
    limits.announced(ANA, announced)
    for _ in range(2):
        time.passes(40)
        assert ask(limits, time) is None

    assert limits.use(ANA).impatient == 1
