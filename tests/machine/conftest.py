"""The program that the machine drives, on one database for all its stories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import Simulator
from tests.machine.program import Program


@pytest.fixture
def program(
    simulator: Simulator, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Program]:
    # A program that starts a hundred times need not read all of the machine's authorities each time.
    monkeypatch.setenv("SSL_CERT_FILE", str(simulator.ca_bundle))
    with Program.serving(simulator, database_url, tmp_path / "data") as program:
        yield program
