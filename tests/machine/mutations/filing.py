"""Mistakes in the register itself."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import mail
from server.accounts.accounts import open_to
from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.records.filing import file_messages
from server.records.identity import identity, is_same_sending, normalise_message_id
from server.records.messages import namesakes
from server.records.models import Copy, Message, Record
from server.records.sighting import Filing, Outcome, Sighted, Surroundings
from tests.machine.mutations.patching import replaced
from tests.machine.program import Program


@contextmanager
def message_id_alone(program: Program) -> Iterator[None]:
    """Mails with one Message-ID are one mail, whoever sent them and when."""

    def by_message_id(message: mail.Message) -> str:
        return normalise_message_id(message.internet_message_id) or identity(message)

    with replaced(identity, by_message_id), replaced(is_same_sending, lambda *_: True):
        yield


@contextmanager
def plain_insert(program: Program) -> Iterator[None]:
    """A message is inserted without looking whether it is there, into a table that would take it twice."""
    with program.database.engine.begin() as connection:
        # For good, as the database is this test's own.
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table(Message.__tablename__) as table:
            table.drop_constraint("uq_message_identity_ordinal")
    with replaced(namesakes, lambda *_: defaultdict(list)):
        yield


@contextmanager
def overwritten_work(program: Program) -> Iterator[None]:
    """Reading a mail again writes its records anew, with nothing in what people fill in."""

    def file_anew(session: Session, page: Sequence[Sighted], surroundings: Surroundings) -> Filing:
        filing = file_messages(session, page, surroundings)
        messages = select(Copy.message_id).where(Copy.graph_id.in_([each.message.graph_id for each in page]))
        session.execute(update(Record).where(Record.message_id.in_(messages)).values(reason_id=None))
        return filing

    with replaced(file_messages, file_anew):
        yield


@contextmanager
def seen_once(program: Program) -> Iterator[None]:
    """A copy that was looked at is not looked at again, whatever has become of it."""

    def file_new(session: Session, page: Sequence[Sighted], surroundings: Surroundings) -> Filing:
        known = set(session.scalars(select(Copy.graph_id)))
        new = [each for each in page if each.message.graph_id not in known]
        filing = file_messages(session, new, surroundings)
        outcomes = iter(filing.outcomes)
        told = [Outcome(None) if each.message.graph_id in known else next(outcomes) for each in page]
        return Filing(tuple(told), filing.revisit)

    with replaced(file_messages, file_new):
        yield


@contextmanager
def remembered_permission(program: Program) -> Iterator[None]:
    """Which accounts a person may read is looked up once and kept."""
    kept: dict[str, list[int]] = {}

    def open_when_first_asked(viewer: Viewer) -> Any:
        if viewer.address not in kept:
            with program.database.reading() as session:
                kept[viewer.address] = list(session.scalars(select(Account.id).where(open_to(viewer))))
        return Account.id.in_(kept[viewer.address])

    with replaced(open_to, open_when_first_asked):
        yield
