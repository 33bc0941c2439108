"""A register that an earlier version filled, after the upgrade: nothing is lost, and the past is found."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from apiflask import APIFlask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, Engine, MetaData, Table, Uuid, func, inspect, select, text

from server import create_app
from server.cli.database import MIGRATIONS, migrate_database
from server.db import Base, Database
from server.records.folded import RecordText
from server.records.models import Record
from server.records.search import index_records
from server.settings import Settings
from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.live import settings_for
from tests.office import Office

pytestmark = [
    pytest.mark.integration,
    # An index over an expression is no part of what is compared by reflection.
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection", "ignore:autogenerate skipping"),
]
Rows = dict[str, list[dict[str, Any]]]
OLD = "0004"
REVISIONS = sorted(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())
BEGIN = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
# More than a migration takes at once.
MAILS = 1_003
MARTAS, TWICE, DELETED = 1_000, 5, 996
# In one second each, the one just before the next second begins.
SAME_SECOND = range(10, 20)
# Indexes, triggers and the search's table, as each database says how they were made.
STATEMENTS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') OR name = 'record_fts'",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " AND tablename NOT LIKE 'procrastinate%' AND tablename NOT LIKE 'alembic%'",
}


def when(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def sent(number: int) -> datetime:
    if number in SAME_SECOND:
        return when(SAME_SECOND.start) + timedelta(microseconds=number)
    return when(number)


def record_id(number: int, client: int = 1) -> uuid.UUID:
    return uuid.UUID(int=(number * 7919 % 65_536) << 112 | number << 8 | client)


def rows_of_the_past(ana: str, marta: str) -> Rows:
    """What the first watchers of a firm had: all kinds of rows, as that version had them."""
    people = [(1, ana, "Ana Ribera", "ana"), (2, marta, "Marta Vidal", "marta")]
    return {
        "area": [{"id": 1, "name": "Fiscal", "active": True}],
        "reason": [
            {"id": 1, "name": "Consulta", "active": True},
            {"id": 2, "name": "Queja", "active": False},
        ],
        "client": [
            {
                "id": n,
                "code": f"C{n:02d}",
                "name": f"Cliente {n}",
                "nif": "",
                "folded": f" c{n:02d} cliente {n}",
            }
            for n in (1, 2)
        ],
        "directory_version": [{"id": 1, "version": 4}],
        "client_address": [
            {
                "id": n,
                "client_id": n,
                "section": "contact",
                "label": "",
                "email": f"Cliente{n}@Fuera.example",
                "address": f"cliente{n}@fuera.example",
                "phone": "",
            }
            for n in (1, 2)
        ],
        "person": [
            {
                "id": n,
                "entra_id": entra_id,
                "name": name,
                "address": f"{who}@ribera.example",
                "active": True,
                "sessions_from": None,
            }
            for n, entra_id, name, who in people
        ],
        "staff_address": [
            {"address": f"{who}@ribera.example", "entra_id": entra_id, "name": name}
            for _, entra_id, name, who in people
        ],
        "client_denial": [{"person_id": 2, "client_id": 2}],
        "account": [
            {
                "id": n,
                "entra_id": entra_id,
                "address": f"{who}@ribera.example",
                "name": name,
                "visibility": "private" if who == "marta" else "public",
                "owner_id": n,
                "since": BEGIN,
                "state": "active",
                "pause_reason": "",
                "added_at": BEGIN,
                "synced_at": when(9_000),
            }
            for n, entra_id, name, who in people
        ],
        "message": [
            {
                "id": n,
                "identity": f"identity-{n}",
                "ordinal": 0,
                "internet_message_id": f"{n}@fuera.example",
                "subject": f"Asunto número {n}",
                "preview": f"Sobre el trámite{n}",
                "direction": "received",
                "sent_at": sent(n),
                "occurred_at": sent(n),
                "has_attachments": n == TWICE,
                "bulk": False,
            }
            for n in range(1, MAILS + 1)
        ],
        "message_participant": [
            {
                "id": 3 * n + place,
                "message_id": n,
                "role": role,
                "name": name,
                "address": address,
                "staff": role != "from",
                "account_id": 1 if role == "bcc" else None,
            }
            for n in range(1, MAILS + 1)
            for place, (role, name, address) in enumerate(
                (
                    ("from", f"Íñigo{n}", "cliente1@fuera.example"),
                    ("to", "Ana Ribera", "ana@ribera.example"),
                    ("bcc", f"Callado{n}", "oculto@ribera.example"),
                )
            )
        ],
        "message_reference": [{"message_id": 2, "internet_message_id": "1@fuera.example"}],
        "message_attachment": [
            {
                "id": 1,
                "message_id": TWICE,
                "position": 0,
                "name": "nómina.pdf",
                "size": 900,
                "content_type": "application/pdf",
            }
        ],
        "message_event": [
            {"id": 1, "message_id": 2, "kind": "read_receipt", "source": "m9", "occurred_at": when(30)}
        ],
        "copy": [
            {
                "id": n,
                "account_id": 2 if n == MARTAS else 1,
                "graph_id": f"copy-{n}",
                "message_id": n,
                "lookup": f"hash-{n}",
                "about": "",
                "exclusion": None,
                "folder_id": "inbox",
                "conversation_id": f"thread-{n // 4}",
                "web_link": "",
                "path": "delta",
                "seen_at": when(n),
                "gone_at": when(9_000) if n == TWICE else None,
            }
            for n in range(1, MAILS + 1)
        ]
        + [
            {
                "id": MAILS + 1,
                "account_id": 1,
                "graph_id": "left-out",
                "message_id": None,
                "lookup": "hash-of-nobodys",
                "about": "hash-2",
                "exclusion": "no_client",
                "folder_id": "inbox",
                "conversation_id": "",
                "web_link": "",
                "path": "notification",
                "seen_at": BEGIN,
                "gone_at": None,
            }
        ],
        "record": [
            {
                "id": record_id(n, client),
                "client_id": client,
                "message_id": n,
                "type": "email",
                "direction": "received",
                "initiated_by": "client",
                "subject": f"Asunto número {n}",
                "person": "Ana Ribera",
                "occurred_at": sent(n),
                "created_at": when(n + 1),
                "created_by_id": None,
                "reason_id": 2 if n == TWICE else None,
                "area_id": 1 if n == TWICE else None,
                "why": {
                    "rule": "address",
                    "address": "cliente1@fuera.example",
                    "section": "contact",
                    "account": "ana@ribera.example",
                    "path": "delta",
                    "delay_s": 1.5,
                },
                "state": "deleted" if n == DELETED else "filed",
                "version": 3 if n == TWICE else 1,
            }
            for n in range(1, MAILS)
            for client in ((1, 2) if n == TWICE else (1,))
        ],
        "candidate": [
            {
                "message_id": MAILS,
                "client_id": client,
                "address": "ambos@fuera.example",
                "section": "contact",
                "clue": None,
            }
            for client in (1, 2)
        ],
        "assignment": [
            {"message_id": 2, "client_id": 1, "person_id": 1, "for_thread": True, "assigned_at": when(60)}
        ],
        "subscription": [
            {
                "id": 1,
                "account_id": 1,
                "graph_id": "subscription-1",
                "client_state_hash": "hash",
                "created_at": BEGIN,
                "expires_at": when(9_999),
                "heard_at": when(8_000),
            }
        ],
        "folder": [
            {
                "id": n,
                "account_id": 1,
                "graph_id": f"folder-{n}",
                "parent_id": "",
                "name": name,
                "exclusion": exclusion,
                "link": link,
                "pending": False,
                "walked": link != "",
                "items": 9,
                "items_read": 9,
            }
            for n, name, exclusion, link in (
                (1, "Bandeja", None, "delta-1"),
                (2, "Correo no deseado", "junk", ""),
            )
        ],
        "folder_tree": [
            {"account_id": 1, "link": "tree-1", "backfill_stopped": True, "exclusions": {"folder-2": "junk"}}
        ],
        "inbox_item": [
            {
                "id": n,
                "account_id": 1,
                "kind": "message",
                "graph_id": f"due-{n}",
                "state": state,
                "hints": 2,
                "attempts": 1,
                "due_at": when(9_000),
                "received_at": when(8_999),
                "path": "notification",
                "last_error": "",
            }
            for n, state in ((1, "waiting"), (2, "parked"))
        ],
        "mailbox_lease": [
            {"account_id": 1, "holder": "", "until": BEGIN, "wanted_until": None, "spent_until": when(1)}
        ],
        "routine": [{"name": "staff", "started_at": BEGIN, "finished_at": when(1), "last_error": ""}],
        "census": [
            {
                "id": 1,
                "account_id": 1,
                "since": BEGIN,
                "started_at": when(5),
                "finished_at": None,
                "link": "list-2",
            }
        ],
        "census_day": [
            {
                "census_id": 1,
                "day": BEGIN.date(),
                "in_mailbox": 3,
                "filed": 1,
                "unassigned": 1,
                "internal": 0,
                "excluded": 0,
                "different": 1,
            }
        ],
        "census_mail": [{"census_id": 1, "graph_id": "copy-1"}],
        "census_difference": [
            {
                "id": 1,
                "census_id": 1,
                "graph_id": "lost",
                "reason": "unknown",
                "received_at": when(3),
                "folder": "folder-1",
            }
        ],
        "app_credential": [{"id": 1, "expires_at": when(99_999), "read_at": BEGIN}],
    }


class Past:
    """A database that is brought from one revision to another, and looked at without today's tables."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.app: APIFlask = create_app(settings)
        self.database: Database = self.app.extensions["bitacora"].database

    @property
    def engine(self) -> Engine:
        return self.database.engine

    def up(self, revision: str = "head") -> None:
        with self.app.app_context():
            upgrade(directory=str(MIGRATIONS), revision=revision)

    def down(self, revision: str) -> None:
        with self.app.app_context():
            downgrade(directory=str(MIGRATIONS), revision=revision)

    def insert(self, rows: Rows) -> None:
        tables = self._tables()
        with self.engine.begin() as connection:
            for name, wanted in rows.items():
                table = tables[name]
                connection.execute(table.insert(), [self._stored(table, row) for row in wanted])
                self._count_on(connection, table)

    def rows(self, columns: dict[str, set[str]] | None = None) -> dict[str, list[list[tuple[str, Any]]]]:
        """Every row of every table; only of these tables and columns if they are named."""
        tables = self._tables()
        with self.engine.connect() as connection:
            return {
                name: sorted(
                    (
                        sorted(item for item in row.items() if columns is None or item[0] in columns[name])
                        for row in connection.execute(select(tables[name])).mappings()
                    ),
                    key=repr,
                )
                for name in columns or tables
            }

    def columns(self) -> dict[str, set[str]]:
        return {name: {column.name for column in table.columns} for name, table in self._tables().items()}

    def _tables(self) -> dict[str, Table]:
        metadata = MetaData()
        metadata.reflect(self.engine)
        strangers = ("record_fts", "procrastinate", "alembic")
        return {name: table for name, table in metadata.tables.items() if not name.startswith(strangers)}

    def _stored(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """As the database of either kind keeps it."""
        is_sqlite = self.database.is_sqlite
        return {
            name: value.replace(tzinfo=None)
            if isinstance(value, datetime) and is_sqlite
            else value.hex
            if isinstance(value, uuid.UUID) and not isinstance(table.c[name].type, Uuid)
            else value
            for name, value in row.items()
        }

    def _count_on(self, connection: Connection, table: Table) -> None:
        """PostgreSQL's sequences go on after what was inserted with its number."""
        if self.database.is_sqlite or "id" not in table.c or table.name == "record":
            return
        highest = select(func.max(table.c.id)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest)))


@pytest.fixture
def past(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Past]:
    build_firm(simulator.world)
    past = Past(settings_for(simulator, database_url, tmp_path / "data", 8000))
    yield past
    past.engine.dispose()


@pytest.fixture
def filled(past: Past, simulator: Simulator) -> Past:
    past.up(OLD)
    ana, marta = (simulator.world.user(f"{who}@ribera.example").id for who in ("ana", "marta"))
    rows = rows_of_the_past(ana, marta)
    assert rows.keys() == past.columns().keys()
    past.insert(rows)
    return past


def indexed(database: Database) -> set[tuple[int, uuid.UUID, int | None, str]]:
    with database.reading() as session:
        t = RecordText
        return {tuple(row) for row in session.execute(select(t.id, t.record_id, t.message_id, t.folded))}


def test_every_row_of_the_past_is_still_there(filled: Past) -> None:
    columns, before = filled.columns(), filled.rows()

    migrate_database(filled.settings)

    assert filled.rows(columns) == before


def test_what_is_new_of_old_rows_says_what_they_were(filled: Past) -> None:
    migrate_database(filled.settings)

    with filled.database.reading() as session:
        records = {record.id: record for record in session.scalars(select(Record))}
        documents = {number for number, each in records.items() if each.has_documents}
        assert documents == {record_id(TWICE), record_id(TWICE, 2)}
        assert {each.notes for each in records.values()} == {""}
        assert all(each.reply_to_id is each.edited_at is each.deleted_at is None for each in records.values())
        assert session.scalar(text("SELECT belongs FROM assignment")) in (True, 1)


def test_old_records_are_indexed_as_new_ones_are(filled: Past) -> None:
    migrate_database(filled.settings)

    migrated = indexed(filled.database)
    with filled.database.writing() as session:
        session.execute(RecordText.__table__.delete())
        ordered = select(Record.id).order_by(Record.occurred_at, Record.id)
        index_records(session, list(session.scalars(ordered)))
    assert {row[1:] for row in indexed(filled.database)} == {row[1:] for row in migrated}
    assert {row[0] >> 16 for row in indexed(filled.database)} == {row[0] >> 16 for row in migrated}


def test_a_register_of_the_past_is_listed_found_and_written_in(filled: Past, simulator: Simulator) -> None:
    migrate_database(filled.settings)
    office = Office(filled.app, simulator)
    ana, marta = office.person("ana"), office.person("marta")

    def found(q: str, client: str = "") -> str | None:
        """The first hit."""
        path = f"/api/records/find?q={q}" + (f"&client={client}" if client else "")
        hit = ana.get(path)["record"]
        return hit and str(hit["id"])

    first = ana.get("/api/records?client=C01&limit=200")["items"]
    assert [each["subject"] for each in first[:2]] == [
        f"Asunto número {MAILS - 1}",
        f"Asunto número {MAILS - 2}",
    ]
    assert ana.subjects("C02") == [f"Asunto número {TWICE}"]
    assert marta.subjects("C02") == []
    assert found("tramite999") == str(record_id(999))
    assert found("inigo500") == str(record_id(500))
    assert found("nomina", "C02") == str(record_id(TWICE, 2))
    assert found("callado500") is None
    # What only Marta holds shows nothing of itself to others.
    assert found(f"tramite{MARTAS}") is None

    old = next(each for each in first if each["subject"] == "Asunto número 999")
    edited = ana.patch(old, {"reason": 1})
    assert edited.status_code == 200
    kept = ana.get(f"/api/records/{record_id(TWICE)}")
    assert (kept["reason"]["name"], kept["area"]["name"], kept["version"]) == ("Queja", "Fiscal", 3)
    moved = ana.post(f"/api/records/{record_id(998)}/move", {"client": "C02", "scope": "message"})
    assert found("tramite998", "C02") == str(record_id(998))
    ana.post(f"/api/batches/{moved['batch']}/undo")
    assert (found("tramite998", "C02"), found("tramite998", "C01")) == (None, str(record_id(998)))
    assert ana.delete(edited.get_json()).status_code == 204
    assert found("tramite999") is None
    ana.post(f"/api/records/{record_id(999)}/restore")
    assert found("tramite999") == str(record_id(999))
    ana.post(f"/api/records/{record_id(DELETED)}/restore")
    assert found(f"tramite{DELETED}") == str(record_id(DELETED))
    new = ana.post("/api/records", {"client": "C01", "subject": "Llamada del presente"})
    assert found("presente", "C01") == new["id"]


def test_the_operators_commands_work_on_it(filled: Past, simulator: Simulator, tmp_path: Path) -> None:
    environment = {**os.environ, **simulator.settings()}
    environment |= {
        "BITACORA_DATABASE_URL": filled.settings.database_url,
        "BITACORA_DATA_DIR": str(filled.settings.data_dir),
    }
    sheet = str(tmp_path / "C01.xlsx")

    for command in (
        ["init-db"],
        ["inbox", "parked"],
        ["records", "export", "--client", "C01", "-o", sheet, "--json"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "server.cli", *command], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"
    assert f'"records": {MAILS - 2}' in done.stdout


def test_each_revision_is_left_and_come_back_to_without_loss(filled: Past) -> None:
    columns, before = filled.columns(), filled.rows()
    migrate_database(filled.settings)
    at_head, folded = schema(filled.engine), indexed(filled.database)

    for revision in reversed(REVISIONS[REVISIONS.index(OLD) : -1]):
        filled.down(revision)
        assert filled.rows(columns) == before
    assert filled.columns() == columns
    migrate_database(filled.settings)

    assert filled.rows(columns) == before
    assert schema(filled.engine) == at_head
    assert indexed(filled.database) == folded


def test_what_people_wrote_since_does_not_hinder_the_way_back(filled: Past, simulator: Simulator) -> None:
    """The older version has no place for it all, but it runs."""
    columns = filled.columns()
    migrate_database(filled.settings)
    ana = Office(filled.app, simulator).person("ana")
    made = ana.post("/api/records", {"client": "C01", "subject": "Sin tipo", "notes": "Una nota"})
    ana.post("/api/records", {"client": "C01", "subject": "Sigue", "reply_to": made["id"]})
    ana.post(f"/api/records/{record_id(998)}/move", {"client": "C02", "scope": "message"})
    ana.delete(ana.get(f"/api/records/{record_id(997)}"))
    count = len(filled.rows()["record"])

    filled.down(OLD)

    assert filled.columns() == columns
    assert len(filled.rows()["record"]) == count
    assert len(filled.rows()["assignment"]) == 2
    migrate_database(filled.settings)
    assert {"Sin tipo", "Sigue"} <= set(ana.subjects("C01"))


def test_the_migrations_end_at_the_tables_of_the_program(past: Past) -> None:
    migrate_database(past.settings)
    with past.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        strangers = ("record_fts", "procrastinate", "alembic")
        differences = [
            each
            for each in compare_metadata(context, Base.metadata)
            if not any(word in repr(each) for word in strangers)
        ]
    migrated = schema(past.engine)

    with past.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS record_fts"))
    Base.metadata.drop_all(past.engine)
    Base.metadata.create_all(past.engine)

    assert differences == []
    assert schema(past.engine) == migrated


def schema(engine: Engine) -> dict[str, Any]:
    """Tables, columns, keys, indexes and triggers, in the words of the database."""
    looked_at = inspect(engine)
    names = [
        name for name in looked_at.get_table_names() if not name.startswith(("procrastinate", "alembic"))
    ]
    found: dict[str, Any] = {
        name: (
            {(each["name"], str(each["type"]), each["nullable"]) for each in looked_at.get_columns(name)},
            _plain(looked_at.get_foreign_keys(name)),
            _plain(looked_at.get_unique_constraints(name)),
            _plain([looked_at.get_pk_constraint(name)]),
        )
        for name in names
    }
    with engine.connect() as connection:
        found["made by statements"] = {
            tuple(row) for row in connection.execute(text(STATEMENTS[engine.dialect.name]))
        }
    return found


def _plain(entries: Iterable[Any]) -> list[str]:
    return sorted(repr(sorted((key, repr(value)) for key, value in each.items())) for each in entries)
