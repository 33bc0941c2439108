"""What the tests share: databases, the simulator, and the program pointed at it."""

from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine

from server.db import Base, Database, prepare_engine
from simulator import Simulator
from tests.checker import TALLY, Balance
from tests.postgresql import Cluster

pytest.register_assert_rewrite("tests.invariants")
# How fast examples are made says something of the machine, and nothing of the program.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

DIALECTS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A PostgreSQL server of our own, for this run only."""
    with Cluster.started() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def simulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with Simulator.start(tmp_path_factory.mktemp("simulator")) as simulator:
        yield simulator


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    """A Microsoft 365 with nobody in it yet."""
    simulator_process.reset()
    return simulator_process


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    with cluster.database() as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine: Engine) -> Database:
    """A database with all tables and nothing in them."""
    return Database(engine)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes of a run hands its balances to the first."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["balances"] = [astuple(balance)[:5] for balance in TALLY]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    TALLY.extend(Balance(*numbers) for numbers in getattr(node, "workeroutput", {}).get("balances", ()))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The suite's last line: what all fault tests together expected and found."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if TALLY and reporter is not None:
        reporter.write_line(f"{len(TALLY)} registers checked: {sum(TALLY, Balance(0, 0, 0, 0, 0))}")
