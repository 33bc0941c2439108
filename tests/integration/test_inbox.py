"""The durable inbox, on both databases."""

import ssl
from datetime import datetime, timedelta

import pytest

from server.db import Database
from server.graph.client import GraphClient
from server.ingest import inbox, lease
from server.ingest.inbox import Task
from server.ingest.models import Kind
from tests.firm import NOW, found_firm

pytestmark = pytest.mark.integration


@pytest.fixture
def account_id(database: Database) -> int:
    with database.writing() as session:
        return found_firm(session)["ana@ribera.example"].id


@pytest.fixture
def graph_client() -> GraphClient:
    """One that is asked for nothing but how much it has sent."""
    return GraphClient("https://graph.microsoft.com", NoTokens(), ssl.create_default_context())


class NoTokens:
    def app_token(self, *, claims_challenge: str | None = None) -> str:
        raise AssertionError("nobody asked for a token")

    def forget(self) -> None:
        raise AssertionError("there is no token")


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
        inbox.wait(session, claim, NOW, NOW + timedelta(minutes=1), "busy")

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


def test_what_failed_before_is_tried_alone(database: Database, account_id: int) -> None:
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, f"m-{number}") for number in range(3)], NOW)
    poison = claims(database, account_id)[0]
    with database.writing() as session:
        inbox.wait(session, poison, NOW, NOW - timedelta(seconds=1), "unreadable")

    assert [claim.graph_id for claim in claims(database, account_id)] == [poison.graph_id]
    with database.writing() as session:
        inbox.wait(session, poison, NOW, NOW + timedelta(seconds=1), "unreadable")
    assert len(claims(database, account_id)) == 2


def test_a_flood_in_one_mailbox_leaves_the_others_their_turn(database: Database) -> None:
    with database.writing() as session:
        accounts = {address: account.id for address, account in found_firm(session).items()}
        flooded, quiet = accounts["info@ribera.example"], accounts["ana@ribera.example"]
        flood = [Task(flooded, Kind.MESSAGE, f"m-{number}") for number in range(500)]
        inbox.put(session, flood, NOW - timedelta(hours=1))
        inbox.put(session, [Task(quiet, Kind.MESSAGE, "m-1")], NOW)
        lease.acquire(session, flooded, "worker", NOW)
        lease.release(session, flooded, "worker", NOW)

    with database.reading() as session:
        assert inbox.due_accounts(session, NOW) == [quiet, flooded]


def test_a_mailbox_in_somebodys_hands_is_not_due(database: Database, account_id: int) -> None:
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)
        lease.acquire(session, account_id, "worker", NOW)

    with database.reading() as session:
        assert inbox.due_accounts(session, NOW) == []
        assert inbox.due_accounts(session, NOW + lease.LEASE) == [account_id]


def test_the_worker_gives_way_to_a_person(
    database: Database, account_id: int, graph_client: GraphClient
) -> None:
    with database.writing() as session:
        lease.acquire(session, account_id, "worker", NOW)
    may_go_on = []

    def clock() -> datetime:
        """Between two of the person's tries, the worker comes to the end of its step."""
        with database.writing() as session:
            may_go_on.append(lease.acquire(session, account_id, "worker", NOW))
            lease.release(session, account_id, "worker", NOW)
        return NOW

    with lease.held(database, graph_client, account_id, clock), database.writing() as session:
        assert not lease.acquire(session, account_id, "worker", NOW)

    assert may_go_on[:2] == [True, False]
    with database.writing() as session:
        assert lease.acquire(session, account_id, "worker", NOW)


def test_a_mailbox_that_is_never_free_is_said_to_be_busy(
    database: Database, account_id: int, graph_client: GraphClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "PATIENCE", timedelta(0))
    with database.writing() as session:
        lease.acquire(session, account_id, "worker", NOW)

    with pytest.raises(lease.MailboxBusy), lease.held(database, graph_client, account_id, lambda: NOW):
        pass


def test_a_used_up_allowance_keeps_everybody_away_for_a_while(database: Database, account_id: int) -> None:
    with database.writing() as session:
        lease.acquire(session, account_id, "worker", NOW)
        lease.count(session, account_id, 5_000, NOW)
        lease.release(session, account_id, "worker", NOW)
        now_taken = lease.acquire(session, account_id, "worker", NOW)
        later_taken = lease.acquire(session, account_id, "worker", NOW + timedelta(minutes=5))

    assert not now_taken
    assert later_taken


def test_a_clock_that_was_set_back_leaves_work_and_mailbox_reachable(
    database: Database, account_id: int
) -> None:
    earlier = NOW - timedelta(hours=2)
    with database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, "m-1")], NOW)
        lease.acquire(session, account_id, "worker", NOW)
        lease.release(session, account_id, "worker", NOW)

    with database.writing() as session:
        assert inbox.due_accounts(session, earlier) == [account_id]
        assert lease.acquire(session, account_id, "worker", earlier)
        assert len(inbox.claim(session, account_id, earlier, 10)) == 1
