"""Tables with the databases' own drivers alone: what the bare peers write with, as durably as the product."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg

Rows = Sequence[Sequence[Any]]
# Rows for each table, by its name and columns, written in one transaction.
Write = Callable[[dict[str, Rows]], None]

KEY = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "SERIAL PRIMARY KEY"}


@contextmanager
def opened(url: str, create: Sequence[str] = ()) -> Iterator[Write]:
    """Gives `write({"table (a, b)": [(1, 2), …], …})`; `{key}` in what creates a table is its own number."""
    with _sqlite(url, create) if url.startswith("sqlite") else _postgresql(url, create) as write:
        yield write


@contextmanager
def _sqlite(url: str, create: Sequence[str]) -> Iterator[Write]:
    path, turn = url.removeprefix("sqlite:///"), threading.Lock()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        for statement in create:
            connection.execute(statement.format(key=KEY["sqlite"]))

        def write(tables: dict[str, Rows]) -> None:
            with turn:
                connection.execute("BEGIN IMMEDIATE")
                for table, rows in tables.items():
                    connection.executemany(_insert(table, rows, "?"), rows)
                connection.execute("COMMIT")

        yield write


@contextmanager
def _postgresql(url: str, create: Sequence[str]) -> Iterator[Write]:
    of_thread, opened = threading.local(), list[psycopg.Connection]()
    with psycopg.connect(url) as connection:
        for statement in create:
            connection.execute(statement.format(key=KEY["postgresql"]))

    def write(tables: dict[str, Rows]) -> None:
        if not hasattr(of_thread, "connection"):
            of_thread.connection = psycopg.connect(url)
            opened.append(of_thread.connection)
        with of_thread.connection.transaction(), of_thread.connection.cursor() as cursor:
            for table, rows in tables.items():
                cursor.executemany(_insert(table, rows, "%s"), rows)

    yield write
    for each in opened:
        each.close()


def _insert(table: str, rows: Rows, mark: str) -> str:
    marks = ", ".join([mark] * len(rows[0])) if rows else mark
    return f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608  # our own words
