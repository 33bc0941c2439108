"""The product as an operator meets it: the `bitacora` command and the processes that it starts."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import httpx
from sqlalchemy import Engine, create_engine

from server.db import prepare_engine
from simulator import Simulator
from tests.firm import CLIENTS_CSV
from tests.forkserver import Crash, Forked, ForkServer, Offset, Order
from tests.waiting import eventually

COMMAND = [sys.executable, "-m", "server.cli"]
COMMAND_PATIENCE_S = 60


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
        timeout=COMMAND_PATIENCE_S,
    )


def _bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BITACORA_")}


def copy_sqlite(source: Path, target: Path) -> None:
    """What SQLite's own `.backup` does: the whole database, wherever its newest pages stand."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


class Installation:
    """One installation of the product: settings, a database, and the processes that run.

    With a fork server the processes start at once, and their clock and their death are in the test's hand.
    """

    def __init__(
        self, environment: dict[str, str], folder: Path, forkserver: ForkServer | None = None
    ) -> None:
        self.environment = environment
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes] | Forked] = {}
        self.clock = Offset(folder / "clock") if forkserver else None
        self._forkserver = forkserver

    @classmethod
    @contextmanager
    def made(
        cls,
        simulator: Simulator,
        database_url: str,
        folder: Path,
        forkserver: ForkServer | None = None,
        *,
        set_up: bool = False,
        **settings: str,
    ) -> Iterator[Self]:
        """An installation with nothing running, new unless `set_up`; its processes end with the block."""
        port = free_port()
        environment = {
            **simulator.settings(),
            "BITACORA_DATABASE_URL": database_url,
            "BITACORA_DATA_DIR": str(folder / "data"),
            "BITACORA_BIND": f"127.0.0.1:{port}",
            "BITACORA_PUBLIC_URL": f"http://localhost:{port}",
            **settings,
        }
        installation = cls(environment, folder, forkserver)
        if not set_up:
            installation.run("init-db")
        try:
            yield installation
        finally:
            for name in list(installation.running):
                installation.kill(name)

    @property
    def url(self) -> str:
        return self.environment["BITACORA_PUBLIC_URL"]

    @contextmanager
    def database(self) -> Iterator[Engine]:
        """A look into the database beside the product."""
        url = self.environment["BITACORA_DATABASE_URL"]
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        prepare_engine(engine)
        try:
            yield engine
        finally:
            engine.dispose()

    def run(self, *arguments: str) -> str:
        """Run a command that must succeed; gives what it printed."""
        code, said = self.command(*arguments)
        assert code == 0, said
        return said

    def command(self, *arguments: str, crash: Crash | None = None) -> tuple[int, str]:
        """Run a command to its end; gives its exit code and what it printed."""
        if self._forkserver is None:
            assert crash is None
            done = bitacora(self.environment, *arguments)
            return done.returncode, done.stdout + done.stderr
        log = self.folder / "command.log"
        log.unlink(missing_ok=True)
        code = self._fork(arguments, log, crash).wait(COMMAND_PATIENCE_S)
        return code, log.read_text()

    def begin(self, *arguments: str) -> Forked:
        """Start a command and wait for nothing; needs a fork server."""
        return self._fork(arguments, self.folder / "background.log")

    def import_clients(self) -> None:
        listing = self.folder / "clients.csv"
        listing.write_text(CLIENTS_CSV)
        self.run("clients", "import", str(listing))

    def start(self, name: str, *, crash: Crash | None = None, **settings: str) -> None:
        """Start `web`, `worker`, `serve`, or another of them (`worker-2`), and wait until it answers.

        It may be told to die at a step, which needs a fork server.
        """
        self.launch(name, crash=crash, **settings)
        if not name.startswith("worker"):
            bind = settings.get("BITACORA_BIND", self.environment["BITACORA_BIND"])
            eventually(lambda: self._answers(name, bind), what=f"{name} answering")

    def launch(self, name: str, *, crash: Crash | None = None, **settings: str) -> None:
        """Start one of them, in a process group of its own, and wait for nothing."""
        log, command = self.folder / f"{name}.log", name.partition("-")[0]
        if self._forkserver is not None:
            self.running[name] = self._fork([command], log, crash=crash, **settings)
            return
        with log.open("ab") as out:
            self.running[name] = subprocess.Popen(
                [*COMMAND, command],
                env={**_bare_environment(), **self.environment, **settings},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def wait_for_end(self, name: str, within: float = 30) -> int:
        """Wait until a process ends by itself; gives its exit code, or minus the signal."""
        return self.running.pop(name).wait(within)

    def kill(self, name: str) -> None:
        """End a process and its children as a power cut would."""
        process = self.running.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> int:
        """End a process as an operator would; gives its exit code."""
        process = self.running.pop(name)
        process.terminate()
        return process.wait(timeout=30)

    def _fork(
        self,
        arguments: tuple[str, ...] | list[str],
        log: Path,
        crash: Crash | None = None,
        **settings: str,
    ) -> Forked:
        assert self._forkserver is not None
        assert self.clock is not None
        environment = {**_bare_environment(), **self.environment, **settings}
        return self._forkserver.start(Order(tuple(arguments), environment, log, self.clock.path, crash))

    def _answers(self, name: str, bind: str) -> bool:
        """Whether it serves requests; a process that has ended by now will not."""
        try:
            return httpx.get(f"http://{bind}/readyz").is_success or self.running[name].poll() is not None
        except httpx.TransportError:
            return self.running[name].poll() is not None
