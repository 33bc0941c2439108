"""Where a mail of the mailbox stands, and the sums of a day."""

from dataclasses import astuple, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.graph.listing import ListedMail
from server.ingest.balance import (
    PASSING,
    Balance,
    Knowledge,
    KnownCopy,
    KnownFolder,
    Place,
    Verdict,
    by_day,
    judge,
)
from server.ingest.census import last_night
from server.ingest.models import DifferenceReason, ItemState
from server.records.eligibility import Exclusion

ADDED = datetime(2026, 11, 1, tzinfo=UTC)
INBOX, JUNK, NEW, UNREAD = "inbox", "junk", "new", "unread"
FOLDERS = {
    INBOX: KnownFolder("Bandeja de entrada", None, walked=True),
    JUNK: KnownFolder("Correo no deseado", "junk", walked=False),
    UNREAD: KnownFolder("Archivo", None, walked=False),
}
MAIL = ListedMail("one", INBOX, ADDED + timedelta(days=1))
NOTHING = Knowledge(copies={}, items={}, folders=FOLDERS, added_at=ADDED)
VERDICTS: tuple[Verdict, ...] = (*Place, *DifferenceReason)


def verdict(mail: ListedMail = MAIL, copy: KnownCopy | None = None, item: ItemState | None = None) -> Verdict:
    copies = {mail.graph_id: copy} if copy else {}
    items = {mail.graph_id: item} if item else {}
    return judge(mail, replace(NOTHING, copies=copies, items=items))


def left_out(exclusion: str) -> KnownCopy:
    return KnownCopy(INBOX, exclusion)


@pytest.mark.parametrize(
    ("copy", "place"),
    [
        (KnownCopy(INBOX, None, has_records=True), Place.FILED),
        (KnownCopy(INBOX, None, has_candidates=True), Place.UNASSIGNED),
        (KnownCopy(INBOX, None, has_records=True, has_candidates=True), Place.FILED),
        # Its only candidate is no client any more.
        (KnownCopy(INBOX, None), Place.EXCLUDED),
        (left_out(Exclusion.INTERNAL), Place.INTERNAL),
        *((left_out(reason), Place.EXCLUDED) for reason in sorted(set(Exclusion) - PASSING - {"internal"})),
    ],
)
def test_a_mail_that_was_looked_at_stands_where_the_register_says(copy: KnownCopy, place: Place) -> None:
    for folder in (INBOX, JUNK, NEW):
        assert verdict(replace(MAIL, folder_id=folder), copy) is place


@pytest.mark.parametrize("mail", [replace(MAIL, folder_id=JUNK), replace(MAIL, is_draft=True)])
@pytest.mark.parametrize("copy", [None, *map(left_out, sorted(PASSING))])
@pytest.mark.parametrize("item", [None, *ItemState])
def test_a_draft_and_a_mail_that_lies_aside_are_excluded(
    mail: ListedMail, copy: KnownCopy | None, item: ItemState | None
) -> None:
    assert verdict(mail, copy, item) is Place.EXCLUDED


@pytest.mark.parametrize("folder", [INBOX, NEW])
def test_a_mail_that_nobody_saw_is_unknown(folder: str) -> None:
    assert verdict(replace(MAIL, folder_id=folder)) is DifferenceReason.UNKNOWN


@pytest.mark.parametrize("exclusion", sorted(PASSING))
def test_a_mail_whose_reason_has_passed_has_moved(exclusion: str) -> None:
    assert verdict(copy=left_out(exclusion)) is DifferenceReason.MOVED


@pytest.mark.parametrize("copy", [None, left_out(Exclusion.JUNK)])
def test_what_stands_in_the_inbox_waits_or_is_parked(copy: KnownCopy | None) -> None:
    assert verdict(copy=copy, item=ItemState.WAITING) is DifferenceReason.WAITING
    assert verdict(copy=copy, item=ItemState.PARKED) is DifferenceReason.PARKED


def test_what_the_back_fill_has_not_come_to_waits_for_it() -> None:
    before, after = ADDED - timedelta(seconds=1), ADDED
    assert verdict(replace(MAIL, folder_id=UNREAD, received_at=before)) is DifferenceReason.WAITING
    assert verdict(replace(MAIL, folder_id=UNREAD, received_at=after)) is DifferenceReason.UNKNOWN
    assert verdict(replace(MAIL, received_at=before)) is DifferenceReason.UNKNOWN


def test_a_day_ends_at_midnight_utc() -> None:
    last = replace(MAIL, received_at=datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC))
    first = replace(MAIL, received_at=datetime(2026, 11, 24, tzinfo=UTC))

    days = by_day([(last, Place.FILED), (first, Place.INTERNAL), (first, DifferenceReason.PARKED)])

    assert days == {
        date(2026, 11, 23): Balance(in_mailbox=1, filed=1),
        date(2026, 11, 24): Balance(in_mailbox=2, internal=1, different=1),
    }


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(VERDICTS))))
def test_every_mail_is_counted_once_and_every_day_comes_out_even(story: list[tuple[int, Verdict]]) -> None:
    mails = [(replace(MAIL, received_at=ADDED + timedelta(days=day)), found) for day, found in story]

    total = sum(by_day(mails).values(), Balance())

    assert total.in_mailbox == len(story)
    assert all(sum(astuple(day)[1:]) == day.in_mailbox for day in by_day(mails).values())
    assert total.different == sum(isinstance(found, DifferenceReason) for _, found in story)


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 11, 24, 0, 59, 59, tzinfo=UTC), datetime(2026, 11, 23, 1, tzinfo=UTC)),
        (datetime(2026, 11, 24, 1, tzinfo=UTC), datetime(2026, 11, 24, 1, tzinfo=UTC)),
        (datetime(2026, 11, 24, 23, tzinfo=UTC), datetime(2026, 11, 24, 1, tzinfo=UTC)),
    ],
)
def test_a_night_begins_at_one_utc(now: datetime, night: datetime) -> None:
    assert last_night(now) == night
