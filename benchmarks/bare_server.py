"""A bare peer that serves HTTP, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from benchmarks.product import seconds_until
from tests.processes import free_port

PATH = "/graph/notifications"


@contextmanager
def running(module: str, database_url: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address that takes the notifications."""
    bind = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", module, database_url, bind]
    server = subprocess.Popen(command, env={**os.environ, **(environment or {})})
    try:
        seconds_until(lambda: _answers(bind), within=60, what="the bare server answering")
        yield f"http://{bind}{PATH}"
    finally:
        server.terminate()
        server.wait()


def _answers(bind: str) -> bool:
    try:
        return httpx.get(f"http://{bind}/readyz").is_success
    except httpx.TransportError:
        return False
