"""A mailbox that refuses us is asked again for as long as it takes, and comes back soon after the remedy."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from server.accounts.models import Account, AccountState
from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.integration.test_healing import LUIS, clients, mail, parked
from tests.stepped import MINUTE, Stepped

pytestmark = pytest.mark.integration
HOUR = 60 * MINUTE


@pytest.fixture
def program(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Stepped]:
    """Luis's mailbox is watched and was read once; on either database."""
    build_firm(simulator.world)
    with Stepped.serving(simulator, database_url, tmp_path / "data") as program:
        program.import_clients()
        program.add_accounts(addresses=[LUIS])
        program.settle()
        yield program


def state(program: Stepped) -> AccountState:
    with program.database.reading() as session:
        return session.scalars(select(Account.state)).one()


@pytest.mark.parametrize(
    ("code", "refused_for"),
    [("MailboxNotEnabledForRESTAPI", 2 * HOUR), ("ErrorInvalidUser", 3 * HOUR + 7 * MINUTE)],
)
def test_a_mailbox_comes_back_within_a_quarter_of_an_hour_of_the_remedy(
    program: Stepped, code: str, refused_for: timedelta
) -> None:
    program.simulator.faults.mailbox_unavailable(LUIS, code)
    program.simulator.world.deliver(mail("Mientras", to=LUIS))
    program.pass_time(refused_for)
    assert state(program) is AccountState.PAUSED
    assert set(parked(program)) <= {"message", "attachments"}

    program.simulator.faults.mailbox_available(LUIS)
    program.pass_time(15 * MINUTE)

    assert state(program) is AccountState.ACTIVE
    assert clients(program) == ["C01"]
    assert parked(program) == []
