"""What people and programs read of a census."""

import json
from datetime import UTC, date, datetime, timedelta

from server.cli.census_sheet import MOST_LISTED, Sheet, as_json, as_text
from server.ingest.balance import Balance
from server.ingest.census import CensusResult, Difference
from server.ingest.models import DifferenceReason

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
UNKNOWN, MOVED, WAITING, PARKED, GONE = DifferenceReason
DAYS = (
    (date(2026, 11, 24), Balance(in_mailbox=3, filed=1, internal=1, different=1)),
    (date(2026, 11, 23), Balance(in_mailbox=2, unassigned=1, excluded=1)),
    (date(2026, 11, 20), Balance(in_mailbox=1, filed=1)),
)


def sheet(
    *differences: tuple[DifferenceReason, DifferenceReason | None], days: int = 2, private: bool = False
) -> Sheet:
    found = tuple(
        Difference(f"id-{number}", reason, now, NOW, "Inbox")
        for number, (reason, now) in enumerate(differences)
    )
    result = CensusResult(NOW - timedelta(days=90), NOW, NOW, DAYS, found)
    return Sheet("ana@ribera.example", result, private, days)


def test_a_sheet_shows_the_newest_days_and_the_sum_of_all() -> None:
    lines = as_text([sheet()]).splitlines()

    assert lines[0] == "ana@ribera.example, mail since 2026-08-26"
    assert lines[2].split() == ["2026-11-24", "3", "1", "0", "1", "0", "1"]
    assert lines[3].split() == ["2026-11-23", "2", "0", "1", "0", "1", "0"]
    assert lines[4].strip() == "… 1 earlier days"
    assert lines[5].split() == ["sum", "6", "2", "1", "1", "1", "1"]
    assert len({len(line) for line in (lines[1], lines[2], lines[5])}) == 1


def test_a_sheet_says_how_each_difference_stands_and_what_to_do() -> None:
    told = as_text([sheet((UNKNOWN, None), (UNKNOWN, WAITING), (PARKED, PARKED), (MOVED, PARKED))])

    assert "2026-11-24 09:30 UTC  Inbox: unknown, in order by now" in told
    assert "Inbox: unknown, now waiting" in told
    assert "Inbox: parked\n" in told
    assert "Inbox: moved, now parked" in told
    assert told.count("bitacora inbox parked") == 1
    assert "report it" not in told


def test_a_sheet_lists_no_more_than_a_person_can_read() -> None:
    told = as_text([sheet(*[(UNKNOWN, None)] * (MOST_LISTED + 3))])

    assert told.count("Inbox: unknown") == MOST_LISTED
    assert "… 3 earlier mails" in told


def test_folders_of_a_private_account_are_not_named() -> None:
    private = sheet((UNKNOWN, UNKNOWN), private=True)

    assert "Inbox" not in as_text([private]) + as_json([private])
    assert "unknown: take the census again" in as_text([private])


def test_programs_read_every_difference() -> None:
    (row,) = json.loads(as_json([sheet((UNKNOWN, None), (PARKED, PARKED), days=1)]))

    assert row["total"]["in_mailbox"] == 6
    assert row["missing"] == 1
    assert [day["day"] for day in row["days"]] == ["2026-11-24"]
    assert [found["reason_now"] for found in row["differences"]] == [None, "parked"]
