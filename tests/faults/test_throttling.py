"""Graph is busy, or has had enough of us: for a while, for one mailbox, for one message of many."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import select

from server.accounts.models import Account
from server.ingest import allowance, lease
from server.ingest.models import MailboxLease
from server.steps import Step, watch
from simulator.bulk import fill
from simulator.limits import MailboxUse
from tests.faults.mails import ANA, LUIS, deliver, deliver_many
from tests.faults.people import assign
from tests.invariants import check_invariants
from tests.stepped import MINUTE, Stepped
from tests.waiting import eventually

pytestmark = pytest.mark.integration
TWO_MINUTES = timedelta(minutes=2)


def use_of(program: Stepped, mailbox: str) -> MailboxUse:
    return program.simulator.uses()[mailbox]


def is_wanted(program: Stepped, account_id: int) -> bool:
    with program.database.reading() as session:
        found = session.get(MailboxLease, account_id)
        return found is not None and found.wanted_until is not None


@contextmanager
def watching(watcher: Callable[[Step], None]) -> Iterator[None]:
    """Call the watcher at each step of the program."""
    watch(watcher)
    try:
        yield
    finally:
        watch()


def test_a_mailbox_is_closed_for_two_minutes(program: Stepped) -> None:
    """Nothing is asked of it meanwhile, and the other mailbox does not notice."""
    program.simulator.faults.close_mailbox(ANA, TWO_MINUTES.total_seconds())
    for number in range(10):
        deliver(program, f"Factura {number}", to=(ANA, LUIS))
    program.settle()
    program.pass_time(TWO_MINUTES)

    assert check_invariants(program, prompt=[LUIS]).got == 10
    assert use_of(program, ANA).impatient == 0


@pytest.mark.parametrize("spoken", ["seconds", "date"])
def test_graph_says_how_long_to_wait(program: Stepped, spoken: str) -> None:
    """In seconds or as a date; the whole mailbox waits, for Graph counts what comes too early."""
    until = format_datetime(datetime.now(UTC) + TWO_MINUTES, usegmt=True)
    program.simulator.faults.next_call(
        429, mailbox=ANA, path="/messages/", retry_after=120 if spoken == "seconds" else until
    )
    deliver(program, "Despacio")
    program.settle()
    deliver(program, "También", to=(ANA, LUIS))
    program.settle()
    program.pass_time(TWO_MINUTES - timedelta(seconds=2))

    assert use_of(program, ANA).impatient == 0
    assert check_invariants(program, prompt=[LUIS]).got == 2


@pytest.mark.parametrize("status", [429, 500, 503, 504])
def test_graph_is_busy_and_does_not_say_for_how_long(program: Stepped, status: int) -> None:
    """The pauses grow: some tries in ten minutes, and not one after the other."""
    program.simulator.faults.next_call(status, mailbox=ANA, count=1_000)
    deliver_many(program, 3)
    before = use_of(program, ANA).requests
    program.settle()
    program.pass_time(10 * MINUTE)
    assert use_of(program, ANA).requests - before < 60

    program.simulator.faults.clear()
    assert check_invariants(program, prompt=[LUIS]).got == 3


def test_one_message_of_a_batch_is_refused(program: Stepped) -> None:
    """The batch is answered with 200 and one of its twenty with 429: the others are filed with it."""
    ids = deliver_many(program, 20)
    program.simulator.faults.next_call(429, path=ids[7][:40], retry_after=30)
    program.settle()
    filed = len(program.witness.filed)

    assert filed == 19
    assert check_invariants(program).got == 20
    assert use_of(program, ANA).impatient == 0


def test_every_message_of_a_batch_is_refused(program: Stepped, chance: random.Random) -> None:
    """Graph refuses each by itself, with waits of different lengths: the longest counts."""
    ids = deliver_many(program, 10)
    for graph_id in ids:
        program.simulator.faults.next_call(429, path=graph_id[:40], retry_after=chance.randint(10, 60))
    program.settle()

    assert check_invariants(program).got == 10
    assert use_of(program, ANA).impatient == 0


def test_a_worker_gives_way_to_a_person_and_comes_back(program: Stepped) -> None:
    """A person waits for one step of the work on a mailbox, not for all of it, and the rest is done after."""
    deliver_many(program, 60)
    program.simulator.notifications.wait_until_quiet()
    with program.database.reading() as session:
        account_id = session.scalars(select(Account.id).where(Account.address == ANA)).one()
    got_it: list[bool] = []

    def want_the_mailbox() -> None:
        client = program.parts.graph.client
        with suppress(lease.MailboxBusy), lease.held(program.database, client, account_id, program.clock):
            got_it.append(True)

    person = threading.Thread(target=want_the_mailbox)

    def begin(step: Step) -> None:
        if step is Step.MAILBOX_TAKEN and person.ident is None:
            person.start()
            eventually(lambda: is_wanted(program, account_id))

    with watching(begin):
        program.worker.run_until_idle()
    program.worker.turns.keep_leases()
    person.join()

    assert got_it
    assert check_invariants(program).got == 60


def test_persons_and_workers_never_ask_more_than_four_things_at_once(
    program: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wants something of a mailbox takes turns with the others."""
    world = program.simulator.world
    ids = deliver_many(program, 40, sender="gestor@grupo23.example")
    program.simulator.notifications.wait_until_quiet()
    message_ids = [world.mailbox(ANA).message(each).properties["internetMessageId"] for each in ids[:3]]
    monkeypatch.setattr(lease, "PATIENCE", timedelta(seconds=60))
    with ThreadPoolExecutor(6) as everybody:
        done = [everybody.submit(program.worker.run_until_idle) for _ in range(3)]
        done += [everybody.submit(assign, program, each, "C02") for each in message_ids]
    for each in done:
        each.result()

    assert use_of(program, ANA).most_at_once <= 4
    assert use_of(program, ANA).refused == 0
    assert check_invariants(program).got == 40


def test_a_mailbox_is_not_asked_more_often_than_it_allows(
    bare_program: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred requests in ten minutes (instead of ten thousand): the back-fill takes its time."""
    program = bare_program
    monkeypatch.setattr(allowance, "BURST", 60)
    monkeypatch.setattr(allowance, "SHARE", allowance.WINDOW / 110)
    program.simulator.faults.set_limits(requests=200)
    program.simulator.faults.drop_notifications(share=1.0)
    world = program.simulator.world
    fill(world, [ANA], 60, senders=["ana.lopez@panaderiauno.example"], notify=True)
    for number in range(40):
        world.create_folder(ANA, f"Cliente {number}")
    program.add_accounts(addresses=[ANA, LUIS])
    program.settle()
    program.simulator.faults.drop_notifications()
    deliver(program, "Deprisa", to=(LUIS,))
    program.settle()
    program.pass_time(timedelta(minutes=40))

    assert use_of(program, ANA).refused == 0
    assert use_of(program, ANA).most_in_window <= 200
    assert check_invariants(program, prompt=[LUIS]).got == 61
