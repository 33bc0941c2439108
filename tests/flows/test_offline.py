"""The server was away for long (F08, F32, F33): what happened meanwhile is found when it is back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from simulator import Simulator
from tests.firm import ACCOUNTS
from tests.post import Post
from tests.postgresql import Cluster
from tests.processes import Installation, copy_sqlite
from tests.reckoning import catch_up, outdate_workers, reckon, settle

pytestmark = pytest.mark.flow
MAILBOXES, MAILS = 20, 25


def let_pass(duration: timedelta, firm: Installation, simulator: Simulator) -> None:
    """It is later, at Microsoft and on the firm's machine."""
    assert firm.clock is not None
    simulator.clock.advance(duration)
    firm.clock.set(simulator.clock() - datetime.now(UTC))
    outdate_workers(firm, duration)


def _start(firm: Installation, simulator: Simulator) -> None:
    """Start it, and wait until it is up to date."""
    assert firm.clock is not None
    started_at = firm.clock()
    firm.start("serve")
    catch_up(firm, simulator, started_at)


# Graph gives a notification up after four hours, and a subscription after seven days at most.
@pytest.mark.parametrize("away", [timedelta(hours=5), timedelta(days=8)], ids=["5h", "8d"])
def test_what_came_while_the_server_was_away_is_found(
    sqlite_firm: Installation, simulator: Simulator, post: Post, away: timedelta
) -> None:
    firm = sqlite_firm
    firm.start("serve")
    post.deliver(5)
    settle(firm, simulator)

    firm.kill("serve")
    simulator.faults.drop_notifications(share=1.0)
    post.deliver(10)
    let_pass(away / 2, firm, simulator)
    post.deliver(10)
    let_pass(away / 2, firm, simulator)
    simulator.faults.clear()
    _start(firm, simulator)

    reckon(firm, simulator)
    heard = simulator.notifications.delivered
    post.deliver(5)
    settle(firm, simulator)
    reckon(firm, simulator)
    assert simulator.notifications.delivered > heard, "Graph does not report to us any more"


def test_mail_since_yesterdays_backup_is_filed_again_on_sqlite(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    firm = sqlite_firm
    database = Path(firm.environment["BITACORA_DATABASE_URL"].removeprefix("sqlite:///"))
    backup = firm.folder / "backup.sqlite3"
    firm.start("serve")
    post.deliver(10)
    settle(firm, simulator)
    copy_sqlite(database, backup)

    _live_on_for_a_day(firm, simulator, post)
    for beside in ("", "-wal", "-shm"):
        database.with_name(database.name + beside).unlink(missing_ok=True)
    backup.rename(database)

    _come_back(firm, simulator, post)


def test_mail_since_yesterdays_backup_is_filed_again_on_postgresql(
    postgresql_firm: Installation, postgresql: Cluster, simulator: Simulator, post: Post
) -> None:
    firm = postgresql_firm
    firm.start("serve")
    post.deliver(10)
    settle(firm, simulator)
    firm.kill("serve")
    postgresql.end_connections(firm.environment["BITACORA_DATABASE_URL"])
    with postgresql.database(firm.environment["BITACORA_DATABASE_URL"]) as backup:
        firm.start("serve")

        _live_on_for_a_day(firm, simulator, post)
        firm.environment["BITACORA_DATABASE_URL"] = backup

        _come_back(firm, simulator, post)
        firm.kill("serve")


def _live_on_for_a_day(firm: Installation, simulator: Simulator, post: Post) -> None:
    """Mail comes, and the subscriptions are made anew, so that those of the backup are gone at Graph."""
    simulator.subscriptions.lifecycle("subscriptionRemoved")
    post.deliver(10)
    settle(firm, simulator)
    reckon(firm, simulator)
    firm.kill("serve")
    let_pass(timedelta(days=1), firm, simulator)


def _come_back(firm: Installation, simulator: Simulator, post: Post) -> None:
    firm.run("init-db")
    _start(firm, simulator)
    reckon(firm, simulator)


def test_many_mailboxes_catch_up_on_many_mails(firm: Installation, simulator: Simulator, post: Post) -> None:
    others = [f"persona{number}@ribera.example" for number in range(MAILBOXES - len(ACCOUNTS))]
    for address in others:
        simulator.world.add_user(address.partition("@")[0].title(), address)
        firm.run("accounts", "add", address, "--public")
    firm.start("serve")
    settle(firm, simulator)

    firm.kill("serve")
    simulator.faults.drop_notifications(share=1.0)
    for address in (*ACCOUNTS, *others):
        post.deliver(MAILS, to=[address])
    let_pass(timedelta(hours=8), firm, simulator)
    simulator.faults.clear()
    _start(firm, simulator)

    reckon(firm, simulator)
