"""The service, or the way to it, is away for hours or days."""

from datetime import timedelta

import pytest

from tests.faults.mails import ANA, LUIS, deliver_many
from tests.invariants import check_invariants
from tests.stepped import Stepped

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("away", [timedelta(hours=5), timedelta(days=4), timedelta(days=40)], ids=str)
def test_the_service_is_away(program: Stepped, away: timedelta) -> None:
    """Graph gives up after four hours and ends the subscriptions after days; delta finds what came."""
    program.simulator.faults.drop_notifications(share=1.0)
    deliver_many(program, 10)
    program.advance(away)
    deliver_many(program, 10, to=(ANA, LUIS))

    program.simulator.faults.clear()
    program.restart()
    program.settle()

    assert check_invariants(program).got == 20
