"""The product under measurement: the `bitacora` command and its processes, as an operator runs them."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import BindParameter, Engine, bindparam, text

from benchmarks.cpu import cpu_seconds
from benchmarks.databases import engine_at
from benchmarks.mailboxes import clients_csv
from server.db import UtcDateTime
from simulator import Simulator
from tests.checker import Balance, Register, balance
from tests.forkserver import ForkServer
from tests.processes import Installation, _bare_environment

PAUSE_S = 0.1
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# Two hundred starts of Python would take longer than what is measured.
ADD_ALL = """
import sys
from server.cli import cli
for address in sys.argv[1:]:
    cli.main(["accounts", "add", address, "--public"], standalone_mode=False)
"""


class Product:
    """An installation with the clients of `benchmarks.mailboxes`."""

    def __init__(self, installation: Installation, engine: Engine) -> None:
        self.installation = installation
        self._engine = engine

    @classmethod
    @contextmanager
    def installed(
        cls, simulator: Simulator, url: str, folder: Path, forkserver: ForkServer | None = None
    ) -> Iterator[Self]:
        """An installation with nothing running; with a fork server, its clock may be moved."""
        with (
            Installation.made(simulator, url, folder, forkserver) as installation,
            engine_at(url) as engine,
        ):
            installation.run("init-db")
            listing = folder / "clients.csv"
            listing.write_text(clients_csv())
            installation.run("clients", "import", str(listing))
            yield cls(installation, engine)

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def start(self, *names: str) -> None:
        """Start these processes, or all: web server and worker in one on SQLite, in two on PostgreSQL."""
        for name in names or (("serve",) if self.is_sqlite else ("web", "worker")):
            self.installation.start(name)

    def stop(self) -> None:
        for name in list(self.installation.running):
            self.installation.stop(name)

    def watch(self, mailboxes: Sequence[str]) -> None:
        """Add mail accounts with the command."""
        environment = {**_bare_environment(), **self.installation.environment}
        command = [sys.executable, "-c", ADD_ALL, *mailboxes]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)

    def now(self) -> datetime:
        """What its processes take for the time."""
        clock = self.installation.clock
        return clock() if clock else datetime.now(UTC)

    def advance(self, duration: timedelta) -> None:
        """Let that much time pass at once for its processes; needs a fork server."""
        if self.installation.clock is not None:
            self.installation.clock.set(duration)

    def cpu_seconds(self) -> float:
        """What its running processes have used."""
        return cpu_seconds(*(process.pid for process in self.installation.running.values()))

    def number(self, query: str, **values: datetime) -> Any:
        """The one value that a query of the product's database gives."""
        with self._engine.connect() as connection:
            return connection.execute(text(query).bindparams(*map(_typed, values)), values).scalar_one()

    def is_caught_up(self, since: datetime = LONG_AGO) -> bool:
        """Every account has been walked since then, and nothing waits but a census."""
        walked = "SELECT count(*) FROM account WHERE synced_at IS NULL OR synced_at < :since"
        waiting = "SELECT count(*) FROM inbox_item WHERE state = 'waiting' AND kind <> 'census'"
        return not self.number(walked, since=since) and not self.number(waiting)

    def is_watching(self) -> bool:
        """Besides, every account has a subscription."""
        accounts = self.number("SELECT count(*) FROM account")
        return accounts == self.number("SELECT count(*) FROM subscription") and self.is_caught_up()

    def balance(self, expected: Register) -> Balance:
        """How the register differs from what it must hold."""
        rows = text(
            "SELECT client.code, message.internet_message_id, count(*) FROM record"
            " JOIN client ON client.id = record.client_id"
            " JOIN message ON message.id = record.message_id"
            " JOIN copy ON copy.message_id = message.id"
            " GROUP BY record.id, client.code, message.internet_message_id"
        )
        with self._engine.connect() as connection:
            got = [
                {"client": code, "internet_message_id": message_id, "copies": copies}
                for code, message_id, copies in connection.execute(rows)
            ]
        return balance(expected.records, got)


def _typed(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=UtcDateTime())


def seconds_until(holds: Callable[[], object], *, within: float, what: str) -> float:
    """Wait for something and say how long it took."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > within:
            raise TimeoutError(f"{what} did not happen within {within:.0f} s")
        threading.Event().wait(PAUSE_S)
    return time.monotonic() - began
