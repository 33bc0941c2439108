"""The product as an operator meets it: the `bitacora` command and the processes that it starts."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import httpx

from simulator import Simulator
from tests.firm import CLIENTS_CSV
from tests.waiting import eventually

COMMAND = [sys.executable, "-m", "server.cli"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def bitacora(environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env={**_bare_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BITACORA_")}


class Installation:
    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = environment
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @classmethod
    @contextmanager
    def made(cls, simulator: Simulator, database_url: str, folder: Path) -> Iterator[Self]:
        port = free_port()
        environment = {
            **simulator.settings(),
            "BITACORA_DATABASE_URL": database_url,
            "BITACORA_DATA_DIR": str(folder / "data"),
            "BITACORA_BIND": f"127.0.0.1:{port}",
            "BITACORA_PUBLIC_URL": f"http://localhost:{port}",
        }
        installation = cls(environment, folder)
        installation.run("init-db")
        try:
            yield installation
        finally:
            for name in list(installation.running):
                installation.kill(name)

    @property
    def url(self) -> str:
        return self.environment["BITACORA_PUBLIC_URL"]

    def run(self, *arguments: str) -> str:
        """Run a command that must succeed; gives what it printed."""
        done = bitacora(self.environment, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def import_clients(self) -> None:
        listing = self.folder / "clients.csv"
        listing.write_text(CLIENTS_CSV)
        self.run("clients", "import", str(listing))

    def start(self, name: str) -> None:
        """Start `web`, `worker` or `serve` in a process group of its own."""
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            [*COMMAND, name],
            env={**_bare_environment(), **self.environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        if name != "worker":
            eventually(self._answers, what=f"{name} answering")

    def kill(self, name: str) -> None:
        """End a process and its children as a power cut would."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> int:
        """End a process as an operator would; gives its exit code."""
        process = self.running.pop(name)
        process.terminate()
        return process.wait(timeout=30)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz").is_success
        except httpx.TransportError:
            return False
