"""A register in memory to try a mailbox out on; nothing of it is kept.

It begins with the real register's clients, staff, accounts and folders. Of the mail that the real one
holds, it gets what filing is about to ask for: `bring` is told of every mail before it is filed. So the
very code that files gives the answer that it would give on the real register.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Select, Table, create_engine, event, exists, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from server import mail
from server.accounts.models import Account, StaffAddress
from server.clients.models import Client, ClientAddress, DirectoryVersion
from server.db import Base, Database, prepare_engine
from server.ingest.models import Folder
from server.records.identity import identity, lookup, normalise_message_id, references_of
from server.records.models import Assignment, Candidate, Copy, Message, MessageReference, Record

# Small, and needed from the first mail on.
WHOLE = (Client, ClientAddress, DirectoryVersion, StaffAddress, Account, Folder)
# What hangs on a message and has a say in where it, or an answer to it, belongs.
OF_A_MESSAGE = (MessageReference, Copy, Record, Candidate, Assignment)
ROWS_PER_STATEMENT = 1_000
Row = dict[str, Any]


class TrialRegister:
    def __init__(self, real: Database) -> None:
        self.database = Database(_engine_in_memory())
        self._real = real
        self._numbers: dict[int, int] = {}
        self._records: set[UUID] = set()
        with real.reading() as session:
            rows = {model: _rows(session, select(_table(model))) for model in WHOLE}
        self._accounts = frozenset(int(row["id"]) for row in rows[Account])
        with self.database.writing() as trial:
            for model in WHOLE:
                _insert(trial, model, rows[model])

    def is_watched(self, account_id: int) -> bool:
        """Whether the real register has that account too."""
        return account_id in self._accounts

    def known_messages(self) -> frozenset[int]:
        """Those that the real register holds, by their numbers here."""
        return frozenset(self._numbers.values())

    def known_records(self) -> frozenset[UUID]:
        return frozenset(self._records)

    def bring(self, mailbox: str, mails: Sequence[mail.Message]) -> None:
        """Take over what the real register knows of these mails of a mailbox and of their threads."""
        with self.database.reading() as trial:
            account_id = trial.scalar(select(Account.id).where(Account.entra_id == mailbox))
        there = self._accounts & {account_id}
        with self._real.reading() as real:
            new = {found for query in _messages_about(there, mails) for found in real.scalars(query)}
            new -= self._numbers.keys()
            messages = list(_rows_of(real, Message, "id", new))
            parts = {model: list(_rows_of(real, model, "message_id", new)) for model in OF_A_MESSAGE}
            left_out = _rows(real, _left_out_about(sorted(self._accounts), mails))
        with self.database.writing() as trial:
            fresh = {row["id"] for row in messages if self._number(trial, row)}
            for model in OF_A_MESSAGE:
                _insert(trial, model, self._moved(row for row in parts[model] if row["message_id"] in fresh))
            _insert(trial, Copy, self._moved(left_out))
        self._records.update(row["id"] for row in parts[Record])

    def close(self) -> None:
        self.database.engine.dispose()

    def _number(self, trial: Session, row: Row) -> bool:
        """Add a message under a number of its own; False for one that was met here before it was there."""
        namesake = select(Message.id).where(
            Message.identity == row["identity"], Message.ordinal == row["ordinal"]
        )
        if (number := trial.scalar(namesake)) is not None:
            self._numbers[row["id"]] = number
            return False
        values = {name: value for name, value in row.items() if name != "id"}
        added = trial.scalars(insert(Message).values(values).returning(Message.id))
        self._numbers[row["id"]] = added.one()
        return True

    def _moved(self, rows: Iterable[Row]) -> list[Row]:
        """The rows as they stand beside renumbered messages; accounts that are newer than this are left."""
        return [
            {
                **{name: value for name, value in row.items() if name != "id" or isinstance(value, UUID)},
                "message_id": self._numbers.get(row["message_id"]),
            }
            for row in rows
            if row.get("account_id") is None or row["account_id"] in self._accounts
        ]


def _messages_about(there: Collection[int], mails: Sequence[mail.Message]) -> Iterator[Select[Any]]:
    """The ids of every message that filing these mails looks at, as `server.records` asks for them.

    The mail itself, what it answers, its conversation, and open questions that it may be the answer to.
    """
    yield select(Message.id).where(Message.identity.in_({identity(each) for each in mails}))
    references = {reference for each in mails for reference in references_of(each)}
    yield select(Message.id).where(Message.internet_message_id.in_(references))
    own = select(Copy.message_id).where(Copy.account_id.in_(there), Copy.message_id.is_not(None))
    yield own.where(Copy.conversation_id.in_({each.conversation_id for each in mails} - {""}))
    yield own.where(Copy.graph_id.in_({each.graph_id for each in mails}))
    ids = {normalise_message_id(each.internet_message_id) for each in mails} - {""}
    yield select(MessageReference.message_id).where(
        MessageReference.internet_message_id.in_(ids),
        exists().where(Candidate.message_id == MessageReference.message_id),
    )


def _left_out_about(accounts: list[int], mails: Sequence[mail.Message]) -> Select[Any]:
    """Copies of the same mails that were left out, in any mailbox: they may be looked at again."""
    lookups = {lookup(each.internet_message_id) for each in mails if each.internet_message_id}
    return select(_table(Copy)).where(
        Copy.message_id.is_(None), Copy.account_id.in_(accounts), Copy.lookup.in_(lookups)
    )


def _engine_in_memory() -> Engine:
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
    )
    prepare_engine(engine)
    # People, reasons and areas are not brought: who chose what plays no part here.
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF"))
    Base.metadata.create_all(engine)
    return engine


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]


def _rows(session: Session, query: Select[Any]) -> list[Row]:
    return [dict(row) for row in session.execute(query).mappings()]


def _rows_of(session: Session, model: type[Base], column: str, ids: Collection[int]) -> Iterator[Row]:
    table, rest = _table(model), iter(ids)
    while some := list(islice(rest, ROWS_PER_STATEMENT)):
        yield from _rows(session, select(table).where(table.c[column].in_(some)))


def _insert(session: Session, model: type[Base], rows: list[Row]) -> None:
    """What is there already stays as it is."""
    if rows:
        session.execute(insert(_table(model)).prefix_with("OR IGNORE"), rows)
