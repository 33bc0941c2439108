"""Whatever capture is doing, it may be cut off right there: nothing is lost, nothing is doubled.

Each step that `server.steps` names is one test: the process is killed as it reaches it, started again,
and the register must be what the mailboxes lead to. A step that is never reached fails its test.
"""

import os
import random
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.accounts import all_accounts, pause
from server.ingest.census import request_census
from server.records.models import MessageAttachment
from server.steps import Step
from simulator import Simulator
from tests.firm import NOW
from tests.forkserver import Crash
from tests.post import Post
from tests.processes import Installation
from tests.reckoning import catch_up, let_time_pass, reckon
from tests.waiting import eventually

pytestmark = pytest.mark.flow
LETTERS_BEFORE, LETTERS_MEANWHILE = 10, 20
# When it is started again: leases have run out, and a catch-up is due.
LATER = timedelta(minutes=11)
# What happens by the clock happens once in the short life of such a process.
ONCE = {Step.STAFF_READ, Step.UPKEEP_DUE, Step.CENSUSES_ASKED_FOR}
# On PostgreSQL each takes longer, so every run draws a few; with this in the environment it takes all.
EVERY_STEP = "TEST_EVERY_CRASH"
DRAWN = 4


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On PostgreSQL the seed of the whole run draws the steps: all its workers must draw the same."""
    if "drawn_step" in metafunc.fixturenames:
        chance = random.Random(metafunc.config.getoption("randomly_seed", 0))
        drawn = list(Step) if os.environ.get(EVERY_STEP) else chance.sample(list(Step), DRAWN)
        metafunc.parametrize("drawn_step", drawn)


@pytest.mark.parametrize("step", Step)
def test_a_process_that_dies_at_a_step_loses_and_doubles_nothing(
    step: Step, sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    _die_and_come_back(step, sqlite_firm, simulator, post)


def test_a_process_that_dies_at_a_step_loses_and_doubles_nothing_on_postgresql(
    drawn_step: Step, postgresql_firm: Installation, simulator: Simulator, post: Post
) -> None:
    _die_and_come_back(drawn_step, postgresql_firm, simulator, post)


def _die_and_come_back(step: Step, firm: Installation, simulator: Simulator, post: Post) -> None:
    passing = 1 if step in ONCE else post.chance.choice((1, 2, 3))
    post.deliver(LETTERS_BEFORE)
    BEFORE.get(step, _nothing)(firm, simulator)

    def dies() -> bool:
        if post.delivered < LETTERS_BEFORE + LETTERS_MEANWHILE:
            post.deliver()
        MEANWHILE.get(step, _nothing)(firm, simulator)
        return firm.running["serve"].poll() is not None

    firm.start("serve", crash=Crash(step, passing))
    eventually(dies, within=60, what=f"reaching '{step}' {passing} times")
    assert firm.wait_for_end("serve") == -signal.SIGKILL

    let_time_pass(firm, LATER)
    simulator.faults.clear()
    assert firm.clock is not None
    started_at = firm.clock()
    firm.start("serve")
    post.deliver()
    catch_up(firm, simulator, started_at)
    reckon(firm, simulator)
    assert _listed_attachments(firm) == post.enclosures


Stimulus = Callable[[Installation, Simulator], None]


def _nothing(firm: Installation, simulator: Simulator) -> None:
    """Most steps are on the way of every mail."""


def _ask_for_a_census(firm: Installation, simulator: Simulator) -> None:
    with firm.database() as engine, Session(engine) as session, session.begin():
        request_census(session, [account.id for account in all_accounts(session)], NOW)


def _shut_the_mailboxes(firm: Installation, simulator: Simulator) -> None:
    """As they were after Microsoft had refused them; now it lets us in again."""
    with firm.database() as engine, Session(engine) as session, session.begin():
        for account in all_accounts(session):
            pause(account, "Microsoft Graph answered 403")


def _have_a_fault(firm: Installation, simulator: Simulator) -> None:
    simulator.faults.next_call(503, path="/mailFolders", count=3)


def _lose_folders(firm: Installation, simulator: Simulator) -> None:
    simulator.faults.next_call(404, path="/messages/delta", code="ErrorItemNotFound", count=3)


def _let_links_expire(firm: Installation, simulator: Simulator) -> None:
    simulator.faults.expire_delta()
    simulator.subscriptions.lifecycle("missed")


def _ask_for_renewal(firm: Installation, simulator: Simulator) -> None:
    simulator.subscriptions.lifecycle("reauthorizationRequired")


BEFORE: dict[Step, Stimulus] = {
    Step.CENSUS_PAGE_READ: _ask_for_a_census,
    Step.CENSUS_PAGE_KEPT: _ask_for_a_census,
    Step.CENSUS_PAGE_COUNTED: _ask_for_a_census,
    Step.FAULT_MET: _have_a_fault,
    Step.FOLDER_GONE: _lose_folders,
    Step.MAILBOX_OPEN_AGAIN: _shut_the_mailboxes,
}
MEANWHILE: dict[Step, Stimulus] = {
    Step.FOLDER_EXPIRED: _let_links_expire,
    Step.SUBSCRIPTION_RENEWED: _ask_for_renewal,
}


def _listed_attachments(firm: Installation) -> int:
    with firm.database() as engine, Session(engine) as session:
        return session.scalar(select(func.count()).select_from(MessageAttachment)) or 0
