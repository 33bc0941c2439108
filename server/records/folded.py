"""The words of each record as the search compares them, with the index over them in either database."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Select,
    and_,
    column,
    event,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import DDL

from server.clients.folding import fold
from server.db import Base, table_of

# What is longer is no word that anybody types.
LONGEST_WORD = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACE_BITS = 16


class RecordText(Base):
    """The folded text of a record, a word of its own for the client first (see `client_word`).

    By `id` the texts stand in the order of the list (see `position`), and so do the hits of SQLite's index.
    """

    __tablename__ = "record_text"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), unique=True)
    # The record's, who may see it is asked of each hit.
    message_id: Mapped[int | None]
    folded: Mapped[str]


WORDS = "array_to_tsvector(string_to_array(folded, ' '))"
# Words are parted by blanks and by nothing else, as `fold` leaves them; where they stand does not matter.
INDEX = {
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
        # What waits to be put into the index is read by every search: not much may wait.
        f"CREATE INDEX ix_record_text_words ON record_text USING gin ({WORDS})"
        " WITH (gin_pending_list_limit = 1024)",
    ),
}
for _dialect, _statements in INDEX.items():
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(table_of(RecordText), "after_create", _ddl.execute_if(dialect=_dialect))


def position(occurred_at: datetime, record_id: uuid.UUID) -> int:
    """Where a record stands: by the second, then by the first bits of its id.

    In the same second, places are shared out: one that is taken makes do with the next.
    """
    return (occurred_at - EPOCH) // timedelta(seconds=1) << PLACE_BITS | record_id.int >> (128 - PLACE_BITS)


def client_word(client_id: int) -> str:
    """What stands for the client among the words: no text folds to it."""
    return f"_{client_id}"


def folded_text(texts: Iterable[str]) -> str:
    """Every word once."""
    words = fold(" ".join(texts)).split()
    return " ".join(dict.fromkeys(word[:LONGEST_WORD] for word in words))


def words_of(q: str) -> list[str]:
    """The words that somebody looks for."""
    return folded_text([q]).split()


def has_words(words: Sequence[str]) -> ColumnElement[bool]:
    """On `RecordText`: words that begin so, read in the text itself; for rows that are at hand."""
    return and_(*(RecordText.folded.contains(f" {word}") for word in words))


def by_index(dialect: str, words: Sequence[str], client_id: int | None) -> Select[int, uuid.UUID, int | None]:
    """The same, asked of the index; for rows that are wherever they are."""
    of_client = [client_word(client_id)] if client_id is not None else []
    if dialect == "sqlite":
        asked = " ".join([*(f'"{word}"' for word in of_client), *(f'"{word}"*' for word in words)])
        hits = table("record_fts", column("rowid", BigInteger))
        return (
            select(hits.c.rowid.label("id"), RecordText.record_id, RecordText.message_id)
            .join_from(hits, RecordText, RecordText.id == hits.c.rowid)
            .where(text("record_fts MATCH :asked").bindparams(asked=asked))
        )
    asked = " & ".join([*(f"'{word}'" for word in of_client), *(f"'{word}':*" for word in words)])
    found = literal_column(WORDS).op("@@", is_comparison=True)(
        literal(asked).op("::")(literal_column("tsquery"))
    )
    return select(RecordText.id, RecordText.record_id, RecordText.message_id).where(found)
