"""The machine finds the mistakes that cost others their mail: with any of these in the product, it fails.

Without them the same stories come out well (`test_machine`).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from tests.machine.mutations import capture, filing
from tests.machine.program import Program
from tests.machine.runs import FIXED, IS_THOROUGH, ONLY_FIND, tell

Mutation = Callable[[Program], AbstractContextManager[None]]

MOST_STORIES = 60
AT_NIGHT = pytest.mark.skipif(not IS_THOROUGH, reason="only with TEST_STORIES")
LOST = "missing [1-9]|copies is"
# With every change, and those that need some more stories only when there is time.
ALWAYS: dict[Mutation, str] = {
    capture.union_delete: f"a record disappeared|{LOST}",
    capture.hasty_cursor: f"a cursor passed a mail by|{LOST}",
    capture.gone_at_first_sight: LOST,
    filing.message_id_alone: LOST,
    filing.plain_insert: "doubled [1-9]",
    filing.overwritten_work: "a person's work was changed",
    filing.seen_once: LOST,
    filing.remembered_permission: "private content is shown|open content is hidden",
}
AT_LEISURE: dict[Mutation, str] = {
    capture.fresh_start_after_expiry: f"a cursor passed a mail by|{LOST}",
    capture.parked_for_good: LOST,
    capture.deaf_to_second_hints: LOST,
}


MUTATIONS = [
    *(pytest.param(mutation, said, id=mutation.__name__) for mutation, said in ALWAYS.items()),
    *(
        pytest.param(mutation, said, id=mutation.__name__, marks=AT_NIGHT)
        for mutation, said in AT_LEISURE.items()
    ),
]


@pytest.mark.integration
@pytest.mark.timeout(600)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("mutation", "said"), MUTATIONS)
def test_the_machine_finds(program: Program, mutation: Mutation, said: str) -> None:
    with mutation(program), pytest.raises(AssertionError, match=said):
        tell(program, replace(FIXED, stories=MOST_STORIES), ONLY_FIND)
