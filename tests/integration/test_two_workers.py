"""Two workers with the same mails at the same instant (F28): nothing is there twice."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.clients.import_file import read_rows
from server.clients.import_lines import parse_rows
from server.clients.models import Section
from server.db import Database, prepare_engine
from server.ingest import folder_tree
from server.ingest.card import add_address, import_list
from server.ingest.filing_desk import FilingDesk
from server.ingest.models import Folder
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


def import_a_client(session: Session) -> None:
    lines = b"code,name,nif,section,label,email,phone\nC90,Nuevo SL,,contact,,nueva@otra.example,\n"
    import_list(session, parse_rows(read_rows(lines)), NOW)


def add_to_a_card(session: Session) -> None:
    viewer = Viewer(1, "somebody", "Jorge", "jorge@ribera.example", administrator=False)
    add_address(
        session,
        viewer,
        "C01",
        section=Section.CONTACT,
        label="",
        address="nueva@otra.example",
        phone="",
        now=NOW,
    )


@pytest.mark.parametrize("change", [import_a_client, add_to_a_card])
def test_a_page_that_was_judged_without_a_new_address_is_read_again(
    database: Database, other: Database, change: Callable[[Session], None]
) -> None:
    """The first page of a folder is filed while the address is added: its place is the beginning, too."""
    with database.writing() as session:
        account = found_firm(session)[ANA.address]
        folder = Folder(account_id=account.id, graph_id="inbox", name="Inbox", exclusion=None, pending=True)
        session.add(folder)
    mail = Message(
        graph_id="first",
        folder_id="inbox",
        internet_message_id="<first@otra.example>",
        sent_at=NOW,
        received_at=NOW,
        participants=(
            Participant(Role.FROM, "", "nueva@otra.example"),
            Participant(Role.TO, "", ANA.address),
        ),
    )

    def write() -> None:
        with other.writing() as theirs:
            change(theirs)

    writer = threading.Thread(target=write)
    with database.writing() as session:
        FilingDesk().file_all(session, account, [mail], path=Path.DELTA, folders={"inbox": None}, now=NOW)
        writer.start()
        writer.join(timeout=0.3)
        folder_tree.move_on(session, folder, "next page", read=1, is_last=False)
    writer.join()

    with database.reading() as session:
        assert session.scalars(select(Folder.link)).one() == ""
