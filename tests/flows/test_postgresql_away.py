"""PostgreSQL ends in the middle of work (F05): nothing is acknowledged meanwhile, and nobody restarts us."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from simulator import Simulator
from tests.post import Post, hint
from tests.postgresql import Cluster
from tests.processes import Installation
from tests.reckoning import let_time_pass, reckon, settle
from tests.waiting import eventually

pytestmark = pytest.mark.flow
RESTARTS = 2
# When what was begun before a restart may be taken up by another.
LATER = timedelta(minutes=1)


@pytest.mark.timeout(240)
def test_a_postgresql_that_restarts_under_load_costs_nothing(
    postgresql_firm: Installation, postgresql: Cluster, simulator: Simulator, post: Post
) -> None:
    firm = postgresql_firm
    firm.start("web")
    firm.start("worker")
    settle(firm, simulator)

    for _ in range(RESTARTS):
        post.deliver(30)
        postgresql.stop()
        [copy] = post.deliver(to=["luis@ribera.example"])
        genuine = {"value": [hint(simulator, "luis@ribera.example", copy)]}
        refused = httpx.post(f"{firm.url}/graph/notifications", json=genuine, timeout=30)
        postgresql.start()
        assert refused.status_code == 503
        post.deliver(10)

    let_time_pass(firm, LATER)
    settle(firm, simulator, within=90)
    reckon(firm, simulator)
    assert all(process.poll() is None for process in firm.running.values())


@pytest.mark.timeout(240)
def test_connections_that_died_unnoticed_are_replaced(
    postgresql_firm: Installation, postgresql: Cluster, simulator: Simulator, post: Post
) -> None:
    """The pools hold connections that look alive; a genuine hint is refused once at most."""
    firm = postgresql_firm
    firm.start("web")
    firm.start("worker")
    post.deliver(10)
    settle(firm, simulator)

    ended = postgresql.end_connections(firm.environment["BITACORA_DATABASE_URL"])
    post.deliver(10)

    assert ended > 0
    eventually(lambda: httpx.get(f"{firm.url}/readyz").status_code == 200, what="being ready again")
    settle(firm, simulator, within=90)
    reckon(firm, simulator)
    assert all(process.poll() is None for process in firm.running.values())


@pytest.mark.timeout(240)
def test_a_job_whose_end_could_not_be_written_holds_its_mailbox_for_some_seconds_only(
    postgresql_firm: Installation, simulator: Simulator, post: Post
) -> None:
    """The connection died as the worker wrote that the job is done; the worker itself lives on."""
    firm = postgresql_firm
    firm.start("web")
    firm.start("worker")
    post.deliver(10)
    settle(firm, simulator)

    with firm.database() as engine, engine.begin() as connection:
        left = connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (task_name, queue_name, lock, status, worker_id, args)"
                " SELECT 'drain', 'default', 'mailbox ' || account.id, 'doing', worker.id, '{}'"
                " FROM account CROSS JOIN procrastinate_workers AS worker"
            )
        )
    post.deliver(10)

    assert left.rowcount > 0
    settle(firm, simulator)
    reckon(firm, simulator)
