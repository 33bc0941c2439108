"""When health is green, and that nothing late hides behind it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.accounts.models import AccountState, Visibility
from server.ingest.models import AppCredential, Kind
from server.ingest.overview import (
    AccountOverview,
    LastCensus,
    Overview,
    Promise,
    RoutineOverview,
    SetAside,
    Waiting,
)
from server.ingest.verdict import Light, Reason, Trouble, verdict

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HEALTHY = AccountOverview(
    id=1,
    address="ana@ribera.example",
    name="Ana Ribera",
    visibility=Visibility.PUBLIC,
    state=AccountState.ACTIVE,
    pause_reason="",
    added_at=NOW - timedelta(days=30),
    since=NOW - timedelta(days=90),
    synced_at=NOW - 3 * MINUTE,
    backfill_stopped=False,
    subscription=Promise(NOW - timedelta(days=1), NOW + timedelta(days=5), NOW - MINUTE),
    waiting=(),
    lease=None,
    census=LastCensus(NOW - timedelta(hours=7), 40, 0, 0),
)
UPKEEP = RoutineOverview(
    name="upkeep",
    every=timedelta(seconds=20),
    started_at=NOW - timedelta(seconds=15),
    finished_at=NOW - timedelta(seconds=14),
    succeeded_at=NOW - timedelta(seconds=14),
    last_error="",
)
ALL_WELL = Overview(
    (HEALTHY,), None, (UPKEEP,), AppCredential(expires_at=NOW + timedelta(days=200), read_at=NOW)
)


def account(**changes: Any) -> Overview:
    return replace(ALL_WELL, accounts=(replace(HEALTHY, **changes),))


def routine(**changes: Any) -> Overview:
    return replace(ALL_WELL, routines=(replace(UPKEEP, **changes),))


def credential(expires_at: datetime | None) -> Overview:
    return replace(ALL_WELL, credential=AppCredential(expires_at=expires_at, read_at=NOW))


def waiting(kind: Kind, *, due: int = 1, due_since: timedelta, asked: timedelta) -> Overview:
    return account(waiting=(Waiting(kind, 3, due, 0, NOW - due_since, NOW - asked, ""),))


def parked(items: int, age: timedelta) -> Overview:
    return replace(ALL_WELL, set_aside=SetAside(items, NOW - age))


def test_all_well_is_green_without_a_reason() -> None:
    judged = verdict(ALL_WELL, NOW)

    assert (judged.light, judged.reasons) == (Light.GREEN, ())


@pytest.mark.parametrize(
    ("seen", "light", "trouble"),
    [
        (
            account(state=AccountState.PAUSED, pause_reason="Microsoft Graph answered 403"),
            Light.RED,
            Trouble.ACCOUNT_PAUSED,
        ),
        (account(synced_at=NOW - 22 * MINUTE), Light.YELLOW, Trouble.ACCOUNT_BEHIND),
        (account(synced_at=None), Light.YELLOW, Trouble.ACCOUNT_BEHIND),
        (account(subscription=None), Light.YELLOW, Trouble.NOT_SUBSCRIBED),
        (
            account(subscription=Promise(NOW - timedelta(days=7), NOW, None)),
            Light.YELLOW,
            Trouble.NOT_SUBSCRIBED,
        ),
        (account(backfill_stopped=True), Light.YELLOW, Trouble.BACKFILL_STOPPED),
        (account(census=LastCensus(NOW, 40, 2, 1)), Light.RED, Trouble.CENSUS_DIFFERENT),
        (
            waiting(Kind.SYNC, due_since=6 * MINUTE, asked=6 * MINUTE),
            Light.YELLOW,
            Trouble.WORK_OVERDUE,
        ),
        (
            waiting(Kind.MESSAGE, due=0, due_since=-5 * MINUTE, asked=16 * MINUTE),
            Light.YELLOW,
            Trouble.MAIL_UNREAD,
        ),
        (parked(1, timedelta()), Light.YELLOW, Trouble.WORK_PARKED),
        (routine(succeeded_at=NOW - timedelta(seconds=61)), Light.RED, Trouble.ROUTINE_STOPPED),
        (routine(succeeded_at=None), Light.RED, Trouble.ROUTINE_STOPPED),
        (routine(last_error="ValueError"), Light.YELLOW, Trouble.ROUTINE_FAILED),
        (credential(NOW + timedelta(days=30)), Light.YELLOW, Trouble.CREDENTIAL_ENDS),
        (credential(NOW + timedelta(days=7)), Light.YELLOW, Trouble.CREDENTIAL_ENDS),
        (credential(NOW + timedelta(days=1)), Light.RED, Trouble.CREDENTIAL_ENDS),
        (credential(NOW), Light.RED, Trouble.CREDENTIAL_ENDED),
    ],
)
def test_what_is_late_or_wrong_is_never_green(seen: Overview, light: Light, trouble: Trouble) -> None:
    judged = verdict(seen, NOW)

    assert judged.light is light
    assert [(reason.light, reason.trouble) for reason in judged.reasons] == [(light, trouble)]


@pytest.mark.parametrize(
    "seen",
    [
        account(synced_at=NOW - 20 * MINUTE),
        account(synced_at=None, added_at=NOW - 20 * MINUTE),
        account(subscription=None, synced_at=None, added_at=NOW - 4 * MINUTE),
        account(census=None),
        # What the last census missed stands in the register by now.
        account(census=LastCensus(NOW, 40, 1, 0)),
        waiting(Kind.MESSAGE, due_since=MINUTE, asked=14 * MINUTE),
        # A back-fill works for hours on one item, and each step makes it due anew.
        waiting(Kind.SYNC, due_since=MINUTE, asked=timedelta(hours=5)),
        routine(succeeded_at=NOW - timedelta(seconds=59)),
        credential(NOW + timedelta(days=30, seconds=1)),
        credential(None),
        replace(ALL_WELL, credential=None),
        replace(ALL_WELL, accounts=()),
    ],
)
def test_what_is_on_its_way_is_green(seen: Overview) -> None:
    assert verdict(seen, NOW).light is Light.GREEN


def test_the_worst_comes_first() -> None:
    seen = replace(parked(1, timedelta()), routines=(replace(UPKEEP, succeeded_at=None),))

    assert [reason.light for reason in verdict(seen, NOW).reasons] == [Light.RED, Light.YELLOW]


def test_a_paused_account_complains_once() -> None:
    seen = account(state=AccountState.PAUSED, synced_at=None, subscription=None)

    assert [reason.trouble for reason in verdict(seen, NOW).reasons] == [Trouble.ACCOUNT_PAUSED]


def test_a_reason_says_whom_how_many_and_since_when() -> None:
    reasons = verdict(parked(2, 30 * MINUTE), NOW).reasons

    assert reasons == (Reason(Light.YELLOW, Trouble.WORK_PARKED, count=2, since=NOW - 30 * MINUTE),)
