"""The database: engine, transactions and column types. Tables stand with the package that writes them."""

import threading
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BinaryExpression,
    Column,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    Table,
    TypeDecorator,
    bindparam,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session

from server.database_file import DatabaseFile

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# What a column of whole numbers holds on PostgreSQL.
LARGEST_ID = 2**31 - 1
SQLITE_BUSY_MS = 10_000
LONGEST_STANDSTILL_S = 60


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database; a naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        # SQLite keeps text; without the zone in it, texts sort as times do.
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(words: type[StrEnum]) -> list[str]:
    """Words are stored as they are spelled, so that a new one needs no migration of a type."""
    return [word.value for word in words]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  # read once by SQLAlchemy
        datetime: UtcDateTime,
        StrEnum: Enum(StrEnum, native_enum=False, length=32, values_callable=_values),
    }


db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
migrate = Migrate(render_as_batch=True)


class Database:
    """The two ways to use the database: reading, and one short writing transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer: AbstractContextManager[Any] = (
            # SQLite takes one writer at a time, and its own queue for the rest is a sleep of random
            # length. A lock hands the turn on at once and keeps answers quick under load.
            threading.Lock() if self.is_sqlite else nullcontext()
        )

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def conninfo(self) -> str:
        """The address of a PostgreSQL as its own tools take it, without SQLAlchemy's name of the driver."""
        url = self.engine.url.set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Commit when the block ends well, roll back when it raises. Never call Graph inside it."""
        with self._writer, Session(self.engine, expire_on_commit=False) as session, session.begin():
            # The lock is taken at once: a transaction that reads first and then wants to write
            # would be refused by SQLite when another one wrote in between.
            session.connection(execution_options={"writes": True})
            yield session


def table_of(model: type[Base]) -> Table:
    """The bare table, for statements that pass by the ORM: many rows at once cannot afford it."""
    return Base.metadata.tables[model.__tablename__]


class AnyOf(BinaryExpression[bool]):
    """Whether a column is one of the values of a list, in a statement that is built once."""

    inherit_cache = True


class _Listed(TypeDecorator[list[Any]]):
    """Any collection as an array of PostgreSQL."""

    impl = postgresql.ARRAY
    cache_ok = True

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> list[Any] | None:
        return None if value is None else list(value)


def any_of(column: InstrumentedAttribute[Any] | Column[Any], name: str) -> AnyOf:
    """The column is one of the values that are given as parameter `name`.

    For statements that are built once, since building them costs more than their work.
    """
    comparison: Any = column.in_(bindparam(name, expanding=True))
    return AnyOf(comparison.left, comparison.right, comparison.operator)


@compiles(AnyOf, "postgresql")
def _compare_with_array(element: AnyOf, compiler: Any, **options: Any) -> str:
    """One array, whatever its length: the statement stays the same, and PostgreSQL plans it once."""
    values = bindparam(element.right.key, type_=_Listed(element.left.type))
    column = compiler.process(element.left, **options)
    return f"{column} = ANY ({compiler.process(values, **options)})"


def line_up(session: Session, queue: int) -> None:
    """Wait until every other transaction that lined up in the same queue has ended.

    SQLite lets one write at a time as it is. Two that line up in two queues may block each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(queue)))


def insert_into(session: Session, table: type[Base] | Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can be told what to do about a row that is there already."""
    return insert_for(session.get_bind().dialect.name, table)


def insert_for(dialect: str, table: type[Base] | Table) -> sqlite.Insert | postgresql.Insert:
    """The same, for a statement that is built once."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def insert_once(session: Session, table: type[Base], values: dict[str, object], *unique: str) -> None:
    """Insert a row, or leave alone the one that is there with equal `unique` columns."""
    session.execute(insert_into(session, table).values(values).on_conflict_do_nothing(index_elements=unique))


def prepare_engine(engine: Engine) -> None:
    """Make SQLite durable, strict about foreign keys and its file, and explicit about transactions.

    PostgreSQL ends the transactions of a process that stands still, lest everybody wait for it.
    """
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _configure_postgresql)
        return
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    DatabaseFile(engine)


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin or commit by itself
    for pragma in (
        f"busy_timeout={SQLITE_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _configure_postgresql(connection: Any, _record: object) -> None:
    connection.execute(f"SET idle_in_transaction_session_timeout = '{LONGEST_STANDSTILL_S}s'")
    # To compile a query costs more than any of ours takes.
    connection.execute("SET jit = off")
    connection.commit()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
