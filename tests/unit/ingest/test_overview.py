"""What is due next, what runs, what failed and why."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.accounts.models import Account
from server.db import Base, Database
from server.ingest.models import (
    Census,
    CensusDay,
    CensusDifference,
    DifferenceReason,
    FolderTree,
    InboxItem,
    ItemState,
    Kind,
    MailboxLease,
    Routine,
    Subscription,
)
from server.ingest.overview import (
    AccountOverview,
    LastCensus,
    Lease,
    Overview,
    Parked,
    Promise,
    SetAside,
    Waiting,
    overview,
    parked,
)
from tests.firm import NOW, found_firm

SECOND = timedelta(seconds=1)
PERIODS = {"upkeep": timedelta(seconds=20), "census": timedelta(days=1)}
ANA, LUIS = "ana@ribera.example", "luis@ribera.example"


@pytest.fixture
def accounts(database: Database) -> dict[str, Account]:
    with database.writing() as session:
        return found_firm(session)


def item(account: Account, kind: Kind = Kind.MESSAGE, **fields: Any) -> InboxItem:
    given = {"due_at": NOW, "received_at": NOW - SECOND, **fields}
    return InboxItem(account_id=account.id, kind=kind, **given)


def seen(database: Database, *rows: Base) -> Overview:
    """The overview after these rows were put into the database."""
    for row in rows:
        with database.writing() as session:
            session.add(row)
    with database.reading() as session:
        return overview(session, NOW, PERIODS)


def of(overview: Overview, address: str) -> AccountOverview:
    return next(account for account in overview.accounts if account.address == address)


def test_a_quiet_firm_has_nothing_to_show(database: Database, accounts: dict[str, Account]) -> None:
    ana = of(seen(database), ANA)

    assert (ana.waiting, ana.lease, ana.subscription, ana.census) == ((), None, None, None)
    assert (ana.last_error, ana.backfill_stopped) == ("", False)


def test_it_counts_what_is_due_by_kind_and_says_when_the_next_is(
    database: Database, accounts: dict[str, Account]
) -> None:
    found = seen(
        database,
        item(accounts[ANA], graph_id="1"),
        item(accounts[ANA], graph_id="2", due_at=NOW + SECOND, received_at=NOW - 5 * SECOND),
        item(accounts[ANA], Kind.SYNC, due_at=NOW + 9 * SECOND),
        item(accounts[LUIS], graph_id="3"),
    )

    assert of(found, ANA).waiting == (
        Waiting(Kind.MESSAGE, 2, 1, 0, NOW, NOW - 5 * SECOND, ""),
        Waiting(Kind.SYNC, 1, 0, 0, NOW + 9 * SECOND, NOW - SECOND, ""),
    )
    assert of(found, LUIS).waiting == (Waiting(Kind.MESSAGE, 1, 1, 0, NOW, NOW - SECOND, ""),)


def test_it_says_what_failed_and_why(database: Database, accounts: dict[str, Account]) -> None:
    first, last = "Microsoft Graph answered 503", "Microsoft Graph answered 429"
    found = seen(
        database,
        item(accounts[ANA], graph_id="1", attempts=2, last_error=first),
        item(accounts[ANA], graph_id="2"),
        item(accounts[ANA], Kind.SYNC, attempts=1, last_error=last, due_at=NOW + SECOND),
    )

    ana = of(found, ANA)
    assert [(waiting.failed, waiting.last_error) for waiting in ana.waiting] == [(1, first), (1, last)]
    assert ana.last_error == last


def test_what_is_parked_stands_apart_with_account_age_and_reason(
    database: Database, accounts: dict[str, Account]
) -> None:
    found = seen(
        database,
        item(accounts[ANA], state=ItemState.PARKED, attempts=5, last_error="ValueError"),
        item(accounts[LUIS], state=ItemState.PARKED, due_at=NOW - SECOND),
        item(accounts[LUIS], graph_id="waits"),
    )
    with database.reading() as session:
        first, second = parked(session, limit=9)
        after = parked(session, after=first.id, limit=9)

    assert (of(found, ANA).waiting, found.set_aside) == ((), SetAside(2, NOW - SECOND))
    assert first == Parked(first.id, accounts[ANA].id, ANA, Kind.MESSAGE, NOW, 5, "ValueError")
    assert after == [second]


def test_a_mailbox_is_worked_on_while_its_lease_lasts(
    database: Database, accounts: dict[str, Account]
) -> None:
    found = seen(
        database,
        MailboxLease(account_id=accounts[ANA].id, holder="worker-1", until=NOW + SECOND),
        MailboxLease(account_id=accounts[LUIS].id, holder="worker-1", until=NOW),
    )

    assert (of(found, ANA).lease, of(found, LUIS).lease) == (Lease("worker-1", NOW + SECOND), None)


def test_the_newest_subscription_counts(database: Database, accounts: dict[str, Account]) -> None:
    def granted(name: str, created: timedelta) -> Subscription:
        return Subscription(
            account_id=accounts[ANA].id,
            graph_id=name,
            client_state_hash="",
            created_at=NOW - created,
            expires_at=NOW + timedelta(days=6),
            heard_at=NOW - SECOND,
        )

    found = seen(database, granted("old", timedelta(days=3)), granted("new", SECOND))

    assert of(found, ANA).subscription == Promise(NOW - SECOND, NOW + timedelta(days=6), NOW - SECOND)


def test_the_last_finished_census_counts(database: Database, accounts: dict[str, Account]) -> None:
    def census(finished: bool) -> Census:
        return Census(
            account_id=accounts[ANA].id,
            since=NOW,
            started_at=NOW,
            finished_at=NOW + SECOND if finished else None,
        )

    before, last, running = census(True), census(True), census(False)
    seen(database, before, last, running)
    days = [
        CensusDay(census_id=before.id, day=date(2026, 11, 1), in_mailbox=9, different=9),
        CensusDay(census_id=last.id, day=date(2026, 11, 1), in_mailbox=4, different=1),
        CensusDay(census_id=last.id, day=date(2026, 11, 2), in_mailbox=5, different=1),
        CensusDay(census_id=running.id, day=date(2026, 11, 1), in_mailbox=7, different=7),
    ]

    missing = [
        CensusDifference(census_id=last.id, graph_id=name, reason=DifferenceReason.UNKNOWN, received_at=NOW)
        for name in ("missing", "asked for")
    ]
    asked_for = item(accounts[ANA], graph_id="asked for")

    found = of(seen(database, *days, *missing, asked_for), ANA)

    assert found.census == LastCensus(NOW + SECOND, in_mailbox=9, different=2, missing=1)


def test_a_stopped_back_fill_is_seen(database: Database, accounts: dict[str, Account]) -> None:
    found = seen(
        database,
        FolderTree(account_id=accounts[ANA].id, backfill_stopped=True),
        FolderTree(account_id=accounts[LUIS].id),
    )

    assert (of(found, ANA).backfill_stopped, of(found, LUIS).backfill_stopped) == (True, False)


def test_a_routine_says_when_it_ran_how_long_and_when_it_is_due(database: Database) -> None:
    started = NOW - 10 * SECOND
    [upkeep, census] = seen(
        database, Routine(name="upkeep", started_at=started, finished_at=started + SECOND)
    ).routines

    assert (upkeep.took, upkeep.next_due_at) == (SECOND, started + 20 * SECOND)
    assert (census.name, census.started_at, census.next_due_at) == ("census", None, None)


def test_a_routine_that_runs_now_has_taken_no_time_yet(database: Database) -> None:
    run = Routine(name="upkeep", started_at=NOW, finished_at=NOW - 20 * SECOND)

    assert seen(database, run).routines[0].took is None


def test_a_routine_that_failed_is_due_sooner(database: Database) -> None:
    run = Routine(name="census", started_at=NOW, finished_at=NOW, last_error="ValueError")

    assert seen(database, run).routines[1].next_due_at == NOW + timedelta(minutes=5)
