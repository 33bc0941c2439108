"""Lists, counts and hits of the register: the same as plain Python says, for everybody, on both databases."""

import random
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from server.accounts.viewer import Viewer
from server.db import Database
from server.records.filters import Filters
from server.records.listing import AdministratorsOnly, Listing
from server.records.lists import End, Seek, count_records, find_record, list_around, list_records
from server.records.models import RecordState
from server.records.place import CursorInvalid, Place, Towards
from server.records.register import RecordNotFound
from tests.integration.listed import (
    ADMINISTRATOR,
    PEOPLE,
    Told,
    each_filter,
    expected,
    found,
    has_words,
    shows_content,
    some_filters,
)

pytestmark = pytest.mark.integration
RECORDS = 150
# So few records are looked at one by one that most is found by the indexes of what is rare.
STRETCHES = (3, 1000)
WORDS = (
    "factura",
    "IVA",
    "fact iva",
    "nandu",
    "penalver sl",
    "S.L.",
    "303",
    "uno example",
    "oculto",
    "xyz",
    "·",
)


class Firm:
    def __init__(self, session: Session, seed: int) -> None:
        print(f"seed {seed}")
        self.session = session
        self.chance = random.Random(seed)
        self.viewers, self.told = found(session, RECORDS, self.chance)

    def expected(self, person: str, filters: Filters) -> list[uuid.UUID]:
        return expected(self.told, person, filters)


@pytest.fixture
def firm(database: Database) -> Iterator[Firm]:
    seed = random.randrange(2**32)
    with database.writing() as session:
        firm = Firm(session, seed)
    with database.reading() as session:
        firm.session = session
        yield firm


def pages(firm: Firm, viewer: Viewer, filters: Filters) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """All pages down to the end, and from the last one up again."""
    limit, down, up = firm.chance.randint(1, 40), list[uuid.UUID](), list[uuid.UUID]()
    page = list_records(firm.session, viewer, filters, cursor=None, limit=limit)
    assert page.previous is None
    while True:
        down += [view.record.id for view in page.items]
        if page.next is None:
            break
        page = list_records(firm.session, viewer, filters, cursor=page.next, limit=limit)
    last = [view.record.id for view in page.items]
    while page.previous is not None:
        page = list_records(firm.session, viewer, filters, cursor=page.previous, limit=limit)
        up = [view.record.id for view in page.items] + up
    return down, up + last


def test_a_list_is_read_from_its_oldest_end(firm: Firm) -> None:
    viewer = firm.viewers["Ana"]
    down, _ = pages(firm, viewer, Filters())

    page = list_records(firm.session, viewer, Filters(), cursor=None, limit=7, end=End.OLDEST)

    assert [view.record.id for view in page.items] == down[-7:]
    assert page.next is None
    assert page.previous is not None


def test_each_filter_leaves_what_it_says_to_everybody(firm: Firm) -> None:
    for filters in each_filter(firm.chance):
        for person, viewer in firm.viewers.items():
            down, up = pages(firm, viewer, filters)

            assert down == firm.expected(person, filters), filters
            assert up == down, filters


def test_filters_combine(firm: Firm) -> None:
    for _ in range(40):
        filters, person = some_filters(firm.chance), firm.chance.choice(PEOPLE)
        wanted = firm.expected(person, filters)

        down, up = pages(firm, firm.viewers[person], filters)
        count = count_records(firm.session, firm.viewers[person], filters)

        assert down == up == wanted, filters
        assert (count.count, count.capped) == (len(wanted), False)


@pytest.mark.parametrize("stretch", STRETCHES)
def test_what_is_rare_is_listed_as_what_is_common(firm: Firm, stretch: int) -> None:
    for _ in range(25):
        filters, person = some_filters(firm.chance), firm.chance.choice(PEOPLE)
        wanted, limit = firm.expected(person, filters), firm.chance.randint(1, 10)

        listing = Listing(firm.session, firm.viewers[person], filters, stretch=stretch)
        newest = listing.places(Towards.OLDER, None, limit)
        oldest = listing.places(Towards.NEWER, None, limit)

        assert [place.record_id for place in newest] == wanted[:limit], filters
        assert [place.record_id for place in oldest] == wanted[::-1][:limit], filters


@pytest.mark.parametrize("stretch", STRETCHES)
def test_the_next_hit_is_the_next_in_the_list_that_has_the_words(firm: Firm, stretch: int) -> None:
    told = {each.id: each for each in firm.told}
    for _ in range(60):
        filters, person = some_filters(firm.chance), firm.chance.choice(PEOPLE)
        q, towards = firm.chance.choice(WORDS), firm.chance.choice(list(Towards))
        wanted = [found for found in firm.expected(person, filters) if has_words(told[found], person, q)]
        if not q.strip("·"):
            wanted = []
        start = _some_place(firm)
        beyond = [each for each in wanted if _is_beyond(told[each], start, towards)]
        first = (beyond if towards is Towards.OLDER else beyond[::-1])[:1]

        listing = Listing(firm.session, firm.viewers[person], filters, stretch=stretch)
        place = listing.find(q, towards, start)

        assert (place.record_id if place else None) == (first[0] if first else None), (q, filters)


def test_hits_are_walked_in_a_circle_both_ways(firm: Firm) -> None:
    told, filters = {each.id: each for each in firm.told}, Filters()
    for person, viewer in firm.viewers.items():
        listed = firm.expected(person, filters)
        hits = [each for each in listed if has_words(told[each], person, "factura")]
        for seek, circle in ((Seek.NEXT, hits), (Seek.PREVIOUS, hits[::-1])):
            after, walked, wraps = circle[0], list[uuid.UUID](), list[bool]()
            for _ in circle:
                hit = find_record(firm.session, viewer, filters, "Factura", direction=seek, after=after)
                assert hit is not None
                after = hit.record.record.id
                walked.append(after)
                wraps.append(hit.wrapped)

                page = list_records(firm.session, viewer, filters, cursor=hit.cursor, limit=3)
                at = listed.index(after)
                assert [view.record.id for view in page.items] == listed[at : at + 3]

            assert walked == [*circle[1:], circle[0]]
            assert wraps == [False] * (len(circle) - 1) + [True]


def test_the_first_hit_is_the_newest_wherever_one_is(firm: Firm) -> None:
    viewer, filters = firm.viewers["Marta"], Filters()
    told = {each.id: each for each in firm.told}
    newest = next(e for e in firm.expected("Marta", filters) if has_words(told[e], "Marta", "renta"))

    hit = find_record(
        firm.session,
        viewer,
        filters,
        "renta",
        direction=Seek.FIRST,
        after=firm.expected("Marta", filters)[-1],
    )

    assert hit is not None
    assert (hit.record.record.id, hit.wrapped) == (newest, False)


def test_the_page_about_a_record_is_a_piece_of_the_list(firm: Firm) -> None:
    for _ in range(15):
        filters, person = some_filters(firm.chance), firm.chance.choice(PEOPLE)
        listed = firm.expected(person, filters)
        if not listed:
            continue
        at = firm.chance.randrange(len(listed))
        before, after = firm.chance.randint(0, 9), firm.chance.randint(0, 9)

        page = list_around(
            firm.session, firm.viewers[person], filters, listed[at], before=before, after=after
        )

        assert [view.record.id for view in page.items] == listed[max(0, at - before) : at + after + 1]
        assert (page.previous is not None) == (at > before)
        assert (page.next is not None) == (at + after + 1 < len(listed))


def test_a_page_about_a_record_that_is_filtered_away_shows_its_neighbours(firm: Firm) -> None:
    all_of, of_client = firm.expected("Marta", Filters()), Filters(client="C1")
    listed = firm.expected("Marta", of_client)
    away = next(each for each in all_of if each not in listed)

    page = list_around(firm.session, firm.viewers["Marta"], of_client, away, before=2, after=2)

    shown = [view.record.id for view in page.items]
    assert away not in shown
    merged = [each for each in all_of if each in {*listed, away}]
    at = merged.index(away)
    assert shown == [*merged[max(0, at - 2) : at], *merged[at + 1 : at + 3]]


def test_what_was_deleted_is_for_administrators_and_without_the_content_that_is_private(firm: Firm) -> None:
    filters = Filters(state=RecordState.DELETED)
    told = {each.id: each for each in firm.told}

    page = list_records(firm.session, firm.viewers[ADMINISTRATOR], filters, cursor=None, limit=200)

    assert [view.record.id for view in page.items] == firm.expected(ADMINISTRATOR, filters)
    for view in page.items:
        assert view.restricted is not shows_content(told[view.record.id], ADMINISTRATOR)
    for person in PEOPLE:
        if person != ADMINISTRATOR:
            with pytest.raises(AdministratorsOnly):
                list_records(firm.session, firm.viewers[person], filters, cursor=None, limit=1)


def test_a_count_stops_where_nobody_counts_on(firm: Firm) -> None:
    listing = Listing(firm.session, firm.viewers["Marta"], Filters())
    total = len(firm.expected("Marta", Filters()))

    assert (listing.count(most=7).count, listing.count(most=7).capped) == (7, True)
    assert (listing.count(most=total).count, listing.count(most=total).capped) == (total, False)
    assert listing.count_all() == total


@pytest.mark.parametrize("cursor", ["", "x", "b2xkZXIgeCB5", "á"])
def test_a_cursor_of_somebody_else_is_refused(firm: Firm, cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        list_records(firm.session, firm.viewers["Ana"], Filters(), cursor=cursor or "=", limit=1)


def test_nobody_counts_on_from_a_record_that_is_not_there(firm: Firm) -> None:
    denied = next(each for each in firm.told if each.client == "C3")
    for after in (uuid.uuid4(), denied.id):
        with pytest.raises(RecordNotFound):
            find_record(
                firm.session, firm.viewers["Jorge"], Filters(), "iva", direction=Seek.NEXT, after=after
            )


def _some_place(firm: Firm) -> Place | None:
    each = firm.chance.choice(firm.told)
    return firm.chance.choice([None, Place(each.occurred_at, each.id)])


def _is_beyond(each: Told, start: Place | None, towards: Towards) -> bool:
    if start is None:
        return True
    here, there = (start.occurred_at, start.record_id), (each.occurred_at, each.id)
    return there < here if towards is Towards.OLDER else there > here
