"""Subscriptions that end, are lost, doubled, or complain."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from server.ingest.models import Subscription
from tests.faults.hints import subscription_of
from tests.faults.mails import ANA, LUIS, deliver, deliver_many
from tests.invariants import check_invariants
from tests.stepped import MINUTE, Stepped

pytestmark = pytest.mark.integration
HALF_LIFE = timedelta(minutes=10_070) / 2


def living(program: Stepped) -> list[str]:
    """The mailboxes that Graph reports to us, once for each subscription."""
    world = program.simulator.world
    return sorted(world.user(s.scope.user_id).address for s in program.simulator.subscriptions.listed())


def requests(program: Stepped, method: str) -> int:
    return program.simulator.requests.count(path="/subscriptions", method=method)


def test_a_subscription_ends_while_we_are_down(program: Stepped) -> None:
    """A new one is made, and what came in between is found by delta."""
    program.advance(timedelta(days=8))
    deliver_many(program, 5)

    program.restart()
    program.settle()

    assert living(program) == [ANA, LUIS]
    deliver(program, "Después")
    program.settle()
    assert check_invariants(program).got == 6


def test_graph_has_forgotten_a_subscription_that_we_renew(program: Stepped) -> None:
    """The renewal is answered with 404 and nobody told us."""
    forgotten = subscription_of(program, ANA)
    program.simulator.subscriptions.delete(forgotten.id, forgotten.application_id)
    deliver_many(program, 3)

    program.advance(HALF_LIFE + MINUTE)
    program.restart()
    program.settle()

    assert living(program) == [ANA, LUIS]
    assert check_invariants(program).got == 3


def test_the_answer_to_a_renewal_is_lost(program: Stepped) -> None:
    """Graph has renewed it and the connection breaks: asking again is harmless."""
    program.advance(HALF_LIFE + MINUTE)
    program.restart()
    program.simulator.faults.next_call(drop=True, path="/subscriptions", method="PATCH")

    program.settle()
    deliver(program, "Entre tanto")
    program.settle()

    assert check_invariants(program, prompt=[ANA]).got == 1
    assert living(program) == [ANA, LUIS]


def test_the_answer_to_a_creation_is_lost(bare_program: Stepped) -> None:
    """Graph reports to a subscription whose secret nobody knows; another takes its place."""
    program = bare_program
    program.simulator.faults.next_call(drop=True, path="/subscriptions", method="POST")
    program.add_accounts(addresses=[ANA])
    program.settle()

    program.pass_time(MINUTE)
    deliver(program, "Hola")
    program.settle()

    assert living(program) == [ANA]
    assert check_invariants(program, prompt=[ANA]).got == 1


def test_our_address_cannot_be_reached_when_graph_validates_it(bare_program: Stepped) -> None:
    """Graph refuses the subscription; delta files the mails and the subscription is made later."""
    program = bare_program
    program.simulator.faults.next_call(
        400, path="/subscriptions", method="POST", code="ValidationError", count=3
    )
    deliver(program, "Antes")

    program.add_accounts(addresses=[ANA])
    program.settle()
    deliver(program, "Después")
    program.pass_time(timedelta(hours=2), step=timedelta(minutes=10))

    program.restart()
    assert check_invariants(program).got == 2
    assert living(program) == [ANA]


def test_a_subscription_dies_and_nobody_is_told(program: Stepped) -> None:
    """Delta finds mail that nobody announced, so the subscription is taken for dead and replaced."""
    program.pass_time(timedelta(hours=2), step=timedelta(minutes=30))
    program.simulator.faults.lose_subscriptions(ANA)
    deliver_many(program, 3)
    program.settle()
    assert living(program) == [LUIS]

    program.pass_time(timedelta(minutes=25))

    assert living(program) == [ANA, LUIS]
    assert check_invariants(program).got == 3


def test_graph_reports_to_a_subscription_that_we_know_nothing_of(program: Stepped) -> None:
    """After a restored backup, say: it is replaced by one whose secret is known."""
    with program.database.writing() as session:
        session.execute(delete(Subscription))
    deliver(program, "Sin dueño")
    program.settle()
    program.pass_time(MINUTE)
    deliver(program, "Con dueño")
    program.settle()

    assert living(program) == [ANA, LUIS]
    assert check_invariants(program).got == 2


def test_the_service_grants_fewer_days_than_it_documents(bare_program: Stepped) -> None:
    """What it refused once is not asked for again, and the subscription is renewed in time all the same."""
    program = bare_program
    program.simulator.faults.limit_subscriptions(4_230)
    program.add_accounts(addresses=[ANA, LUIS])
    program.settle()
    assert program.simulator.requests.count(path="/subscriptions", status=400) <= 2

    program.pass_time(timedelta(days=4), step=timedelta(days=1))
    deliver(program, "Cuatro días después")
    program.settle()

    assert living(program) == [ANA, LUIS]
    program.simulator.faults.limit_subscriptions()
    assert check_invariants(program, prompt=[ANA]).got == 1


def test_our_addresses_are_validated_again_at_renewal(program: Stepped) -> None:
    """As was seen in the field; the handshake is answered as the first time."""
    program.simulator.faults.validate_at_renewal()
    program.advance(HALF_LIFE + MINUTE)
    program.settle()
    deliver(program, "Renovada")
    program.settle()

    assert living(program) == [ANA, LUIS]
    assert check_invariants(program, prompt=[ANA]).got == 1


def test_graph_asks_for_reauthorisation_every_few_minutes(program: Stepped) -> None:
    """Each is answered by one renewal, and what was held back meanwhile is delivered."""
    renewed = requests(program, "PATCH")
    for number in range(5):
        program.simulator.subscriptions.lifecycle("reauthorizationRequired")
        deliver(program, f"Retenida {number}")
        program.settle()
        program.pass_time(3 * MINUTE)

    assert requests(program, "PATCH") - renewed <= 10
    assert living(program) == [ANA, LUIS]
    assert check_invariants(program, prompt=[ANA, LUIS]).got == 5


def test_a_burst_of_one_complaint_is_one_piece_of_work(program: Stepped) -> None:
    """Graph says the same a hundred times before we get to it."""
    program.simulator.faults.duplicate_notifications(100)
    before = requests(program, "PATCH")

    program.simulator.subscriptions.lifecycle("reauthorizationRequired", ANA)
    program.simulator.subscriptions.lifecycle("missed", ANA)
    program.settle()

    assert requests(program, "PATCH") == before + 1
    deliver(program, "Hola")
    program.settle()
    assert check_invariants(program, prompt=[ANA]).got == 1


@pytest.mark.parametrize("event", ["missed", "subscriptionRemoved"])
def test_graph_says_that_notifications_were_lost(program: Stepped, event: Any) -> None:
    """The gap is closed at once and not when the timer would."""
    program.simulator.faults.drop_notifications(share=1.0)
    deliver_many(program, 4)
    program.settle()
    program.simulator.faults.drop_notifications()

    program.simulator.subscriptions.lifecycle(event, ANA)
    program.settle()

    assert living(program) == [ANA, LUIS]
    assert check_invariants(program, prompt=[ANA, LUIS]).got == 4


def test_graph_removes_a_subscription_again_and_again(program: Stepped) -> None:
    """As happens when an administrator changes something: one new subscription for each removal."""
    made = requests(program, "POST")
    for number in range(4):
        program.simulator.subscriptions.lifecycle("subscriptionRemoved", ANA)
        deliver(program, f"Sin aviso {number}")
        program.settle()

    assert requests(program, "POST") - made == 4
    assert living(program) == [ANA, LUIS]
    assert check_invariants(program, prompt=[ANA, LUIS]).got == 4
