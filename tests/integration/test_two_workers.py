"""Two workers with the same mails at the same instant (F28): nothing is there twice."""

import random
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select

from server.accounts.models import Account
from server.db import Database, prepare_engine
from server.ingest.filing_desk import FilingDesk
from server.mail import MailboxUser, Message, Participant, Role
from server.records.models import Copy, Path, Record
from server.records.models import Message as KeptMessage
from tests.firm import ANA, LUIS, NOW, found_firm

pytestmark = pytest.mark.integration
ROUNDS = 300
LONGEST_PAGE = 5


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """The same database as another process sees it."""
    engine = create_engine(database.engine.url)
    prepare_engine(engine)
    yield Database(engine)
    engine.dispose()


@pytest.mark.parametrize("mailboxes", [(ANA, ANA), (ANA, LUIS)], ids=["one copy", "two copies"])
def test_two_workers_at_the_same_instant_file_each_mail_once(
    database: Database, other: Database, mailboxes: tuple[MailboxUser, MailboxUser]
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with database.writing() as session:
        found_firm(session)
    addresses = [mailbox.address for mailbox in mailboxes]
    together = threading.Barrier(2)
    mails = 0
    for _ in range(ROUNDS):
        page = range(mails, mails + chance.randint(1, LONGEST_PAGE))
        mails = page.stop
        workers = [
            Worker(theirs, address, chance.sample(page, len(page)), together)
            for theirs, address in zip((database, other), addresses, strict=True)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert [result for worker in workers for result in worker.failures] == []

    with database.reading() as session:
        counted = [session.scalar(select(func.count()).select_from(table)) for table in (KeptMessage, Record)]
        copies = session.scalar(select(func.count()).select_from(Copy))
    assert counted == [mails, mails]
    assert copies == mails * len(set(addresses))


class Worker(threading.Thread):
    def __init__(
        self, database: Database, address: str, numbers: list[int], together: threading.Barrier
    ) -> None:
        super().__init__()
        self.failures: list[Exception] = []
        self._database = database
        self._address = address
        self._messages = [_mail(number, address) for number in numbers]
        self._together = together

    def run(self) -> None:
        self._together.wait()
        with self._database.writing() as session:
            account = session.scalars(select(Account).where(Account.address == self._address)).one()
            results = FilingDesk().file_all(
                session, account, self._messages, path=Path.NOTIFICATION, folders={}, now=NOW
            )
        self.failures = [result for result in results.values() if isinstance(result, Exception)]


def _mail(number: int, address: str) -> Message:
    return Message(
        graph_id=f"{address} {number}",
        folder_id="inbox",
        internet_message_id=f"<{number}@panaderiauno.example>",
        conversation_id=f"{address} {number}",
        subject=f"Carta {number}",
        sent_at=NOW + timedelta(minutes=number),
        received_at=NOW + timedelta(minutes=number),
        participants=(
            Participant(Role.FROM, "", "pedro@panaderiauno.example"),
            Participant(Role.TO, "", "ana@ribera.example"),
            Participant(Role.TO, "", "luis@ribera.example"),
        ),
    )
