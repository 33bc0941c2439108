"""The simulator and the living program for tests that need both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.live import Live


@pytest.fixture
def live(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Live]:
    """The program with the firm's clients, watching nothing yet; on either database."""
    build_firm(simulator.world)
    with Live.started(simulator, database_url, tmp_path / "data") as live:
        live.import_clients()
        yield live
