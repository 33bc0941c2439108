"""Mails that are filed together: the register is the same as if each had come alone."""

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.db import Database
from server.ingest.filing_desk import FilingDesk, Result
from server.mail import Message, Participant, Role
from server.records.models import Path
from server.records.sighting import Outcome
from tests import register
from tests.checker import EVENT, UNASSIGNED, balance
from tests.firm import NOW, found_firm
from tests.integration.test_filing_mails import CASES, FOLDERS, Arrival, arrivals_of, revisit

pytestmark = pytest.mark.integration
LARGEST_PAGE = 20
LATER = NOW + timedelta(hours=1)


def test_nasty_mails_in_pages_are_filed_as_expected_and_again(database: Database) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    stories = [json.loads(case.read_text()) for case in CASES]
    arrivals = [
        arrival
        for number, story in enumerate(stories)
        for arrival in arrivals_of(story["deliveries"], f"{number}-")
    ]
    chance.shuffle(arrivals)
    with database.writing() as session:
        found_firm(session)

    desk = FilingDesk()
    for _ in ("once", "again"):
        for mailbox, page in _pages(arrivals, chance):
            with database.writing() as session:
                results = _file(session, desk, mailbox, page)
                assert all(isinstance(result, Outcome) for result in results.values()), results
        revisit(database, arrivals, desk)

        with database.reading() as session:
            for key, got, columns in (
                ("records", register.records(session), None),
                ("unassigned", register.unassigned(session), UNASSIGNED),
                ("events", register.events(session), EVENT),
            ):
                expected = [row for story in stories for row in story["expected"][key]]
                result = balance(expected, got, columns) if columns else balance(expected, got)
                assert result.ok, result.report()


def test_a_mail_that_cannot_be_filed_does_not_hold_up_its_page(database: Database) -> None:
    page = [_mail(number) for number in range(5)]
    half_a_character = "\ud83d"
    page[2] = replace(page[2], subject=half_a_character)
    with database.writing() as session:
        found_firm(session)

    with database.writing() as session:
        results = _file(session, FilingDesk(), "ana@ribera.example", page)

    failed = {graph_id for graph_id, result in results.items() if isinstance(result, Exception)}
    with database.reading() as session:
        filed = {row["internet_message_id"] for row in register.records(session)}
    assert failed == {"2"}
    assert filed == {"0@uno.example", "1@uno.example", "3@uno.example", "4@uno.example"}


def test_a_mail_that_stands_twice_in_a_page_is_one_message_with_both_copies(database: Database) -> None:
    with database.writing() as session:
        found_firm(session)
        mail = _mail(1)

        _file(session, FilingDesk(), "ana@ribera.example", [mail, replace(mail, graph_id="twin"), mail])

        [row] = register.records(session)
        assert row["copies"] == 2


def test_two_workers_with_copies_of_the_same_mails_file_each_mail_once(database: Database) -> None:
    with database.writing() as session:
        found_firm(session)
    mails = [_mail(number) for number in range(100)]
    both_began = threading.Barrier(2)

    def work(mailbox: str) -> list[Result]:
        both_began.wait()
        with database.writing() as session:
            page = [replace(mail, graph_id=f"{mailbox} {mail.graph_id}") for mail in mails]
            return list(_file(session, FilingDesk(), mailbox, page).values())

    with ThreadPoolExecutor() as workers:
        results = list(workers.map(work, ["ana@ribera.example", "info@ribera.example"]))

    assert all(isinstance(result, Outcome) for part in results for result in part)
    with database.reading() as session:
        copies = [row["copies"] for row in register.records(session)]
    assert copies == [2] * len(mails)


def test_a_question_is_asked_again_when_its_mailbox_shows_the_answer(database: Database) -> None:
    """The mail itself was known from a colleague's mailbox, where it has another conversation id."""
    desk = FilingDesk()
    with database.writing() as session:
        found_firm(session)
    offer = _mail(1)
    in_thread = replace(offer, graph_id="offer", conversation_id="thread")
    shared_sender = (Participant(Role.FROM, "", "gestor@grupo23.example"), *offer.participants[1:])
    question = replace(
        _mail(2), participants=shared_sender, conversation_id="thread", sent_at=LATER, received_at=LATER
    )
    known = (Participant(Role.FROM, "", "taller@dos.example"), *offer.participants[1:])
    mails = [replace(mail, participants=known) for mail in (offer, in_thread)]

    for mailbox, mail in (("ana@ribera.example", mails[0]), ("info@ribera.example", question)):
        with database.writing() as session:
            _file(session, desk, mailbox, [mail])
    with database.writing() as session:
        assert len(register.unassigned(session)) == 1
        _file(session, desk, "info@ribera.example", [mails[1]])
    revisit(database, [("info@ribera.example", question)], desk)

    with database.reading() as session:
        assert register.unassigned(session) == []
        assert {row["internet_message_id"] for row in register.records(session)} == {
            "1@uno.example",
            "2@uno.example",
        }


def _pages(arrivals: list[Arrival], chance: random.Random) -> list[tuple[str, list[Message]]]:
    """The mails of each mailbox, cut anywhere; now and then one mailbox's after another's."""
    pages = []
    for mailbox in sorted({mailbox for mailbox, _ in arrivals}):
        mails = [message for owner, message in arrivals if owner == mailbox]
        while mails:
            size = chance.randint(1, LARGEST_PAGE)
            pages.append((mailbox, mails[:size]))
            mails = mails[size:]
    chance.shuffle(pages)
    return pages


def _file(session: Session, desk: FilingDesk, mailbox: str, page: list[Message]) -> dict[str, Result]:
    account = session.scalars(select(Account).where(Account.address == mailbox)).one()
    return desk.file_all(session, account, page, path=Path.DELTA, folders=FOLDERS, now=NOW)


def _mail(number: int) -> Message:
    return Message(
        graph_id=str(number),
        folder_id="inbox",
        internet_message_id=f"<{number}@uno.example>",
        sent_at=NOW,
        received_at=NOW,
        participants=(
            Participant(Role.FROM, "Pedro", "pedro@panaderiauno.example"),
            Participant(Role.TO, "Ana", "ana@ribera.example"),
        ),
    )
