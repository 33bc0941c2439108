"""The program among faults: under a clock that tests move, with two mailboxes unless a test wants more."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.stepped import Stepped

WATCHED = ("ana@ribera.example", "luis@ribera.example")


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
