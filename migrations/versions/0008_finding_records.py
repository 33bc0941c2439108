"""what records are listed by and found by

Revision: 0008
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from server.clients.folding import fold
from server.db import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CHUNK = 1000
LONGEST_WORD = 60
FACETS = ["state", "type", "reason_id", "area_id", "initiated_by", "person", "has_documents", "message_id"]
SOME = {
    "type": "type <> 'email'",
    "reason_id": "reason_id IS NOT NULL",
    "area_id": "area_id IS NOT NULL",
    "state": "state = 'deleted'",
}
SEARCH = {
    "sqlite": (
        """CREATE VIRTUAL TABLE record_fts USING fts5(
        folded, content='record_text', content_rowid='id', detail='none', columnsize=0,
        tokenize="ascii tokenchars '_'")""",
        """CREATE TRIGGER record_text_added AFTER INSERT ON record_text BEGIN
        INSERT INTO record_fts (rowid, folded) VALUES (new.id, new.folded); END""",
        """CREATE TRIGGER record_text_removed AFTER DELETE ON record_text BEGIN
        INSERT INTO record_fts (record_fts, rowid, folded) VALUES ('delete', old.id, old.folded); END""",
        """CREATE TRIGGER record_text_changed AFTER UPDATE OF folded ON record_text BEGIN
        INSERT INTO record_fts (record_fts, rowid, folded) VALUES ('delete', old.id, old.folded);
        INSERT INTO record_fts (rowid, folded) VALUES (new.id, new.folded); END""",
    ),
    "postgresql": (
        "CREATE INDEX ix_record_text_words ON record_text USING gin"
        " (array_to_tsvector(string_to_array(folded, ' '))) WITH (gin_pending_list_limit = 1024)",
    ),
}
Texts = defaultdict[Any, list[str]]


def upgrade() -> None:
    op.add_column(
        "record", sa.Column("has_documents", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(
        "UPDATE record SET has_documents = true"
        " WHERE message_id IN (SELECT message_id FROM message_attachment)"
    )
    op.drop_index("ix_record_client_id_occurred_at", "record")
    op.drop_index("ix_record_occurred_at", "record")
    op.create_index("ix_record_client_id_occurred_at", "record", ["client_id", "occurred_at", "id", *FACETS])
    op.create_index("ix_record_occurred_at", "record", ["occurred_at", "id", "client_id", *FACETS])
    op.create_index("ix_record_person", "record", ["person", "occurred_at", "id"])
    for column, which in SOME.items():
        others = [facet for facet in FACETS if facet != column]
        op.create_index(
            f"ix_record_{column}",
            "record",
            [column, "occurred_at", "id", "client_id", *others],
            sqlite_where=sa.text(which),
            postgresql_where=sa.text(which),
        )
    op.create_index(
        "ix_record_reply_to_id",
        "record",
        ["reply_to_id"],
        sqlite_where=sa.text("reply_to_id IS NOT NULL"),
        postgresql_where=sa.text("reply_to_id IS NOT NULL"),
    )
    op.create_index(
        "ix_message_participant_address", "message_participant", [sa.text("lower(address)"), "message_id"]
    )
    op.create_index("ix_record_participant_address", "record_participant", [sa.text("lower(address)")])
    op.drop_index("ix_copy_message_id", "copy")
    op.create_index("ix_copy_message_id", "copy", ["message_id", "account_id"])
    op.create_table(
        "record_text",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("folded", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_text_record_id_record"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_text")),
        sa.UniqueConstraint("record_id", name=op.f("uq_record_text_record_id")),
    )
    connection = op.get_bind()
    dialect = connection.dialect.name
    for statement in SEARCH["sqlite"] if dialect == "sqlite" else ():
        op.execute(statement)
    _fill(connection)
    for statement in SEARCH["postgresql"] if dialect == "postgresql" else ():
        # An index is built faster over rows that are there.
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE record_fts")
    op.drop_table("record_text")
    op.drop_index("ix_copy_message_id", "copy")
    op.create_index("ix_copy_message_id", "copy", ["message_id"])
    op.drop_index("ix_record_participant_address", "record_participant")
    op.drop_index("ix_message_participant_address", "message_participant")
    for column in ("reply_to_id", "person", *SOME, "occurred_at", "client_id_occurred_at"):
        op.drop_index(f"ix_record_{column}", "record")
    op.drop_column("record", "has_documents")
    op.create_index("ix_record_client_id_occurred_at", "record", ["client_id", "occurred_at", "id"])
    op.create_index("ix_record_occurred_at", "record", ["occurred_at", "id"])


def _fill(connection: sa.Connection) -> None:
    """Fold what the register holds already, as it is folded from now on with each change."""
    record = sa.table(
        "record",
        sa.column("id", sa.Uuid()),
        sa.column("occurred_at", UtcDateTime()),
        *(sa.column(name) for name in ("client_id", "message_id", "subject", "notes")),
    )
    text = sa.table(
        "record_text",
        sa.column("record_id", sa.Uuid()),
        *(sa.column(name) for name in ("id", "message_id", "folded")),
    )
    order = sa.tuple_(record.c.occurred_at, record.c.id)
    page = sa.select(record).order_by(record.c.occurred_at, record.c.id).limit(CHUNK)
    last, free = None, -(2**63)
    while rows := connection.execute(page.where(order > last) if last else page).all():
        last = (rows[-1].occurred_at, rows[-1].id)
        mails = _of_messages(connection, [row.message_id for row in rows if row.message_id is not None])
        people = _collect(
            connection, "record_id", "record_participant", "name, address", [row.id for row in rows]
        )
        texts = []
        for row in rows:
            at = max(free, _position(row.occurred_at, row.id))
            free = at + 1
            folded = _folded([row.subject, row.notes, *mails[row.message_id], *people[row.id]])
            texts.append(
                {
                    "id": at,
                    "record_id": row.id,
                    "message_id": row.message_id,
                    "folded": f"_{row.client_id} {folded}",
                }
            )
        connection.execute(text.insert(), texts)


def _position(occurred_at: datetime, record_id: uuid.UUID) -> int:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return (occurred_at - epoch) // timedelta(seconds=1) << 16 | record_id.int >> 112


def _of_messages(connection: sa.Connection, ids: list[int]) -> Texts:
    texts = _collect(connection, "id", "message", "preview", ids)
    for source, names in (
        ("message_participant WHERE role <> 'bcc' AND", "name, address"),
        ("message_attachment WHERE", "name"),
    ):
        for owner, found in _collect(connection, "message_id", source, names, ids).items():
            texts[owner] += found
    return texts


def _collect(connection: sa.Connection, key: str, source: str, names: str, ids: Sequence[Any]) -> Texts:
    texts: Texts = defaultdict(list)
    condition = source if "WHERE" in source else f"{source} WHERE"
    kind = sa.Uuid() if key == "record_id" else sa.Integer()
    query = (
        sa.text(f"SELECT {key}, {names} FROM {condition} {key} IN :ids")  # noqa: S608  # our own words
        .bindparams(sa.bindparam("ids", expanding=True, type_=kind))
        .columns(sa.column(key, kind))
    )
    if ids:
        for owner, *found in connection.execute(query, {"ids": ids}):
            texts[owner] += found
    return texts


def _folded(texts: list[str]) -> str:
    return " ".join(dict.fromkeys(word[:LONGEST_WORD] for word in fold(" ".join(texts)).split()))
