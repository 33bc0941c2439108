"""Work in a process of its own, so that it takes no turn from what is measured beside it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any


@contextmanager
def process() -> Iterator[Callable[..., Any]]:
    """Gives `call(function, *arguments)`, which runs in one new process and returns what came of it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield lambda function, *arguments: pool.submit(function, *arguments).result()
