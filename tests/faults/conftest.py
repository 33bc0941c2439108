"""The program among faults: under a clock that tests move, with two mailboxes unless a test wants more."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cli.database import migrate_database
from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.conftest import DIALECTS
from tests.live import settings_for
from tests.postgresql import Cluster
from tests.stepped import Stepped

WATCHED = ("ana@ribera.example", "luis@ribera.example")


@pytest.fixture(scope="session")
def sqlite_template(simulator_process: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them, to be copied: making one takes longer."""
    folder = tmp_path_factory.mktemp("template")
    migrate_database(settings_for(simulator_process, f"sqlite:///{folder / 'all.sqlite3'}", folder, 8000))
    return folder / "all.sqlite3"


@pytest.fixture(scope="session")
def postgresql_template(
    simulator_process: Simulator, postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The same on PostgreSQL, by its address."""
    with postgresql.database() as url:
        migrate_database(settings_for(simulator_process, url, tmp_path_factory.mktemp("data"), 8000))
        yield url


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with all tables, of either kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "test.sqlite3")
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    cluster: Cluster = request.getfixturevalue("postgresql")
    with cluster.database(request.getfixturevalue("postgresql_template")) as url:
        yield url


@pytest.fixture
def chance(request: pytest.FixtureRequest, simulator: Simulator) -> random.Random:
    """Dice that fall again as they fell: the run's seed, which is printed, throws the simulator's too."""
    seed = int(request.config.getoption("randomly_seed", default=0) or 0)
    print(f"seed {seed}")
    simulator.faults.chance.seed(seed)
    return random.Random(seed)


@pytest.fixture
def bare_program(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Stepped]:
    """The program with the firm's clients, watching nothing yet; on either database."""
    build_firm(simulator.world)
    with Stepped.serving(simulator, database_url, tmp_path / "data") as program:
        program.import_clients()
        yield program


@pytest.fixture
def program(bare_program: Stepped, chance: random.Random) -> Stepped:
    """Ana's and Luis's mailboxes are watched, both public, and everything was read once."""
    bare_program.add_accounts(addresses=WATCHED)
    bare_program.settle()
    return bare_program
