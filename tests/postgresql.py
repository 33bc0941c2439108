"""A PostgreSQL server in a temporary folder, from Debian's package."""

import getpass
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg

BINARIES = Path("/usr/lib/postgresql")
OPTIONS = "-c listen_addresses= -c max_connections=200"
NOT_DURABLE = "-c fsync=off"


class Cluster:
    """Reached over a socket in its own folder, so that no port can be taken."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self._options = f"{OPTIONS} {'' if durable else NOT_DURABLE} -c unix_socket_directories={folder}"

    @classmethod
    @contextmanager
    def started(cls, *, durable: bool = False) -> Iterator[Self]:
        """A running server; only a `durable` one writes what would outlive a power cut, and takes longer."""
        folder = Path(tempfile.mkdtemp(prefix="bitacora-postgresql-"))
        cluster = cls(folder, durable=durable)
        try:
            if os.geteuid() == 0:
                shutil.chown(folder, "postgres")
            cluster._run("initdb", "-D", f"{folder}/data", "-U", "test", "-A", "trust", "-N", "-E", "UTF8")
            cluster.start()
            yield cluster
            cluster.stop()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The server's first process, whose children do the work."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    @property
    def socket(self) -> str:
        """The path of the socket that it listens on."""
        return f"{self.folder}/.s.PGSQL.5432"

    def start(self) -> None:
        data, log = f"{self.folder}/data", f"{self.folder}/log"
        self._run("pg_ctl", "-D", data, "-o", self._options, "-l", log, "-w", "start")

    def stop(self) -> None:
        """End it as a crash does: nothing is written down, nobody is waited for."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")

    def end_connections(self, url: str) -> int:
        """End every connection to a database; says how many there were."""
        name = url.partition("?")[0].rpartition("/")[2]
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        with self._connection() as connection:
            return connection.execute(query, [name]).rowcount

    def dump(self, url: str, path: Path) -> None:
        """Write a whole database down as SQL."""
        path.write_bytes(subprocess.run(["pg_dump", url], check=True, capture_output=True).stdout)  # noqa: S607

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The address of a new database like the template (its name or address), gone after the block."""
        name = f"test_{uuid.uuid4().hex}"
        like = template.partition("?")[0].rpartition("/")[2]
        self._execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        try:
            yield f"postgresql://test@/{name}?host={self.folder}"
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with self._connection() as connection:
            connection.execute(statement)

    def _connection(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(f"host={self.folder} user=test dbname=postgres", autocommit=True)

    def _run(self, program: str, *arguments: str) -> None:
        versions = sorted(BINARIES.glob("*/bin"), key=lambda path: int(path.parent.name))
        if not versions:
            raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")
        # The server refuses to run as root.
        user = ["runuser", "-u", "postgres", "--"] if getpass.getuser() == "root" else []
        subprocess.run(
            [*user, str(versions[-1] / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
        )
