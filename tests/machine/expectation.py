"""What the register must hold: the checker's word, with what people said and what nobody told of yet."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from server.accounts.models import Account, Visibility
from server.ingest.census import latest, repair
from server.ingest.models import DifferenceReason, InboxItem, ItemState
from server.records.models import Record
from tests import register
from tests.checker import (
    UNASSIGNED,
    Copy,
    balance,
    comparable_id,
    copies_of_truth,
    expected_register,
)
from tests.invariants import NO_SOURCES, firm_of
from tests.machine.program import Program

Row = dict[str, Any]
# By Message-ID: the clients under whom a person, and whatever came before, put a mail.
_SUBJECTS = select(Record.id, Record.subject)
ByHand = Mapping[str, frozenset[str]]


def check_register(program: Program, by_hand: ByHand, unheard: Collection[str] = ()) -> None:
    """Nothing is missing, too much or doubled; copies that nobody told us of may be there or not."""
    firm = firm_of(program)
    copies = [_uncertain(copy) if copy.message["id"] in unheard else copy for copy in true_copies(program)]
    possible = expected_register(copies, firm)
    sure = expected_register([copy for copy in copies if copy.certain], firm)
    records = [row for row in possible.records if _id(row) not in by_hand] + list(_assigned(by_hand))
    answered = [row for row in possible.unassigned if _id(row) not in by_hand]
    certain = {_id(row) for row in sure.unassigned}
    questions = [{**row, "certain": _id(row) in certain} for row in answered]
    with program.database.reading() as session:
        found = balance(records, register.records(session)) + balance(
            questions, register.unassigned(session), UNASSIGNED
        )
    assert found.ok, f"the register is wrong: {found.report()}"


def check_nothing_is_left(program: Program) -> None:
    """After its time to heal, the program waits for nothing any more."""
    with program.database.reading() as session:
        rows = session.execute(
            select(InboxItem.kind, InboxItem.graph_id, InboxItem.last_error).where(
                InboxItem.state == ItemState.WAITING
            )
        )
        assert [tuple(row) for row in rows] == [], "work is left"


def check_census(program: Program, unheard: Collection[str]) -> None:
    """All that the census found is in its place by now, but for what was set aside: a person has it read."""
    with program.database.reading() as session:
        ids = session.scalars(select(Account.id)).all()
        results = [result for account_id in ids if (result := latest(session, account_id))]
    assert len(results) == len(ids), "a census was not taken to its end"
    missing = [found for result in results for found in result.missing]
    assert {found.reason_now for found in missing} <= {DifferenceReason.PARKED}, (
        "the census is not in balance"
    )
    assert {found.graph_id for found in missing} <= set(unheard), "the census is not in balance"
    with program.database.writing() as session:
        for account_id in ids:
            repair(session, account_id, program.clock())
    program.settle_promptly()


def check_witness(program: Program) -> None:
    """No acknowledgement was given for what was not kept, and no cursor passed a mail by."""
    assert program.witness.broken_promises == set(), "a hint was acknowledged and not kept"
    assert program.witness.passed_by == set(), "a cursor passed a mail by"


def check_secrecy(program: Program, viewer: str) -> None:
    """What lies in private mailboxes of others only is not shown to a person, at any moment."""
    shown, told = _shown(program, viewer)
    open_to_viewer = _open_to(program, viewer)
    held = _holders(true_copies(program))
    for subject, row in shown:
        if not held[subject] & open_to_viewer:
            assert row["restricted"], f"private content is shown: {subject}"
            assert subject not in told, f"private content is shown: {subject}"


def check_openness(program: Program, viewer: str, unheard: Collection[str]) -> None:
    """What a mailbox holds that is open to a person is shown to them, at a quiet moment."""
    open_to_viewer = _open_to(program, viewer)
    held = _holders(
        copy
        for copy in true_copies(program)
        if copy.certain and copy.folder not in NO_SOURCES and copy.message["id"] not in unheard
    )
    for subject, row in _shown(program, viewer)[0]:
        if held[subject] & open_to_viewer:
            assert not row["restricted"], f"open content is hidden: {subject}"
            assert row["subject"] == subject


def true_copies(program: Program) -> list[Copy]:
    return copies_of_truth(event.to_json() for event in program.simulator.world.truth)


def _shown(program: Program, viewer: str) -> tuple[list[tuple[str, Row]], str]:
    """By the subject that each record truly has, what a person is shown of it; and the whole answer."""
    answer = program.ask(viewer, "GET", "/api/records?limit=200")
    with program.database.reading() as session:
        subjects = {str(record_id): subject for record_id, subject in session.execute(_SUBJECTS)}
    return [(subjects[row["id"]], row) for row in answer.get_json()["items"]], answer.text


def _open_to(program: Program, viewer: str) -> set[str]:
    with program.database.reading() as session:
        return {
            account.address
            for account in session.scalars(select(Account))
            if account.visibility is Visibility.PUBLIC or account.address == viewer
        }


def _holders(copies: Iterable[Copy]) -> Mapping[str, set[str]]:
    """By subject: the mailboxes that hold a mail or held it."""
    held = defaultdict[str, set[str]](set)
    for copy in copies:
        held[copy.message["subject"]].add(copy.mailbox)
    return held


def _uncertain(copy: Copy) -> Copy:
    return replace(copy, certain=False)


def _id(row: Mapping[str, Any]) -> str:
    return comparable_id(row["internet_message_id"])


def _assigned(by_hand: ByHand) -> Iterable[Row]:
    for message_id, codes in by_hand.items():
        yield from ({"client": code, "internet_message_id": message_id} for code in sorted(codes))
