"""Many mailboxes, many mails."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator import World
from simulator.bulk import add_people, fill
from simulator.changes import MessageChange

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return World(now=lambda: NOW)


@pytest.fixture
def heard(world: World) -> list[MessageChange]:
    heard: list[MessageChange] = []
    world.on_change(heard.append)
    return heard


def test_people_are_added_and_more_after_them(world: World) -> None:
    addresses = add_people(world, 2) + add_people(world, 1)

    assert addresses == [user.address for user in world.users]
    assert len(set(addresses)) == 3


def test_mails_are_spread_over_a_period_and_come_from_the_senders_in_turn(world: World) -> None:
    ana, luis = add_people(world, 2)
    since = NOW - timedelta(days=4)

    ids = fill(world, [ana, luis], 4, senders=["a@x.example", "b@x.example"], since=since)

    mails = sorted((m.properties for m in world.mailbox(luis).listed()), key=lambda m: m["receivedDateTime"])
    assert [mail["receivedDateTime"][:10] for mail in mails] == [f"2026-11-{day}" for day in range(20, 24)]
    assert [mail["from"]["emailAddress"]["address"][0] for mail in mails] == list("abab")
    assert len(set(ids)) == len({mail["internetMessageId"] for mail in mails}) * 2 == 8


def test_the_truth_knows_every_mail(world: World) -> None:
    fill(world, add_people(world, 3), 5, folder="junkemail", fields={"subject": "Oferta"})

    assert [(event.event, event.folder) for event in world.truth] == [("delivered", "junkemail")] * 15
    assert {event.message["subject"] for event in world.truth} == {"Oferta"}


def test_listeners_hear_of_the_mails_only_on_demand(world: World, heard: list[MessageChange]) -> None:
    people = add_people(world, 2)

    fill(world, people, 3)
    unheard = list(heard)
    fill(world, people, 3, notify=True)

    assert (unheard, len(heard)) == ([], 6)
