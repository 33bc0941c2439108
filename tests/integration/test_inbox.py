"""The durable inbox, on both databases."""

from datetime import timedelta

import pytest

from server.db import Database
from server.ingest import inbox, lease
from server.ingest.inbox import Task
from server.ingest.models import Kind
from tests.firm import NOW, found_firm

pytestmark = pytest.mark.integration


@pytest.fixture
def account_id(database: Database) -> int:
    with database.writing() as session:
        return found_firm(session)["ana@ribera.example"].id


def claims(database: Database, account_id: int) -> list[inbox.Claim]:
    with database.reading() as session:
        return inbox.claim(session, account_id, NOW, 100)


def test_asking_twice_for_the_same_work_gives_one_item(database: Database, account_id: int) -> None:
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")] * 3, NOW)
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)

    assert len(claims(database, account_id)) == 1


def test_finished_work_is_gone(database: Database, account_id: int) -> None:
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)
    done = claims(database, account_id)

    with database.writing() as session:
        inbox.finish(session, done)

    assert claims(database, account_id) == []


def test_a_hint_that_comes_while_the_work_runs_is_not_lost(database: Database, account_id: int) -> None:
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)
    running = claims(database, account_id)
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)

    with database.writing() as session:
        inbox.finish(session, running)

    assert [claim.graph_id for claim in claims(database, account_id)] == ["m-1"]


def test_mail_comes_before_a_long_walk(database: Database, account_id: int) -> None:
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.SYNC)], NOW - timedelta(hours=1))
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)

    assert [claim.kind for claim in claims(database, account_id)] == [Kind.MESSAGE]


def test_a_fault_keeps_its_pause_when_the_work_is_asked_for_again(
    database: Database, account_id: int
) -> None:
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)
    (claim,) = claims(database, account_id)
    with database.writing() as session:
        inbox.wait(session, claim, NOW + timedelta(minutes=1), "busy")

    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)

    assert claims(database, account_id) == []


def test_what_is_parked_is_listed_and_wakes_up_on_request(database: Database, account_id: int) -> None:
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)
    (claim,) = claims(database, account_id)
    with database.writing() as session:
        inbox.park(session, claim, "unreadable")
    with database.reading() as session:
        parked = [(item.graph_id, item.last_error) for item in inbox.parked(session)]

    with database.writing() as session:
        woken = inbox.retry(session, NOW)

    assert parked == [("m-1", "unreadable")]
    assert woken == 1
    assert len(claims(database, account_id)) == 1


def test_a_mailbox_meets_one_worker_at_a_time(database: Database, account_id: int) -> None:
    later = NOW + lease.LEASE
    with database.writing() as session:
        taken = [lease.acquire(session, account_id, holder, NOW) for holder in ("one", "two", "one")]
        after_expiry = lease.acquire(session, account_id, "two", later)
        lease.release(session, account_id, "two", later)
        after_release = lease.acquire(session, account_id, "one", later)

    assert taken == [True, False, True]
    assert after_expiry
    assert after_release


def test_thousands_of_hints_are_put_at_once(database: Database, account_id: int) -> None:
    tasks = [Task(account_id, Kind.MESSAGE, f"m-{number}") for number in range(2_500)]

    with database.writing() as session:
        inbox.put(session, tasks, NOW)

    with database.reading() as session:
        assert len(inbox.claim(session, account_id, NOW, 5_000)) == 2_500
