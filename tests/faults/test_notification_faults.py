"""Notifications that never come, come late, come twice or come from somewhere else."""

import random
from datetime import timedelta
from typing import Any

import pytest

from tests.faults.hints import hints, post, subscription_of
from tests.faults.mails import ANA, INFO, LUIS, MARTA, deliver, deliver_many
from tests.invariants import check_invariants
from tests.stepped import Stepped

pytestmark = pytest.mark.integration
STRANGER = "00000000-0000-4000-8000-00000000dead"
BAD_ITEMS: list[dict[str, Any]] = [
    {"clientState": "guess"},
    {"clientState": None},
    {"tenantId": STRANGER},
    {"subscriptionId": STRANGER},
    {"resourceData": None},
    {"resourceData": {"id": "A" * 100_000}},
    {"resourceData": {"id": 7}},
]


def test_a_third_of_all_notifications_never_comes(program: Stepped, chance: random.Random) -> None:
    """Graph loses notifications at random, as it does when many mails are moved at once."""
    program.simulator.faults.drop_notifications(share=0.3)
    for number in range(30):
        deliver(program, f"Factura {number}", to=(chance.choice([ANA, LUIS]),))
    program.settle()

    assert check_invariants(program).got == 30


def test_every_notification_comes_five_times_and_in_any_order(
    program: Stepped, chance: random.Random
) -> None:
    """What is sent together arrives shuffled, and each item five times."""
    program.simulator.faults.duplicate_notifications(5)
    program.simulator.faults.reorder_notifications()

    for number in range(20):
        deliver(program, f"Factura {number}", to=tuple(chance.sample([ANA, LUIS], chance.randint(1, 2))))
    program.settle()

    assert check_invariants(program, prompt=[ANA, LUIS]).got == 20


def test_notifications_come_four_hours_late(program: Stepped) -> None:
    """Graph delivers them after all, when the delta has long found the mails."""
    program.simulator.faults.delay_notifications(timedelta(hours=4).total_seconds())
    deliver_many(program, 5)
    program.pass_time(timedelta(hours=3, minutes=50), step=timedelta(hours=2))
    assert len(program.witness.filed) == 5
    assert program.simulator.notifications.waiting > 0
    program.pass_time(timedelta(minutes=15))

    assert program.simulator.notifications.waiting == 0
    assert check_invariants(program).got == 5


def test_a_notification_comes_for_a_subscription_that_was_replaced(program: Stepped) -> None:
    """It is answered like any other, so that Graph does not repeat it, and nothing is lost by that."""
    old = subscription_of(program, ANA)
    program.simulator.subscriptions.lifecycle("subscriptionRemoved", ANA)
    program.settle()
    program.simulator.faults.drop_notifications(share=1.0)
    ids = deliver_many(program, 3)

    assert post(program, hints(old, ids)) == 202

    assert program.overdue() == 0
    assert check_invariants(program).got == 3


def test_everything_is_announced_once_more(program: Stepped) -> None:
    """All of a week at once, for a subscription that was renewed and for one that has ended."""
    deliver_many(program, 10)
    program.settle()
    program.simulator.subscriptions.lifecycle("subscriptionRemoved", ANA)
    program.settle()
    deliver_many(program, 10)
    program.settle()

    program.simulator.faults.repeat_notifications()
    program.settle()

    assert check_invariants(program, prompt=[ANA]).got == 20


def test_one_delivery_speaks_of_three_mailboxes(program: Stepped) -> None:
    """Graph puts what it has for one address into one request."""
    program.add_accounts(addresses=[MARTA, INFO])
    program.settle()
    program.simulator.faults.drop_notifications(share=1.0)
    mailboxes = (ANA, MARTA, INFO)
    items = [
        item
        for mailbox in mailboxes
        for item in hints(subscription_of(program, mailbox), [deliver(program, "Balance", to=(mailbox,))])
    ]

    assert post(program, items) == 202
    program.settle()

    assert check_invariants(program, prompt=mailboxes).got == 3


def test_seven_items_among_fifty_are_bad(program: Stepped, chance: random.Random) -> None:
    """Each in another way: the forty-three others count as if they were not there."""
    program.simulator.faults.drop_notifications(share=1.0)
    items = hints(subscription_of(program, ANA), deliver_many(program, 50))
    for place, bad in zip(chance.sample(range(50), len(BAD_ITEMS)), BAD_ITEMS, strict=True):
        items[place] |= bad

    assert post(program, items) == 202
    assert program.overdue() == 50 - len(BAD_ITEMS)
    program.settle()

    assert check_invariants(program).got == 50


def test_one_item_among_fifty_is_no_item_at_all(program: Stepped) -> None:
    """Not even an object stands in its place."""
    program.simulator.faults.drop_notifications(share=1.0)
    items = hints(subscription_of(program, ANA), deliver_many(program, 49))

    assert post(program, [*items[:7], "not an item", *items[7:]]) == 202
    program.settle()

    assert check_invariants(program, prompt=[ANA]).got == 49
