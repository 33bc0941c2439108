"""A SQLite database stays the file that it was when the program began to use it.

One that is deleted, replaced or robbed of its index (`-shm`) under the running program is refused from
then on: SQLite itself would go on writing into a file that nobody sees any more, or make an empty one, and
what was acknowledged would be lost. https://www.sqlite.org/howtocorrupt.html
"""

import os
import sqlite3
from typing import Any

import structlog
from sqlalchemy import Engine, event

log = structlog.get_logger(__name__)


class DatabaseFile:
    """The files of one engine's database as they were when it connected first."""

    def __init__(self, engine: Engine) -> None:
        self._path = ""
        self._database = self._index = 0
        event.listen(engine, "do_connect", self._refuse_others)
        event.listen(engine, "connect", self._know)
        event.listen(engine, "checkout", self._refuse_others)
        event.listen(engine, "engine_disposed", self._forget)

    def _know(self, connection: Any, _record: object) -> None:
        if not self._database:
            # Empty for a database in memory.
            self._path = connection.execute("PRAGMA database_list").fetchone()[2]
            self._database = _inode(self._path)

    def _refuse_others(self, *_: object) -> None:
        """Raises OperationalError, as SQLite itself does when it cannot use a file."""
        if not self._database:
            return
        database, index = _inode(self._path), _inode(f"{self._path}-shm")
        if database != self._database or self._index not in (0, index):
            log.error("database was replaced", path=self._path)
            raise sqlite3.OperationalError(f"{self._path} was deleted or replaced: start the program again")
        # It comes with the first transaction.
        self._index = index

    def _forget(self, _engine: Engine) -> None:
        """With its last connection SQLite takes the index away."""
        self._database = self._index = 0


def _inode(path: str) -> int:
    """Which file it is; 0 for none."""
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return 0
