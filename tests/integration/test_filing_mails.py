"""The forty nasty mails, put before the one function that files, in any order and more than once."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.db import Database
from server.graph.messages import WireMessage, read_message
from server.ingest.filing_desk import FilingDesk
from server.ingest.inbox import claim
from server.mail import Message
from server.records.eligibility import Exclusion
from server.records.models import Message as Stored
from server.records.models import Path as By
from server.records.sighting import Outcome
from tests import register
from tests.checker import EVENT, UNASSIGNED, balance, copies_of_deliveries, firm_from
from tests.firm import ACCOUNTS, CLIENTS_CSV, NOW, SINCE, found_firm

CASES = sorted((Path(__file__).parent.parent / "mails").glob("*.json"))
FOLDERS: dict[str, Exclusion | None] = {
    "drafts": Exclusion.DRAFT,
    "outbox": Exclusion.DRAFT,
    "junkemail": Exclusion.JUNK,
    "deleteditems": Exclusion.DELETED,
}
Arrival = tuple[str, Message]


@pytest.mark.integration
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_nasty_mail_is_filed_as_expected(case: Path, database: Database) -> None:
    story = json.loads(case.read_text())
    arrivals = list(arrivals_of(story["deliveries"]))
    with database.writing() as session:
        found_firm(session)

    _file(database, arrivals)
    _file(database, random.sample(arrivals, len(arrivals)))

    with database.reading() as session:
        expected = story["expected"]
        for wanted, got, key in (
            (expected["records"], register.records(session), None),
            (expected["unassigned"], register.unassigned(session), UNASSIGNED),
            (expected["events"], register.events(session), EVENT),
        ):
            result = balance(wanted, got, key) if key else balance(wanted, got)
            assert result.ok, result.report()
        wanted_out, left_out = _expected_exclusions(expected), _left_out(session, arrivals)
        assert wanted_out <= left_out
        assert {message_id for _, message_id, _ in left_out - wanted_out} <= _known_ids(session)


def arrivals_of(deliveries: list[dict[str, Any]], prefix: str = "") -> Iterator[Arrival]:
    """Every copy that the deliveries put into a mailbox that is an account; `prefix` begins its id."""
    accounts = [{"address": address, "since": SINCE.isoformat()} for address in ACCOUNTS]
    copies = copies_of_deliveries(deliveries, firm_from(CLIENTS_CSV, accounts))
    for number, copy in enumerate(copy for copy in copies if copy.mailbox in ACCOUNTS):
        wire = {**copy.message, "id": f"{prefix}{number}-{copy.mailbox}", "parentFolderId": copy.folder}
        if copy.outgoing:
            wire.pop("internetMessageHeaders", None)
        yield copy.mailbox, read_message(msgspec.convert(wire, WireMessage))


def _file(database: Database, arrivals: list[Arrival]) -> None:
    desk = FilingDesk()
    for mailbox, message in arrivals:
        with database.writing() as session:
            account = session.scalars(select(Account).where(Account.address == mailbox)).one()
            results = desk.file_all(
                session, account, [message], path=By.NOTIFICATION, folders=FOLDERS, now=NOW
            )
            assert isinstance(results[message.graph_id], Outcome), results
    revisit(database, arrivals, desk)


def revisit(database: Database, arrivals: list[Arrival], desk: FilingDesk) -> None:
    """What the desk asked to be looked at again."""
    with database.writing() as session:
        for account in session.scalars(select(Account)).all():
            wanted = {item.graph_id for item in claim(session, account.id, NOW, 100)}
            again = [m for mailbox, m in arrivals if mailbox == account.address and m.graph_id in wanted]
            desk.file_all(session, account, again, path=By.NOTIFICATION, folders=FOLDERS, now=NOW)


def _left_out(session: Session, arrivals: list[Arrival]) -> set[tuple[str, str, str]]:
    ids = {(mailbox, m.graph_id): m.internet_message_id for mailbox, m in arrivals}
    return {
        (mailbox, ids[mailbox, graph_id], exclusion)
        for (mailbox, graph_id), exclusion in register.exclusions(session).items()
    }


def _known_ids(session: Session) -> set[str]:
    """Of these mails another copy stands in the register; the one in Junk or so is not told about."""
    return {f"<{message_id}>" for message_id in session.scalars(select(Stored.internet_message_id))}


def _expected_exclusions(expected: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {
        (row["mailbox"], row["internet_message_id"] or "", row["exclusion"]) for row in expected["excluded"]
    }
