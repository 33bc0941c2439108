"""Two web servers and three workers on one PostgreSQL; some die, some lose their connections."""

import os
import threading
from datetime import timedelta

import pytest

from simulator import Simulator
from tests.post import Post
from tests.postgresql import Cluster
from tests.processes import Installation, free_port
from tests.proxy import Proxy
from tests.reckoning import let_time_pass, reckon, settle

pytestmark = pytest.mark.flow
WEBS, WORKERS = ("web-1", "web-2"), ("worker-1", "worker-2", "worker-3")
KILLS = int(os.environ.get("TEST_KILLS", "4"))
LETTERS_A_ROUND = 30
# A dead worker's mailbox rests for thirty seconds, and its job a quarter of a minute longer.
LATER = timedelta(minutes=1)
PATIENCE_S = 120


@pytest.mark.timeout(60 + PATIENCE_S + 5 * KILLS)
def test_processes_that_share_a_database_lose_and_double_nothing(
    postgresql_firm: Installation, postgresql: Cluster, simulator: Simulator, post: Post
) -> None:
    firm = postgresql_firm
    ports = {name: free_port() for name in WEBS}

    def start(name: str) -> None:
        own = {"BITACORA_BIND": f"127.0.0.1:{ports[name]}"} if name in ports else {}
        firm.start(name, **own)

    with Proxy.before(*(("127.0.0.1", port) for port in ports.values())) as front:
        firm.environment["BITACORA_PUBLIC_URL"] = f"http://localhost:{front.port}"
        for name in (*WEBS, *WORKERS):
            start(name)
        settle(firm, simulator)

        for kill in range(KILLS):
            victim = post.chance.choice((*WEBS, *WORKERS))
            print(f"{victim} dies")
            for _ in range(LETTERS_A_ROUND):
                post.deliver()
                threading.Event().wait(0.02)
            firm.kill(victim)
            if kill == KILLS // 2:
                assert postgresql.end_connections(firm.environment["BITACORA_DATABASE_URL"]) > 0
            post.deliver(LETTERS_A_ROUND)
            start(victim)

        let_time_pass(firm, LATER)
        settle(firm, simulator, within=PATIENCE_S)
        reckon(firm, simulator)
        assert [name for name, process in firm.running.items() if process.poll() is not None] == []
        for name in list(firm.running):
            firm.kill(name)
