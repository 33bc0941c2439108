"""A subscription that fell silent is replaced; one that we did not hear is not blamed for it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from server.ingest.models import Subscription
from server.ingest.subscribe import PROBATION
from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.integration.test_healing import LUIS, clients, mail
from tests.stepped import MINUTE, Stepped

pytestmark = pytest.mark.integration
ROUND = 11 * MINUTE


@pytest.fixture
def program(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Stepped]:
    """Luis's mailbox has been watched for longer than a subscription's probation; on either database."""
    build_firm(simulator.world)
    with Stepped.serving(simulator, database_url, tmp_path / "data") as program:
        program.import_clients()
        program.add_accounts(addresses=[LUIS])
        program.settle()
        program.pass_time(PROBATION + MINUTE)
        simulator.requests.clear()
        yield program


def subscription(program: Stepped) -> str:
    with program.database.reading() as session:
        return session.scalars(select(Subscription.graph_id)).one()


def asked_of_subscriptions(program: Stepped) -> list[str]:
    """But for lifetimes that are too long, which a new process asks for once."""
    calls = program.simulator.requests.calls(path="/subscriptions")
    return [call.method for call in calls if call.status != 400]


def test_a_subscription_that_is_known_and_distrusted_is_replaced_by_two_requests(program: Stepped) -> None:
    silent = subscription(program)
    program.simulator.faults.drop_notifications(share=1.0)
    program.simulator.world.deliver(mail("En silencio", to=LUIS))
    program.pass_time(ROUND)

    assert clients(program) == ["C01"]
    assert subscription(program) != silent
    assert asked_of_subscriptions(program) == ["DELETE", "POST"]


@pytest.mark.parametrize("away", [timedelta(minutes=30), timedelta(hours=8)], ids=str)
def test_mail_of_while_we_were_away_casts_no_doubt_on_a_subscription(
    program: Stepped, away: timedelta
) -> None:
    before = subscription(program)
    program.simulator.faults.drop_notifications(share=1.0)
    program.simulator.world.deliver(mail("Nadie en casa", to=LUIS))
    program.advance(away)
    program.simulator.faults.clear()
    program.restart()
    program.settle()

    assert clients(program) == ["C01"]
    assert subscription(program) == before
    # A new process looks for orphans, once for all mailboxes.
    assert set(asked_of_subscriptions(program)) <= {"GET"}


def test_a_subscription_that_died_while_we_were_away_is_replaced_with_the_next_mail(program: Stepped) -> None:
    before = subscription(program)
    program.simulator.faults.drop_notifications(share=1.0)
    program.advance(timedelta(hours=8))
    program.restart()
    program.settle()
    assert subscription(program) == before

    program.simulator.world.deliver(mail("En silencio", to=LUIS))
    program.pass_time(2 * ROUND)

    assert clients(program) == ["C01"]
    assert subscription(program) != before
