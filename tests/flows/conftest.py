"""Real processes of the product, as an operator starts them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.processes import Installation


@pytest.fixture
def installation(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """The product with an empty database of this version, and nothing running."""
    build_firm(simulator.world)
    with Installation.made(simulator, database_url, tmp_path) as installation:
        yield installation
