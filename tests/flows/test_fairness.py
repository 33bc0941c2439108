"""One mailbox has a flood of hints (F31): the others get their turn."""

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from server.accounts.accounts import all_accounts
from server.db import Database
from server.ingest.models import InboxItem, Kind
from server.records.models import Copy
from simulator import Simulator
from tests.firm import ACCOUNTS
from tests.post import Post
from tests.processes import Installation
from tests.reckoning import settle
from tests.waiting import eventually

pytestmark = pytest.mark.flow
ANA, LUIS, MARTA, INFO = ACCOUNTS
HINTS = 100_000
SHARE_OF_ANA = 0.9
# Four mailboxes take turns of two hundred messages, four of them at once.
FOUR_ROUNDS_OF_TURNS = 4 * 4 * 200


def test_a_new_hint_in_a_quiet_mailbox_passes_a_hundred_thousand_old_ones(
    firm: Installation, simulator: Simulator, post: Post
) -> None:
    firm.start("serve")
    settle(firm, simulator)
    _fill_the_inbox(firm)
    eventually(lambda: _asked(simulator, ANA) > 0, what="working on the flood")

    before = len(simulator.requests.calls())
    post.deliver(to=[MARTA])

    eventually(lambda: _copies(firm), what="filing the new mail")
    assert len(simulator.requests.calls()) - before < FOUR_ROUNDS_OF_TURNS
    assert _waiting(firm) > HINTS / 2


def _fill_the_inbox(firm: Installation) -> None:
    """Hints of messages that nobody can find any more, all but a tenth of them in one mailbox."""
    assert firm.clock is not None
    now = firm.clock()
    with firm.database() as engine, Database(engine).writing() as session:
        ids = {account.address: account.id for account in all_accounts(session)}
        crowd = [ANA] * int(HINTS * SHARE_OF_ANA)
        rest = [LUIS, INFO] * ((HINTS - len(crowd)) // 2)
        session.execute(
            insert(InboxItem),
            [
                {
                    "account_id": ids[address],
                    "kind": Kind.MESSAGE,
                    "graph_id": f"gone {number}",
                    "due_at": now,
                    "received_at": now,
                }
                for number, address in enumerate(crowd + rest)
            ],
        )


def _asked(simulator: Simulator, address: str) -> int:
    return len(simulator.requests.calls(path="/messages/", mailbox=simulator.world.user(address).id))


def _waiting(firm: Installation) -> int:
    with firm.database() as engine, Session(engine) as session:
        return session.scalar(select(func.count()).select_from(InboxItem)) or 0


def _copies(firm: Installation) -> int:
    with firm.database() as engine, Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Copy)) or 0
