"""The databases that the product is measured on, each as durable as in a firm's hands."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Union

import psycopg
from sqlalchemy import Engine, create_engine

from benchmarks.circumstances import sqlite_version
from benchmarks.cpu import cpu_seconds
from server.db import prepare_engine
from tests.postgresql import Cluster

NAMES = ("sqlite", "postgresql")
Database = Union["Sqlite", "Postgresql"]


class Sqlite:
    title = f"SQLite {sqlite_version()}, WAL, synchronous=FULL"

    @contextmanager
    def new(self, folder: Path) -> Iterator[str]:
        """The address of an empty database, which ends with the block."""
        yield f"sqlite:///{folder / 'benchmark.sqlite3'}"

    def cpu_seconds(self) -> float:
        """What a server of its own has used; none here, where the database is a part of the product."""
        return 0.0


class Postgresql:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        with cluster.database() as url, psycopg.connect(url) as connection:
            version = connection.info.server_version // 10_000
        self.title = f"PostgreSQL {version}, fsync on"

    @contextmanager
    def new(self, folder: Path) -> Iterator[str]:
        with self._cluster.database() as url:
            yield url

    def cpu_seconds(self) -> float:
        return cpu_seconds(self._cluster.pid)


@contextmanager
def chosen(names: tuple[str, ...]) -> Iterator[list[Database]]:
    with ExitStack() as stack:
        yield [
            Sqlite() if name == "sqlite" else Postgresql(stack.enter_context(Cluster.started(durable=True)))
            for name in names
        ]


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    """A way to look into the product's database from outside."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    prepare_engine(engine)
    try:
        yield engine
    finally:
        engine.dispose()
