"""The register is right after anything that may happen, in any order."""

from dataclasses import replace

import pytest

from tests.machine.program import Program
from tests.machine.runs import IS_THOROUGH, profile, tell

# What differs between the databases has tests of its own.
ON_POSTGRESQL = 3


@pytest.mark.integration
@pytest.mark.timeout(0)
def test_the_register_is_right_whatever_happens(program: Program, request: pytest.FixtureRequest) -> None:
    wanted = profile(int(request.config.getoption("randomly_seed", default=0) or 0))
    if not (program.database.is_sqlite or IS_THOROUGH):
        wanted = replace(wanted, stories=ON_POSTGRESQL)
    tell(program, wanted)
