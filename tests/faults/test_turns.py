"""A worker's turn with a mailbox ends in the middle."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from server.accounts.models import Account
from server.records.models import Record
from server.steps import Step, watch
from tests.faults.mails import ANA, deliver_many
from tests.invariants import check_invariants
from tests.stepped import Stepped

pytestmark = pytest.mark.integration
TWENTY_SECONDS = timedelta(seconds=20)


def lose_the_database(step: Step) -> None:
    if step is Step.WORK_CLAIMED:
        raise OperationalError("SELECT", {}, Exception("the connection is closed"))


def records(program: Stepped) -> int:
    with program.database.reading() as session:
        return session.scalars(select(func.count()).select_from(Record)).one()


def test_a_turn_that_the_database_ends_keeps_its_mailbox_for_thirty_seconds_at_most(
    program: Stepped,
) -> None:
    """The lease cannot be given back; it runs out, though the worker goes on extending others."""
    deliver_many(program, 3)
    program.simulator.notifications.wait_until_quiet()
    with program.database.reading() as session:
        account_id = session.scalars(select(Account.id).where(Account.address == ANA)).one()
    watch(lose_the_database)
    try:
        with pytest.raises(OperationalError):
            program.worker.turns.take(account_id)
    finally:
        watch()

    program.worker.run_until_idle()
    assert records(program) == 0
    for _ in range(2):
        program.advance(TWENTY_SECONDS)
        program.worker.turns.keep_leases()
    program.worker.run_until_idle()

    assert records(program) == 3
    check_invariants(program)
