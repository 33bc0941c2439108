"""Pages of the register by hand-written SQL over the bare driver: what no product could be quicker than."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

COLUMNS = (
    "r.id, c.code, c.name, r.type, r.direction, r.initiated_by, r.subject, r.person, r.occurred_at,"
    " r.reason_id, r.area_id, m.preview"
)
PAGE = (
    f"SELECT {COLUMNS} FROM record r JOIN client c ON c.id = r.client_id"  # noqa: S608  # our own words
    " LEFT JOIN message m ON m.id = r.message_id WHERE r.client_id = 1 AND r.state = 'filed'"
    " ORDER BY r.occurred_at DESC, r.id DESC LIMIT 50"
)


def page_of_large_client(url: str) -> Callable[[], str]:
    """Reads the first page of the large client and makes JSON of it: no rights, no filters, no objects."""
    connection: Any
    if url.startswith("sqlite"):
        connection = sqlite3.connect(Path(url.removeprefix("sqlite:///")))
    else:
        connection = psycopg.connect(url)
    names = [name.split(".")[-1].strip() for name in COLUMNS.split(",")]

    def read() -> str:
        rows = connection.execute(PAGE).fetchall()
        return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str)

    return read
