"""Writing together."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from server.ingest.together import Together
from tests.waiting import eventually

COMPANY = 5


class Table:
    """Writes when it is let; gives the parties in which it was written."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked = 0
        self.parties: list[list[int]] = []
        self.refused: set[int] = set()

    def write(self, items: Sequence[int]) -> None:
        self.asked += 1
        self.open.wait()
        if self.refused & set(items):
            raise ValueError("refused")
        self.parties.append(sorted(items))


@pytest.fixture
def table() -> Table:
    return Table()


def _write_behind_one(table: Table) -> tuple[Callable[[], None], list["Future[None]"]]:
    """One is writing, and the rest of the company has come meanwhile."""
    together, pool = Together(table.write), ThreadPoolExecutor()
    first = pool.submit(together.write, 0)
    eventually(lambda: table.asked == 1)
    rest = [pool.submit(together.write, number) for number in range(1, COMPANY)]
    eventually(lambda: len(together._party.items) == COMPANY - 1)
    return pool.shutdown, [first, *rest]


def test_who_comes_while_another_commits_is_written_with_the_next(table: Table) -> None:
    leave, written = _write_behind_one(table)
    assert not any(each.done() for each in written)

    table.open.set()
    leave()

    assert table.parties == [[0], [1, 2, 3, 4]]
    assert [each.exception() for each in written] == [None] * COMPANY


def test_what_spoils_one_item_is_heard_by_its_own_writer_alone(table: Table) -> None:
    leave, written = _write_behind_one(table)
    table.refused = {2}

    table.open.set()
    leave()

    assert sorted(table.parties) == [[0], [1], [3], [4]]
    assert [type(each.exception()) for each in written] == [
        type(None), type(None), ValueError, type(None), type(None),
    ]  # fmt: skip
