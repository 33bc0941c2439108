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
OPTIONS = "-c listen_addresses= -c fsync=off -c max_connections=200"


class Cluster:
    """Reached over a socket in its own folder, so that no port can be taken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Self]:
        folder = Path(tempfile.mkdtemp(prefix="bitacora-postgresql-"))
        cluster = cls(folder)
        try:
            if os.geteuid() == 0:
                shutil.chown(folder, "postgres")
            cluster._run("initdb", "-D", f"{folder}/data", "-U", "test", "-A", "trust", "-N", "-E", "UTF8")
            options = f"{OPTIONS} -c unix_socket_directories={folder}"
            cluster._run(
                "pg_ctl", "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start"
            )
            yield cluster
            cluster._run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a new empty database, which ends with the block."""
        name = f"test_{uuid.uuid4().hex}"
        self._execute(f"CREATE DATABASE {name}")
        try:
            yield f"postgresql://test@/{name}?host={self.folder}"
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=test dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

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
