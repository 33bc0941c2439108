"""A register of any size, put into a database without the product: one large client, and what is rare."""

import json
import random
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import Engine, text

from server.accounts.models import Account
from server.clients.folding import fold_name
from server.clients.models import Client
from server.db import Base, table_of
from server.records.folded import INDEX, folded_text, position
from server.records.models import (
    Area,
    Reason,
)

CLIENTS = 5000
LARGE = "C0001"
SHARE_OF_LARGE = 0.1
PERSONS = [f"Persona {number:02d}" for number in range(20)]
GONE = "Persona que se fue"
REASONS, AREAS, ACCOUNTS = 20, 8, 10
# The last two accounts are private; who asks owns the first of them.
PRIVATE = (9, 10)
BEGIN, PERIOD = datetime(2016, 1, 1, tzinfo=UTC), timedelta(days=3900)
TYPES = {"email": 0.94, "call": 0.03, "visit": 0.02, "letter": 0.005, "videocall": 0.0048, "portal": 0.0002}
COMMON, RARE, OLD, OF_PRIVATE = "factura", "xilofono", "campania", "reservado"
BATCH = 20_000
Rows = dict[str, list[tuple[Any, ...]]]
COLUMNS = {
    "message": "id, identity, ordinal, internet_message_id, subject, preview, direction, sent_at,"
    " occurred_at, has_attachments, bulk",
    "message_participant": "message_id, role, name, address, staff",
    "message_attachment": "message_id, position, name, size, content_type",
    "copy": "account_id, graph_id, message_id, lookup, about, folder_id, conversation_id, web_link, path,"
    " seen_at",
    "record": "id, client_id, message_id, type, direction, initiated_by, subject, person, occurred_at,"
    " created_at, reason_id, area_id, notes, why, has_documents, state, version",
    "record_text": "id, record_id, message_id, folded",
}


def fill(engine: Engine, records: int, seed: int) -> None:
    """All tables with all their indexes, and the rows; the firm first."""
    Base.metadata.create_all(engine)
    _found(engine)
    indexes = [index for name in COLUMNS for index in Base.metadata.tables[name].indexes]
    for index in indexes:
        index.drop(engine)
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        _set_search(connection, is_sqlite, on=False)
        raw = connection.connection.dbapi_connection
        assert raw is not None
        for rows in _batches(records, seed, is_sqlite):
            (_insert if is_sqlite else _copy)(raw, rows)
        _set_search(connection, is_sqlite, on=True)
        connection.commit()
    for index in indexes:
        index.create(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # As the server does by itself after a while.
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)" if is_sqlite else "VACUUM ANALYZE"))


def _found(engine: Engine) -> None:
    with engine.begin() as connection:
        for table, rows in (
            (
                Client,
                [
                    {"id": n, "code": f"C{n:04d}", "name": f"Cliente {n}", "nif": "", "folded": f" c{n:04d}"}
                    for n in range(1, CLIENTS + 1)
                ],
            ),
            (Reason, [_choice(n, f"Motivo {n}") for n in range(1, REASONS + 1)]),
            (Area, [_choice(n, f"Área {n}") for n in range(1, AREAS + 1)]),
            (Account, [_account(n) for n in range(1, ACCOUNTS + 1)]),
        ):
            connection.execute(table_of(table).insert(), rows)


def _choice(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name, "folded": fold_name(name), "active": True}


def _account(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "entra_id": f"{number}",
        "address": f"cuenta{number}@ribera.example",
        "name": f"Cuenta {number}",
        "visibility": "private" if number in PRIVATE else "public",
        "since": BEGIN,
        "state": "active",
        "pause_reason": "",
        "added_at": BEGIN,
    }


def _set_search(connection: Any, is_sqlite: bool, *, on: bool) -> None:
    """The index of the words is built over all of them at the end."""
    if is_sqlite and on:
        connection.execute(text("INSERT INTO record_fts (record_fts) VALUES ('rebuild')"))
        for statement in INDEX["sqlite"][1:]:
            connection.execute(text(statement))
    elif is_sqlite:
        for trigger in ("added", "removed", "changed"):
            connection.execute(text(f"DROP TRIGGER record_text_{trigger}"))
    else:
        connection.execute(text(INDEX["postgresql"][0] if on else "DROP INDEX ix_record_text_words"))


def _insert(raw: sqlite3.Connection, rows: Rows) -> None:
    for table, values in rows.items():
        marks = ", ".join("?" for _ in COLUMNS[table].split(","))
        raw.executemany(f"INSERT INTO {table} ({COLUMNS[table]}) VALUES ({marks})", values)  # noqa: S608


def _copy(raw: psycopg.Connection[Any], rows: Rows) -> None:
    for table, values in rows.items():
        with raw.cursor().copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)


def _batches(records: int, seed: int, is_sqlite: bool) -> Iterator[Rows]:
    numbers = iter(range(1, records + 1))
    making = _Making(records, seed, is_sqlite)
    while batch := list(islice(numbers, BATCH)):
        rows: Rows = {table: [] for table in COLUMNS}
        for number in batch:
            making.add(rows, number)
        yield rows


class _Making:
    def __init__(self, records: int, seed: int, is_sqlite: bool) -> None:
        self._chance = random.Random(seed)
        self._records = records
        self._is_sqlite = is_sqlite
        self._types = self._chance.choices(list(TYPES), list(TYPES.values()), k=records)
        words = [f"{a}{b}{c}" for a in ("ba", "ce", "di", "fo") for b in _SYLLABLES for c in _SYLLABLES]
        # Few words are said often.
        self._texts = [
            " ".join(self._chance.choices(words, [1 / (rank + 1) for rank in range(len(words))], k=32))
            for _ in range(5000)
        ]
        self._folded = [folded_text([each]) for each in self._texts]
        # What is rare is rare in any register: some, wherever they are.
        self._rare = set(self._chance.sample(range(1, records + 1), 7))
        self._gone = set(range(1, records // 50, max(1, records // 600)))

    def add(self, rows: Rows, number: int) -> None:
        chance = self._chance
        kind = self._types[number - 1]
        client = 1 if chance.random() < SHARE_OF_LARGE else chance.randrange(2, CLIENTS + 1)
        occurred_at = BEGIN + PERIOD * (number / self._records)
        text_number = chance.randrange(len(self._texts))
        account = chance.randrange(1, ACCOUNTS + 1) if chance.random() < 0.3 else chance.randrange(1, 9)
        extra = self._extra(number, account if kind == "email" else 0)
        subject = f"{extra} {self._texts[text_number][:40]}"
        is_sent, has_documents = chance.random() < 0.3, kind == "email" and chance.random() < 0.2
        record_id = uuid.UUID(int=chance.getrandbits(128), version=4)
        when, key = self._time(occurred_at), record_id.hex if self._is_sqlite else record_id
        contact = f"contacto{number % 3}@cliente{client}.example"
        if kind == "email":
            self._add_message(
                rows, number, subject, text_number, when, contact, account, is_sent, has_documents
            )
        person = GONE if number in self._gone else chance.choice(PERSONS)
        rows["record"].append(
            (
                *(key, client, number if kind == "email" else None, kind),
                *(("sent" if is_sent else "received") if kind == "email" else None,),
                *("firm" if is_sent else "client", subject, person, when, when),
                *(chance.randrange(1, REASONS + 1) if chance.random() < 0.3 else None,),
                *(chance.randrange(1, AREAS + 1) if chance.random() < 0.3 else None,),
                *("", json.dumps(_WHY if kind == "email" else {}), has_documents, "filed", 1),
            )
        )
        words = f"_{client} {extra} {self._folded[text_number]} contacto{number % 3} cliente{client} example"
        place = position(occurred_at, record_id)
        rows["record_text"].append((place, key, number if kind == "email" else None, words))

    def _extra(self, number: int, account: int) -> str:
        words = [COMMON] if number % 10 == 0 else ["carta"]
        words += [RARE] if number in self._rare else []
        words += [OLD] if number < self._records / 5 and number % 10 == 1 else []
        words += [OF_PRIVATE] if account == PRIVATE[1] else []
        return " ".join(words)

    def _add_message(
        self,
        rows: Rows,
        number: int,
        subject: str,
        text_number: int,
        when: Any,
        contact: str,
        account: int,
        is_sent: bool,
        has_documents: bool,
    ) -> None:
        rows["message"].append(
            (
                *(number, f"{number}", 0, f"{number}@cliente.example", subject, self._texts[text_number]),
                *("sent" if is_sent else "received", when, when, has_documents, False),
            )
        )
        firm = f"cuenta{account}@ribera.example"
        rows["message_participant"] += [
            (number, "from", "", firm if is_sent else contact, is_sent),
            (number, "to", "", contact if is_sent else firm, not is_sent),
        ]
        if has_documents:
            rows["message_attachment"].append((number, 0, "modelo.pdf", 100_000, "application/pdf"))
        rows["copy"].append(
            (account, f"g{number}", number, f"{number}", "", "inbox", f"t{number // 3}", "", "delta", when)
        )

    def _time(self, time: datetime) -> Any:
        return time.strftime("%Y-%m-%d %H:%M:%S.%f") if self._is_sqlite else time


_SYLLABLES = (
    "bar",
    "cel",
    "din",
    "fom",
    "gur",
    "lam",
    "mes",
    "nit",
    "por",
    "run",
    "sal",
    "tec",
    "vid",
    "zon",
)
_WHY = {
    "rule": "address",
    "address": "contacto@cliente.example",
    "section": "contact",
    "account": "cuenta@ribera.example",
    "path": "delta",
    "delay_s": 1.0,
}
