"""What keeps subscriptions alive, and which folders are sources."""

from datetime import UTC, datetime, timedelta

import pytest

from server.ingest.folder_tree import inherited
from server.ingest.models import Kind, Subscription
from server.ingest.subscribe import needs

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
LIFE = timedelta(days=6)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(0), None),
        (LIFE / 2 - timedelta(seconds=1), None),
        (LIFE / 2, Kind.RENEW),
        (LIFE - timedelta(seconds=1), Kind.RENEW),
        (LIFE, Kind.SUBSCRIBE),
    ],
)
def test_a_subscription_is_renewed_at_half_its_life(age: timedelta, expected: Kind | None) -> None:
    subscription = Subscription(created_at=BEGAN, expires_at=BEGAN + LIFE)

    assert needs(subscription, BEGAN + age) is expected


def test_a_subscription_granted_before_the_clock_was_set_back_is_renewed() -> None:
    subscription = Subscription(created_at=BEGAN, expires_at=BEGAN + LIFE)

    assert needs(subscription, BEGAN - timedelta(hours=2)) is Kind.RENEW


def test_an_account_without_one_gets_one() -> None:
    assert needs(None, BEGAN) is Kind.SUBSCRIBE


def test_what_lies_below_deleted_items_is_deleted_too() -> None:
    parents = {"older": "old", "clients": "inbox", "inbox": "root", "old": "deleted", "deleted": "root"}

    assert inherited(parents, {"deleted": "deleted"}) == dict.fromkeys(("deleted", "old", "older"), "deleted")


def test_folders_that_lie_in_each_other_end_the_search() -> None:
    assert inherited({"one": "two", "two": "one"}, {"deleted": "deleted"}) == {}
