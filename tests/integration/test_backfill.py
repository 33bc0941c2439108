"""The first walk of a mailbox can be watched, stopped and resumed; what comes meanwhile is filed."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.accounts.accounts import account_at
from server.graph import delta
from server.ingest.backfill import Backfill, BackfillState, progress, resume, stop
from server.ingest.drain import Drain
from server.ingest.upkeep import request_sync
from server.records.models import Record
from simulator import Simulator
from simulator.bulk import fill
from simulator.scenarios.firm import build_firm
from tests.firm import SINCE
from tests.live import Live

pytestmark = pytest.mark.integration
ANA, LUIS = "ana@ribera.example", "luis@ribera.example"
PAGE_SIZE = 100
MAILS = 230  # two pages and a piece, in the inbox
OLDER = 30  # in a folder of its own
RUNNING, STOPPED, WAITING, DONE = BackfillState


@pytest.fixture
def live(
    simulator: Simulator, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Live]:
    """Two accounts: a mailbox with a past in two folders, and an empty one. It works when it is told to."""
    monkeypatch.setattr(delta, "PAGE_SIZE", PAGE_SIZE)
    build_firm(simulator.world)
    fill(simulator.world, [ANA], MAILS, senders=["ana.lopez@panaderiauno.example"])
    older = simulator.world.create_folder(ANA, "Antiguos")
    fill(simulator.world, [ANA], OLDER, senders=["taller@dos.example"], folder=older)
    with Live.serving(simulator, database_url, tmp_path / "data") as live:
        live.import_clients()
        live.worker.run_until_idle()
        live.add_accounts(SINCE, [ANA, LUIS])
        yield live


def test_progress_goes_from_nothing_to_all(live: Live) -> None:
    shares = [far(live).share]

    while step(live):
        shares.append(far(live).share)

    assert shares[0] == 0.0
    assert shares == sorted(shares)
    assert len(set(shares)) >= 4
    done = far(live)
    assert (done.state, done.share, done.reason) == (DONE, 1.0, "")
    assert (done.items, done.items_read) == (MAILS + OLDER, MAILS + OLDER)
    assert done.folders == done.folders_walked > 2


def test_an_empty_mailbox_is_done_too(live: Live) -> None:
    live.worker.run_until_idle()

    assert (far(live, LUIS).state, far(live, LUIS).share) == (DONE, 1.0)


def test_progress_of_all_accounts_comes_by_address(live: Live) -> None:
    with live.database.reading() as session:
        assert [each.address for each in progress(session, live.clock())] == [ANA, LUIS]


def test_a_stopped_back_fill_stays_where_it_is_and_new_mail_is_filed(live: Live) -> None:
    read_about_half(live)
    with live.database.writing() as session:
        stop(session, account_id(live))
    half = far(live)

    live.worker.run_until_idle()
    live.simulator.world.deliver(mail("Llega mientras"))
    settle(live)

    assert far(live) == half
    assert half.state is STOPPED
    assert 0.0 < half.share < 1.0
    assert subjects(live)["Llega mientras"] == 1


def test_a_stopped_back_fill_catches_up_with_what_was_walked(live: Live) -> None:
    """A notification may be lost then, too."""
    read_until(live, lambda now: now.folders_walked >= 1 and now.items_read >= MAILS)
    with live.database.writing() as session:
        stop(session, account_id(live))
    with live.simulator.world.unnoticed():
        live.simulator.world.deliver(mail("Sin aviso"))

    with live.database.writing() as session:
        request_sync(session, [account_id(live)], live.clock())
    live.worker.run_until_idle()

    assert subjects(live)["Sin aviso"] == 1
    assert far(live).state is STOPPED


def test_it_goes_on_where_it_stopped_and_reads_no_page_again(live: Live) -> None:
    read_about_half(live)
    with live.database.writing() as session:
        stop(session, account_id(live))
    live.worker.run_until_idle()

    with live.database.writing() as session:
        resume(session, account_id(live), live.clock())
    assert far(live).state is RUNNING
    live.worker.run_until_idle()

    assert (far(live).state, far(live).items_read) == (DONE, MAILS + OLDER)
    with live.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Record)) == MAILS + OLDER
    assert max(pages(live).values()) == 1


def test_stopping_and_resuming_again_and_again_changes_nothing(live: Live) -> None:
    for _ in range(2):
        with live.database.writing() as session:
            stop(session, account_id(live))
    live.worker.run_until_idle()
    assert far(live).items_read == 0
    for _ in range(2):
        with live.database.writing() as session:
            resume(session, account_id(live), live.clock())

    live.worker.run_until_idle()

    assert far(live).state is DONE


def test_a_fault_is_waited_for_with_its_reason(live: Live) -> None:
    live.simulator.faults.next_call(429, path="messages/delta", mailbox=ANA, retry_after=60)
    live.worker.run_until_idle()

    waiting = far(live)

    assert (waiting.state, waiting.share) == (WAITING, 0.0)
    assert "429" in waiting.reason


def test_a_paused_account_waits_with_the_reason_of_its_pause(live: Live) -> None:
    live.simulator.faults.mailbox_unavailable(ANA)
    live.worker.run_until_idle()

    assert far(live).state is WAITING
    assert "MailboxNotEnabledForRESTAPI" in far(live).reason


def test_an_earlier_start_begins_anew(live: Live) -> None:
    live.worker.run_until_idle()
    records = subjects(live).total()

    live.add_accounts(SINCE - timedelta(days=30), [ANA])

    assert (far(live).state, far(live).share) == (RUNNING, 0.0)
    live.worker.run_until_idle()
    assert far(live).state is DONE
    assert subjects(live).total() == records


def test_adding_the_account_again_ends_its_stop(live: Live) -> None:
    with live.database.writing() as session:
        stop(session, account_id(live))

    live.add_accounts(SINCE, [ANA])

    assert far(live).state is RUNNING


def test_mail_that_comes_while_it_is_read_does_not_hold_it_below_all(live: Live) -> None:
    read_about_half(live)
    fill(live.simulator.world, [ANA], 30, senders=["trafico@tres.example"])

    while step(live):
        assert 0.0 <= far(live).share <= 1.0

    assert far(live).share == 1.0


def step(live: Live) -> bool:
    """One page, or another piece of work that is as small."""
    drain = Drain(live.database, live.parts.graph, live.parts.desk, live.clock)
    return drain.step(account_id(live))


def read_about_half(live: Live) -> None:
    read_until(live, lambda now: now.share >= 0.4)


def read_until(live: Live, enough: Any) -> None:
    while not enough(far(live)):
        assert step(live)


def far(live: Live, address: str = ANA) -> Backfill:
    with live.database.reading() as session:
        return progress(session, live.clock(), [account_id(live, address)])[0]


def account_id(live: Live, address: str = ANA) -> int:
    with live.database.reading() as session:
        account = account_at(session, address)
    assert account is not None
    return account.id


def settle(live: Live) -> None:
    live.simulator.notifications.wait_until_idle()
    live.worker.run_until_idle()


def subjects(live: Live) -> Counter[str]:
    with live.database.reading() as session:
        return Counter(session.scalars(select(Record.subject)))


def pages(live: Live) -> Counter[str]:
    """How often each page of a first walk was asked for; later visits have links of their own."""
    calls = live.simulator.requests.calls(path="messages/delta", status=200)
    return Counter(call.path for call in calls if "deltatoken" not in call.path.casefold())


def mail(subject: str) -> dict[str, Any]:
    return {
        "subject": subject,
        "from": {"emailAddress": {"name": "", "address": "ana.lopez@panaderiauno.example"}},
        "toRecipients": [{"emailAddress": {"name": "", "address": ANA}}],
    }
