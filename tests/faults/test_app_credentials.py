"""The app gets no token, or one that Graph does not take."""

from datetime import timedelta
from typing import Any

import pytest

from tests.faults.mails import ANA, LUIS, deliver, deliver_many
from tests.invariants import check_invariants
from tests.stepped import MINUTE, Stepped

pytestmark = pytest.mark.integration
HOUR = timedelta(hours=1)
# A pause of a quarter of an hour for who is refused, and then what came meanwhile is read.
AFTER_REFUSAL = timedelta(minutes=20)


def token_requests(program: Stepped) -> int:
    return program.simulator.requests.count(path="/oauth2/v2.0/token", method="POST")


def come_back(program: Stepped) -> None:
    """MSAL repeats an error for a minute of the machine's clock, which does not move with ours."""
    program.simulator.faults.clear()
    program.restart()


def test_the_sign_in_service_is_down_for_an_hour(program: Stepped) -> None:
    """It is asked now and then, not again and again, and all is made up for afterwards."""
    program.simulator.faults.token_endpoint("unavailable")
    program.restart()
    before = token_requests(program)
    deliver_many(program, 5)
    program.settle()
    program.pass_time(HOUR, step=MINUTE / 2)

    assert token_requests(program) - before <= 120
    come_back(program)
    assert check_invariants(program).got == 5


@pytest.mark.parametrize("fault", ["invalid_client", "secret_expired"])
def test_the_apps_secret_is_refused(program: Stepped, fault: Any) -> None:
    """Every account says that it needs a person, and goes on by itself once the secret is good."""
    program.simulator.faults.token_endpoint(fault)
    program.restart()
    before = token_requests(program)
    ids = deliver_many(program, 5)
    program.settle()
    program.pass_time(HOUR, step=MINUTE / 2)

    assert token_requests(program) - before <= 120
    check_invariants(program, unread=ids, needs_person=[ANA, LUIS])
    come_back(program)
    assert check_invariants(program, healing_time=HOUR + AFTER_REFUSAL).got == 5


def test_the_secret_ends_while_we_run(program: Stepped) -> None:
    """What was captured until then stays; the next token is refused and the accounts say so."""
    program.simulator.faults.secret_ends(in_days=2)
    deliver(program, "A tiempo")
    program.settle()
    program.advance(timedelta(days=3))
    program.restart()
    late = deliver(program, "Tarde")
    program.settle()

    check_invariants(program, unread=[late], needs_person=[ANA, LUIS])
    come_back(program)
    assert check_invariants(program, healing_time=AFTER_REFUSAL).got == 2


def test_graph_does_not_take_a_token_that_is_good_by_our_clock(program: Stepped) -> None:
    """Our clock is slow, or Graph revoked it: another is fetched, and nobody is called for."""
    program.simulator.clock.advance(HOUR + MINUTE)
    deliver_many(program, 3)
    program.settle()

    assert len(program.witness.filed) == 3
    assert check_invariants(program, prompt=[ANA, LUIS]).got == 3


def test_graph_wants_another_token_at_once(program: Stepped) -> None:
    """A claims challenge, as after a change of the app's rights."""
    program.simulator.faults.challenge_claims()
    deliver_many(program, 3)
    program.settle()

    assert check_invariants(program, prompt=[ANA]).got == 3


@pytest.mark.parametrize("skew", [timedelta(minutes=-10), timedelta(minutes=10)], ids=["slow", "fast"])
def test_our_clock_is_ten_minutes_off(bare_program: Stepped, skew: timedelta) -> None:
    """Subscriptions, pauses and syncs go on, with Microsoft's clock showing another time."""
    program = bare_program
    program.skew = skew
    program.add_accounts(addresses=[ANA])
    program.settle()
    deliver(program, "Puntual")
    program.settle()
    program.advance(timedelta(days=4))
    program.restart()
    deliver(program, "Después de renovar")
    program.settle()
    program.simulator.faults.drop_notifications(share=1.0)
    deliver(program, "Sin aviso")

    assert check_invariants(program).got == 3
