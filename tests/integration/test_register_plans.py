"""How the databases read lists: in the order of an index, and never a whole table of records."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from server.accounts.viewer import Viewer
from server.db import Database
from server.records.catalog import COLUMNS, add_choice, remove_choice
from server.records.filters import Filters
from server.records.listing import Listing
from server.records.models import Area, Choice, Initiator, Reason, RecordState, RecordType
from server.records.place import Towards
from tests.firm import NOW
from tests.integration.listed import ADMINISTRATOR, found

pytestmark = pytest.mark.integration
Statement = tuple[str, Any]
LISTS = {
    "all": Filters(),
    "client": Filters(client="C1"),
    "type": Filters(type=[RecordType.CALL]),
    "mails": Filters(type=[RecordType.EMAIL]),
    "types": Filters(type=[RecordType.CALL, RecordType.VISIT]),
    "reason": Filters(reason=[1]),
    "reasons": Filters(reason=[0, 1, 2]),
    "area": Filters(area=[1]),
    "initiated by": Filters(initiated_by=[Initiator.FIRM]),
    "person": Filters(person=["Marta Vidal"]),
    "since": Filters(since=NOW),
    "until": Filters(until=NOW),
    "documents": Filters(documents=True),
    "unclassified": Filters(unclassified=True),
    "deleted": Filters(state=RecordState.DELETED),
    "all of a client's": Filters(
        client="C1", type=[RecordType.CALL], reason=[1], area=[2], person=["Marta Vidal"], since=NOW
    ),
    "all of the firm's": Filters(type=[RecordType.CALL], reason=[1], area=[2], person=["Marta Vidal"]),
}
# Of several values that an index of some rows holds, SQLite reads all and keeps the newest.
PUT_IN_ORDER = {"types"}
# What no index of the list holds: a stretch of it, then all that an index of its own gives, put in order.
RARE = {
    "private": Filters(private=True),
    "participant": Filters(participant="pedro@uno.example"),
    "participant, client": Filters(client="C1", participant="pedro@uno.example"),
}


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        viewers, _ = found(session, 60, random.Random(1))
        session.info["viewer"] = viewers[ADMINISTRATOR]
    with database.reading() as reading:
        reading.info["viewer"] = session.info["viewer"]
        if not database.is_sqlite:
            # So few rows are read at once whatever there is: ask what would be done if that were dear.
            reading.execute(text("SET LOCAL enable_seqscan = off"))
            reading.execute(text("SET LOCAL enable_sort = off"))
        yield reading


@contextmanager
def spoken(session: Session) -> Iterator[list[Statement]]:
    """What the database was asked."""
    statements: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plans(session: Session, statements: list[Statement], table: str = "record") -> list[str]:
    """How each question about records, or another table, is answered."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    connection = session.connection()
    asked = [each for each in statements if re.search(rf"FROM \(?.*\b{table}\b", each[0], re.DOTALL)]
    return [
        "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))
        for statement, parameters in asked
    ]


def whole_tables(plan: str) -> list[str]:
    """Tables of records, messages or copies that are read from end to end, without an index."""
    tables = r"(record|record_text|message|message_participant|copy)"
    found = re.findall(rf"SCAN {tables}(?! USING)(?: VIRTUAL)?\b(?! USING)|Seq Scan on {tables}\b", plan)
    return [name for pair in found for name in pair if name]


def is_sorted_afterwards(plan: str) -> bool:
    return "TEMP B-TREE FOR ORDER BY" in plan or bool(re.search(r"^\s*(->\s+)?Sort\b", plan, re.MULTILINE))


@pytest.mark.parametrize("towards", Towards)
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_in_the_order_of_an_index(name: str, towards: Towards, session: Session) -> None:
    viewer: Viewer = session.info["viewer"]
    place = Listing(session, viewer, LISTS["all"]).places(Towards.OLDER, None, 10)[-1]
    for start in (None, place):
        with spoken(session) as statements:
            Listing(session, viewer, LISTS[name]).places(towards, start, 51)

        found_plans = plans(session, statements)
        assert found_plans
        for plan in found_plans:
            assert not whole_tables(plan), plan
            assert name in PUT_IN_ORDER or not is_sorted_afterwards(plan), plan


@pytest.mark.parametrize("name", [*LISTS, *RARE])
def test_a_count_reads_indexes(name: str, session: Session) -> None:
    with spoken(session) as statements:
        Listing(session, session.info["viewer"], (LISTS | RARE)[name]).count()

    for plan in plans(session, statements):
        assert not whole_tables(plan), plan


@pytest.mark.parametrize("name", RARE)
def test_what_is_rare_comes_from_an_index_of_its_own(name: str, session: Session) -> None:
    with spoken(session) as statements:
        Listing(session, session.info["viewer"], RARE[name], stretch=1).places(Towards.OLDER, None, 51)

    found_plans = plans(session, statements)
    assert len(found_plans) >= 2
    for plan in found_plans:
        assert not whole_tables(plan), plan


@pytest.mark.parametrize("filters", [Filters(), Filters(client="C1"), Filters(type=[RecordType.CALL])])
def test_words_are_found_by_their_index(filters: Filters, session: Session) -> None:
    place = Listing(session, session.info["viewer"], Filters()).places(Towards.OLDER, None, 3)[-1]
    for start in (None, place):
        with spoken(session) as statements:
            Listing(session, session.info["viewer"], filters, stretch=1).find("xyz", Towards.OLDER, start)

        found_plans = plans(session, statements)
        assert any("ix_record_text_words" in p or "VIRTUAL TABLE INDEX" in p for p in found_plans)
        for plan in found_plans:
            assert not whole_tables(plan), plan


@pytest.mark.parametrize("kind", [Reason, Area])
def test_whether_a_record_ever_had_a_choice_is_found_by_an_index(
    kind: type[Choice], database: Database
) -> None:
    with database.writing() as session:
        choice, _ = add_choice(session, kind, "Laboral")
        if not database.is_sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        with spoken(session) as statements:
            assert remove_choice(session, kind, choice.id)

        [plan] = plans(session, statements, "record_change")

    assert f"ix_record_change_{COLUMNS[kind]}" in plan
