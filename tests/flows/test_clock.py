"""The machine's clock is set forward and back, and the summer time ends (F35)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.records.models import Message
from simulator import Simulator
from tests.firm import ACCOUNTS
from tests.post import Post
from tests.processes import Installation
from tests.reckoning import reckon, settle

pytestmark = pytest.mark.flow
TWO_HOURS = timedelta(hours=2)
# In Madrid it is 02:59:59 at this moment, and a second later 02:00:00 once more.
END_OF_SUMMER_TIME = datetime(2026, 10, 25, 1, tzinfo=UTC)
REQUESTS_OF_A_ROUND = 60


def test_a_clock_that_jumps_forward_and_back_stops_nothing(
    firm: Installation, simulator: Simulator, post: Post
) -> None:
    assert firm.clock is not None
    firm.start("serve")
    settle(firm, simulator)

    for ahead in (TWO_HOURS, timedelta(), -TWO_HOURS, timedelta()):
        post.deliver(3)
        firm.clock.set(ahead)
        before = len(simulator.requests.calls())
        post.deliver(3)
        simulator.subscriptions.lifecycle("reauthorizationRequired")
        settle(firm, simulator)
        asked = len(simulator.requests.calls()) - before
        assert asked < len(ACCOUNTS) * REQUESTS_OF_A_ROUND, "a storm of requests"

    reckon(firm, simulator)


def test_the_hour_that_comes_twice_is_two_hours(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    firm = sqlite_firm
    assert firm.clock is not None
    times = [END_OF_SUMMER_TIME + timedelta(minutes=minutes) for minutes in (-90, -30, 30, 90)]
    _set_to(times[0], firm, simulator)
    firm.start("serve", TZ="Europe/Madrid")
    settle(firm, simulator)

    for moment in times:
        _set_to(moment, firm, simulator)
        post.deliver(to=["luis@ribera.example"], at=moment)
        settle(firm, simulator)

    with firm.database() as engine, Session(engine) as session:
        assert sorted(session.scalars(select(Message.sent_at))) == times
    reckon(firm, simulator)


def _set_to(moment: datetime, firm: Installation, simulator: Simulator) -> None:
    """It is then, at Microsoft and on the firm's machine."""
    assert firm.clock is not None
    simulator.clock.advance(moment - simulator.clock())
    firm.clock.set(moment - datetime.now(UTC))
