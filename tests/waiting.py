"""Waiting for what happens elsewhere, without guessing how long it takes."""

import threading
import time
from collections.abc import Callable

_PAUSE_S = 0.05


def eventually(holds: Callable[[], object], *, within: float = 20.0, what: str = "it") -> None:
    """Return as soon as `holds()` is true; fail if it does not become so in time (seconds)."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen within {within:.0f} s"
        threading.Event().wait(_PAUSE_S)
