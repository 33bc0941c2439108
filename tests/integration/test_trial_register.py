"""A register in memory learns from the real one what filing a mail asks for, and no more."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from server.accounts.accounts import add_account
from server.accounts.models import Account, Visibility
from server.db import Base, Database
from server.ingest.filing_desk import FilingDesk
from server.ingest.trial_register import TrialRegister
from server.mail import MailboxUser, Message, Participant, Role
from server.records.models import Candidate, Copy, Path, Record
from server.records.models import Message as Stored
from server.records.sighting import Outcome
from tests.firm import ANA, LUIS, NOW, SINCE, found_firm

pytestmark = pytest.mark.integration
C01, C02, SHARED = "ana.lopez@panaderiauno.example", "taller@dos.example", "gestor@grupo23.example"


Open = Callable[[], TrialRegister]


@pytest.fixture
def trial(database: Database) -> Iterator[Open]:
    """Opens a trial register over the real one, which has the firm; it is closed at the end."""
    with database.writing() as session:
        found_firm(session)
    opened: list[TrialRegister] = []

    def open_() -> TrialRegister:
        opened.append(TrialRegister(database))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


def test_it_begins_without_mail(database: Database, trial: Open) -> None:
    file(database, ANA, [mail("known", sender=C01)])

    assert subjects(trial()) == []


def test_it_learns_of_the_same_mail_in_another_mailbox(database: Database, trial: Open) -> None:
    file(database, LUIS, [mail("same", sender=C01), mail("another", sender=C01)])
    register = trial()

    register.bring(ANA.entra_id, [mail("same", sender=C01)])

    assert subjects(register) == ["same"]
    assert count(register.database, Record) == 1
    assert len(register.known_messages()) == len(register.known_records()) == 1


def test_it_learns_of_the_mail_that_is_answered(database: Database, trial: Open) -> None:
    file(database, LUIS, [mail("first", sender=C02)])
    register = trial()

    register.bring(ANA.entra_id, [mail("answer", sender=SHARED, answers="first")])

    assert subjects(register) == ["first"]


def test_it_learns_of_the_conversation_in_the_same_mailbox_only(database: Database, trial: Open) -> None:
    file(database, ANA, [mail("here", sender=C02, conversation="c")])
    file(database, LUIS, [mail("there", sender=C02, conversation="c")])
    register = trial()

    register.bring(ANA.entra_id, [mail("next", sender=SHARED, conversation="c")])

    assert subjects(register) == ["here"]


def test_it_learns_of_what_a_copy_was_filed_as_although_its_subject_was_changed(
    database: Database, trial: Open
) -> None:
    filed = replace(mail("old subject", sender=C01), internet_message_id="")
    file(database, ANA, [filed])
    register = trial()

    register.bring(ANA.entra_id, [replace(filed, subject="new subject")])

    assert subjects(register) == ["old subject"]
    assert count(register.database, Copy) == 1


def test_it_learns_of_an_open_question_that_the_mail_may_answer(database: Database, trial: Open) -> None:
    file(database, LUIS, [mail("question", sender=SHARED, answers="first")])
    file(database, LUIS, [mail("settled", sender=C02, answers="first")])
    register = trial()

    register.bring(ANA.entra_id, [mail("first", sender=C02)])

    assert subjects(register) == ["question"]
    assert count(register.database, Candidate) == 2


def test_it_learns_of_a_copy_that_was_left_out_elsewhere(database: Database, trial: Open) -> None:
    blind = mail("blind", sender="ana@ribera.example", to="luis@ribera.example")
    file(database, LUIS, [blind, mail("spam", sender="x@spam.example")])
    register = trial()

    register.bring(ANA.entra_id, [mail("blind", sender="ana@ribera.example", to=C01)])

    with register.database.reading() as session:
        (copy,) = session.scalars(select(Copy))
    assert (copy.graph_id, copy.exclusion, copy.message_id) == (blind.graph_id, "internal", None)


def test_asking_twice_changes_nothing(database: Database, trial: Open) -> None:
    file(database, LUIS, [mail("same", sender=C01)])
    register = trial()

    for _ in range(2):
        register.bring(ANA.entra_id, [mail("same", sender=C01)])

    assert [count(register.database, table) for table in (Stored, Copy, Record)] == [1, 1, 1]


def test_what_was_met_here_first_is_not_doubled(database: Database, trial: Open) -> None:
    register = trial()
    file(register.database, ANA, [mail("met", sender=C01), mail("own", sender=C01)])
    file(database, LUIS, [mail("other", sender=C01), mail("met", sender=C01)])

    register.bring(ANA.entra_id, [mail("met", sender=C01)])

    assert subjects(register) == ["met", "own"]
    assert count(register.database, Record) == 2


def test_numbers_of_messages_here_and_there_do_not_collide(database: Database, trial: Open) -> None:
    file(database, LUIS, [mail("first", sender=C01), mail("second", sender=C02)])
    register = trial()
    file(register.database, ANA, [mail("here", sender=C01)])

    register.bring(ANA.entra_id, [mail("second", sender=C02)])
    register.bring(ANA.entra_id, [mail("first", sender=C01)])

    with register.database.reading() as session:
        standing = session.execute(
            select(Stored.subject, Record.subject).join(Record, Record.message_id == Stored.id)
        ).all()
    assert sorted(map(tuple, standing)) == [("first", "first"), ("here", "here"), ("second", "second")]


def test_an_account_that_came_later_is_not_mistaken_for_the_one_that_is_tried(
    database: Database, trial: Open
) -> None:
    register = trial()
    tried = add(register.database, MailboxUser("tried", "Nuria", "nuria@ribera.example"))
    newer = MailboxUser("newer", "Pablo", "pablo@ribera.example")
    assert add(database, newer) == tried
    file(database, newer, [mail("same", sender=C01)])

    register.bring("tried", [mail("same", sender=C01)])

    assert not register.is_watched(tried)
    assert subjects(register) == ["same"]
    assert count(register.database, Copy) == 0


def test_a_mailbox_that_was_made_anew_goes_on_with_the_conversations_of_the_old_one(
    database: Database, trial: Open
) -> None:
    file(database, ANA, [mail("here", sender=C02, conversation="c")])
    register = trial()
    add(register.database, replace(ANA, entra_id="made anew"))

    register.bring("made anew", [mail("next", sender=SHARED, conversation="c")])

    assert subjects(register) == ["here"]


def mail(
    subject: str,
    *,
    sender: str,
    to: str = "luis@ribera.example",
    answers: str = "",
    conversation: str = "",
) -> Message:
    """A mail whose subject stands for its Message-ID too."""
    return Message(
        graph_id=f"copy of {subject}",
        folder_id="",
        internet_message_id=f"<{subject}@mail.example>",
        conversation_id=conversation,
        subject=subject,
        sent_at=NOW,
        received_at=NOW,
        participants=(Participant(Role.FROM, "", sender), Participant(Role.TO, "", to)),
        headers={"in-reply-to": f"<{answers}@mail.example>"} if answers else {},
    )


def file(database: Database, mailbox: MailboxUser, mails: list[Message]) -> None:
    with database.writing() as session:
        account = session.scalars(select(Account).where(Account.entra_id == mailbox.entra_id)).one()
        results = FilingDesk().file_all(session, account, mails, path=Path.NOTIFICATION, folders={}, now=NOW)
        assert all(isinstance(result, Outcome) for result in results.values()), results


def add(database: Database, mailbox: MailboxUser) -> int:
    with database.writing() as session:
        account, _ = add_account(
            session, mailbox, visibility=Visibility.PUBLIC, owner=None, since=SINCE, now=NOW
        )
        return account.id


def subjects(register: TrialRegister) -> list[str]:
    with register.database.reading() as session:
        return sorted(session.scalars(select(Stored.subject)))


def count(database: Database, table: type[Base]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
