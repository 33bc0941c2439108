"""Real processes of the product, as an operator starts them."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import Simulator
from simulator.delivery import DeliveryRules
from simulator.scenarios.firm import build_firm
from tests.firm import ACCOUNTS
from tests.forkserver import ForkServer
from tests.post import Post
from tests.postgresql import Cluster
from tests.processes import Installation, copy_sqlite


@pytest.fixture
def installation(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """The product with an empty database of this version, and nothing running."""
    build_firm(simulator.world)
    with Installation.made(simulator, database_url, tmp_path) as installation:
        yield installation


@pytest.fixture(scope="session")
def forkserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    with ForkServer.started(tmp_path_factory.mktemp("forkserver")) as forkserver:
        yield forkserver


@pytest.fixture(scope="session")
def sqlite_of_the_firm(
    simulator_process: Simulator, forkserver: ForkServer, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A database with the firm's clients and accounts, to be copied."""
    folder = tmp_path_factory.mktemp("sqlite")
    _set_up_the_firm(simulator_process, forkserver, f"sqlite:///{folder / 'firm.sqlite3'}", folder)
    return folder / "firm.sqlite3"


@pytest.fixture(scope="session")
def postgresql_of_the_firm(
    simulator_process: Simulator,
    forkserver: ForkServer,
    postgresql: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The same in PostgreSQL, to be used as a template."""
    with postgresql.database() as url:
        _set_up_the_firm(simulator_process, forkserver, url, tmp_path_factory.mktemp("postgresql"))
        yield url


@pytest.fixture
def sqlite_firm(
    sqlite_of_the_firm: Path, forkserver: ForkServer, simulator: Simulator, tmp_path: Path
) -> Iterator[Installation]:
    """The product on SQLite with the firm set up; nothing runs and no mailbox has been read yet."""
    _found_firm(simulator)
    (tmp_path / "data").mkdir()
    database = tmp_path / "data" / "bitacora.sqlite3"
    copy_sqlite(sqlite_of_the_firm, database)
    with Installation.made(
        simulator, f"sqlite:///{database}", tmp_path, forkserver, set_up=True
    ) as installation:
        yield installation


@pytest.fixture
def postgresql_firm(
    postgresql: Cluster,
    postgresql_of_the_firm: str,
    forkserver: ForkServer,
    simulator: Simulator,
    tmp_path: Path,
) -> Iterator[Installation]:
    """The product on PostgreSQL with the firm set up; nothing runs and no mailbox has been read yet."""
    _found_firm(simulator)
    with (
        postgresql.database(postgresql_of_the_firm) as url,
        Installation.made(simulator, url, tmp_path, forkserver) as installation,
    ):
        yield installation


@pytest.fixture(params=["sqlite_firm", "postgresql_firm"], ids=["sqlite", "postgresql"])
def firm(request: pytest.FixtureRequest) -> Installation:
    """The product with the firm set up, on either database."""
    installation: Installation = request.getfixturevalue(request.param)
    return installation


@pytest.fixture
def post(simulator: Simulator) -> Post:
    """Letters of the firm's clients, as a seed has it that is printed."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return Post(simulator, random.Random(seed))


def _set_up_the_firm(simulator: Simulator, forkserver: ForkServer, url: str, folder: Path) -> None:
    _found_firm(simulator)
    with Installation.made(simulator, url, folder, forkserver) as installation:
        installation.import_clients()
        for address in ACCOUNTS:
            installation.run("accounts", "add", address, "--public")


def _found_firm(simulator: Simulator) -> None:
    """Once more, since a database may have been set up meanwhile."""
    simulator.reset()
    build_firm(simulator.world)
    # A Graph that tries again soon, for as long as a process may be away in a test.
    simulator.notifications.rules = DeliveryRules(retry_gaps=(0.2,) * 600)
