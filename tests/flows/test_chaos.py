"""Some seconds of what `make chaos` does for half an hour: the driver works, and nothing is missing."""

import random
from pathlib import Path

import pytest

from tests.chaos.__main__ import run

SECONDS = 8.0


@pytest.mark.flow
@pytest.mark.timeout(240)
def test_everything_at_random_loses_and_doubles_nothing(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")

    verdict = run("sqlite", SECONDS, seed, tmp_path)

    print(verdict)
    assert verdict.ok, "\n".join([*verdict.balance.differences, *verdict.faults])
