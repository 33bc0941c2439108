"""The firm's own addresses, read by several at once."""

import threading

import pytest
from sqlalchemy import select

from server.accounts.models import StaffAddress
from server.accounts.staff import update_staff
from server.db import Database
from server.mail import MailboxUser
from tests.firm import ANA, LUIS, STAFF

pytestmark = pytest.mark.integration
ROUNDS = 20


def test_two_who_read_the_directory_at_once_agree(database: Database) -> None:
    faults: list[Exception] = []
    start = threading.Barrier(2)

    def read(people: tuple[MailboxUser, ...]) -> None:
        try:
            start.wait()
            for _ in range(ROUNDS):
                with database.writing() as session:
                    update_staff(session, people)
        except Exception as fault:
            faults.append(fault)

    readers = [threading.Thread(target=read, args=(people,)) for people in (STAFF, STAFF[::-1])]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert faults == []


def test_an_address_that_went_to_a_colleague_is_theirs(database: Database) -> None:
    with database.writing() as session:
        update_staff(session, [ANA])
        update_staff(session, [MailboxUser(LUIS.entra_id, LUIS.name, LUIS.address, (ANA.address,))])

    with database.reading() as session:
        holder = select(StaffAddress.name).where(StaffAddress.address == ANA.address)
        assert session.scalar(holder) == LUIS.name
