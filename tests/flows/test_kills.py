"""Nothing lost and nothing doubled while web and worker are killed in the middle of a burst."""

import random
import threading
from datetime import timedelta

import pytest

from simulator import Simulator
from tests.post import Post
from tests.processes import Installation
from tests.reckoning import let_time_pass, reckon, settle

pytestmark = pytest.mark.flow
LETTERS = 250
KILLS = 4
# When the mailbox of a worker that was killed may be taken by another.
LATER = timedelta(minutes=1)


# On PostgreSQL, see test_many_processes.
@pytest.mark.timeout(300)
def test_kills_in_a_burst_of_mail_lose_and_double_nothing(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    firm, chance = sqlite_firm, random.Random(post.chance.random())
    for name in ("web", "worker"):
        firm.start(name)
    settle(firm, simulator)

    sending = threading.Thread(target=_burst, args=[post])
    sending.start()
    for _ in range(KILLS):
        threading.Event().wait(chance.uniform(0.2, 0.8))
        for name in chance.sample(["web", "worker"], k=chance.choice([1, 2])):
            firm.kill(name)
            firm.start(name)
    sending.join()
    let_time_pass(firm, LATER)
    settle(firm, simulator, within=120)

    reckon(firm, simulator)


def _burst(post: Post) -> None:
    for number in range(LETTERS):
        post.deliver()
        if number % 5 == 0:
            threading.Event().wait(0.05)
