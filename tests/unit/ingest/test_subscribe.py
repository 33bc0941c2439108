"""When a subscription is believed to have fallen silent."""

from datetime import UTC, datetime, timedelta

from server.ingest.models import Subscription
from server.ingest.subscribe import AWAY_AFTER, PROBATION, REPORTED_WITHIN, is_silent
from server.mail import Message

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)
LAST_WALK = NOW - timedelta(minutes=10)


def subscription(heard_at: datetime | None = None, created_at: datetime = LONG_AGO) -> Subscription:
    return Subscription(created_at=created_at, expires_at=NOW + timedelta(days=1), heard_at=heard_at)


def mail(age: timedelta) -> list[Message]:
    return [Message("m-1", "inbox", received_at=NOW - age)]


def test_mail_that_was_never_announced_betrays_a_silent_subscription() -> None:
    assert is_silent(subscription(), mail(timedelta(minutes=10)), LAST_WALK, NOW)


def test_mail_that_may_still_be_announced_proves_nothing() -> None:
    assert not is_silent(subscription(), mail(REPORTED_WITHIN - timedelta(seconds=1)), LAST_WALK, NOW)


def test_a_subscription_that_reported_since_lost_one_notification_only() -> None:
    heard = subscription(heard_at=NOW - timedelta(minutes=2))

    assert not is_silent(heard, mail(timedelta(minutes=10)), LAST_WALK, NOW)


def test_a_subscription_that_reported_before_the_mail_alone_is_silent() -> None:
    heard = subscription(heard_at=NOW - timedelta(hours=3))

    assert is_silent(heard, mail(timedelta(minutes=10)), LAST_WALK, NOW)


def test_mail_of_before_the_subscription_was_not_its_business() -> None:
    assert not is_silent(subscription(), mail(timedelta(days=2)), LAST_WALK, NOW)


def test_a_young_subscription_gets_time_to_show_that_it_lives() -> None:
    young = subscription(created_at=NOW - PROBATION + timedelta(seconds=1))

    assert not is_silent(young, mail(timedelta(minutes=10)), LAST_WALK, NOW)


def test_an_account_without_a_subscription_needs_no_distrust() -> None:
    assert not is_silent(None, mail(timedelta(minutes=10)), LAST_WALK, NOW)


def test_mail_that_came_while_nobody_listened_proves_nothing() -> None:
    away_since = NOW - AWAY_AFTER - timedelta(seconds=1)

    assert not is_silent(subscription(), mail(timedelta(minutes=10)), away_since, NOW)


def test_a_first_walk_may_betray_a_silent_subscription_too() -> None:
    assert is_silent(subscription(), mail(timedelta(minutes=10)), None, NOW)
