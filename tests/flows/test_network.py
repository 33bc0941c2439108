"""The network cuts, resets and stalls (F10), between us and Graph and between us and PostgreSQL."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.records.models import Copy
from simulator import Simulator
from tests.firm import ACCOUNTS
from tests.post import Post
from tests.postgresql import Cluster
from tests.processes import Installation
from tests.proxy import Proxy, Spoiling
from tests.reckoning import reckon, settle
from tests.waiting import eventually

pytestmark = pytest.mark.flow
ROUNDS = 3
LONGEST_ANSWER = 3_000


def some(chance: random.Random, number: int) -> list[Spoiling]:
    return [
        Spoiling(chance.randrange(LONGEST_ANSWER), "cut" if chance.random() < 0.5 else "reset")
        for _ in range(number)
    ]


@contextmanager
def spoiling(proxy: Proxy, spoilings: list[Spoiling]) -> Iterator[None]:
    """Spoil the connections of the block, and wait until at least one was."""
    before = proxy.spoiled
    proxy.spoil(*spoilings)
    yield
    eventually(lambda: proxy.spoiled > before, what="spoiling")


def test_answers_of_graph_that_are_cut_or_reset_are_asked_for_again(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    firm = sqlite_firm
    with Proxy.before(_address(simulator.url)) as proxy:
        firm.environment["BITACORA_GRAPH_URL"] = proxy.url
        firm.start("serve")
        settle(firm, simulator)
        for _ in range(ROUNDS):
            with spoiling(proxy, some(post.chance, 3)):
                proxy.sever()
                post.deliver(6)
        proxy.heal()

        settle(firm, simulator)
        reckon(firm, simulator)
        firm.kill("serve")


def test_an_answer_that_stalls_holds_up_its_own_mailbox_alone(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    firm = sqlite_firm
    with Proxy.before(_address(simulator.url)) as proxy:
        firm.environment["BITACORA_GRAPH_URL"] = proxy.url
        firm.start("serve")
        settle(firm, simulator)
        proxy.spoil(Spoiling(100, "stall"))
        proxy.sever()
        for address in ACCOUNTS:
            post.deliver(2, to=[address])

        eventually(lambda: proxy.spoiled, what="stalling")
        eventually(lambda: _copies(firm) >= 2 * (len(ACCOUNTS) - 1), what="filing in the other mailboxes")
        assert _copies(firm) < 2 * len(ACCOUNTS)
        proxy.heal()
        proxy.sever()
        settle(firm, simulator)
        reckon(firm, simulator)
        firm.kill("serve")


def test_a_postgresql_behind_a_bad_network_loses_and_doubles_nothing(
    postgresql: Cluster,
    postgresql_firm: Installation,
    simulator: Simulator,
    post: Post,
) -> None:
    firm = postgresql_firm
    direct = firm.environment["BITACORA_DATABASE_URL"]
    name = direct.partition("?")[0].rpartition("/")[2]
    with Proxy.before(postgresql.socket) as proxy:
        through = f"postgresql://test@127.0.0.1:{proxy.port}/{name}"
        firm.start("web", BITACORA_DATABASE_URL=through)
        firm.start("worker", BITACORA_DATABASE_URL=through)
        settle(firm, simulator)
        for _ in range(ROUNDS):
            with spoiling(proxy, some(post.chance, 4)):
                post.deliver(3)
                proxy.sever()
                post.deliver(3)
        proxy.heal()

        settle(firm, simulator, within=90)
        reckon(firm, simulator)
        assert all(process.poll() is None for process in firm.running.values())
        for process in ("web", "worker"):
            firm.kill(process)


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0


def _copies(firm: Installation) -> int:
    with firm.database() as engine, Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Copy)) or 0
