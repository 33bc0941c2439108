"""The census against mailboxes in which anything may have happened: what is lost is named, and comes back."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, timedelta
from pathlib import Path as FilePath
from urllib.parse import quote

import pytest
from sqlalchemy import func, select, update

from server.accounts.models import Account
from server.db import Database
from server.ingest import census, inbox
from server.ingest.backfill import stop
from server.ingest.census import CensusResult
from server.ingest.inbox import Task
from server.ingest.models import (
    Census,
    CensusDay,
    CensusDifference,
    CensusMail,
    DifferenceReason,
    Kind,
)
from server.ingest.upkeep import request_sync
from server.records.models import Copy, Path, Record, RecordState
from server.steps import Step, watch
from simulator import Simulator
from simulator.bulk import fill
from simulator.scenarios.firm import build_firm
from tests.census_checker import expected_days, faults
from tests.checker import firm_from
from tests.firm import ACCOUNTS, CLIENTS_CSV, SINCE
from tests.integration.test_healing import ANA, LUIS, mail
from tests.stepped import Stepped

pytestmark = pytest.mark.integration
CLIENT = "ana.lopez@panaderiauno.example"
GONE_FOR_SURE = timedelta(minutes=15)
UNKNOWN, MOVED, WAITING, PARKED, GONE = DifferenceReason


class Interrupted(Exception):
    """The process died here."""


@pytest.fixture
def program(simulator: Simulator, database_url: str, tmp_path: FilePath) -> Iterator[Stepped]:
    """The firm's four accounts, watched and walked; on either database."""
    build_firm(simulator.world)
    with Stepped.serving(simulator, database_url, tmp_path / "data") as program:
        program.import_clients()
        program.add_accounts()
        program.settle()
        yield program


@pytest.fixture
def watcher() -> Iterator[None]:
    yield
    watch()


def account_of(program: Stepped, address: str = ANA) -> Account:
    with program.database.reading() as session:
        return session.scalars(select(Account).where(Account.address == address)).one()


def take_page(program: Stepped, address: str = ANA) -> bool:
    account = account_of(program, address)
    return census.take_page(program.database, program.parts.graph, account, program.clock())


def take(program: Stepped, address: str = ANA) -> CensusResult:
    """A census to its end, without working off what it finds."""
    while not take_page(program, address):
        continue
    return result_of(program, address)


def result_of(program: Stepped, address: str = ANA) -> CensusResult:
    with program.database.reading() as session:
        result = census.latest(session, account_of(program, address).id)
    assert result is not None
    return result


def take_all(program: Stepped) -> dict[str, CensusResult]:
    """Every account's census and what follows, as the worker does it."""
    with program.database.writing() as session:
        census.request_census(session, session.scalars(select(Account.id)).all(), program.clock())
    program.settle()
    return {address: result_of(program, address) for address in ACCOUNTS}


def unnoticed(program: Stepped, *subjects: str, to: str = ANA) -> list[str]:
    with program.simulator.world.unnoticed():
        return [program.simulator.world.deliver(mail(subject, to=to))[0] for subject in subjects]


def heap(program: Stepped, number: int, *, days: float = 30, until: float = 0) -> list[str]:
    """Many mails of a client that nobody tells us of, spread over the days before `until` days ago."""
    end = program.simulator.clock() - timedelta(days=until)
    return fill(
        program.simulator.world, [ANA], number, senders=[CLIENT], since=end - timedelta(days=days), until=end
    )


def hide(program: Stepped, subject: str) -> str:
    """A mail that moves away and back, so that no delta shows it, and that no notification tells of."""
    program.simulator.faults.hide_moves_from_delta()
    world = program.simulator.world
    with world.unnoticed():
        (hidden,) = world.deliver(mail(subject))
        for folder in ("archive", "inbox", "archive", "inbox"):
            world.move(ANA, hidden, folder)
    return hidden


def walk(program: Stepped) -> None:
    """Delta of every folder."""
    with program.database.writing() as session:
        request_sync(session, [account_of(program, address).id for address in ACCOUNTS], program.clock())
    program.settle()


def reasons(result: CensusResult) -> dict[str, DifferenceReason]:
    return {found.graph_id: found.reason for found in result.differences}


def now_missing(result: CensusResult) -> dict[str, DifferenceReason | None]:
    return {found.graph_id: found.reason_now for found in result.missing}


def paths(database: Database) -> list[Path]:
    with database.reading() as session:
        return list(session.scalars(select(Copy.path).order_by(Copy.id)))


def copy_of(program: Stepped, graph_id: str) -> Copy:
    with program.database.reading() as session:
        return session.scalars(select(Copy).where(Copy.graph_id == graph_id)).one()


def test_lost_mails_are_named_one_by_one_and_come_back(program: Stepped) -> None:
    seen = program.simulator.world.deliver(mail("Vista"))
    program.settle()
    lost = unnoticed(program, "Perdida 1", "Perdida 2", "Perdida 3")

    first = take(program)
    program.settle()
    second = take(program)

    assert reasons(first) == dict.fromkeys(lost, UNKNOWN)
    assert {found.folder for found in first.differences} == {"Bandeja de entrada"}
    assert (first.total.in_mailbox, first.total.filed, first.total.different) == (4, 1, 3)
    assert sorted(paths(program.database)) == sorted([Path.NOTIFICATION, *[Path.CENSUS] * 3])
    assert (second.total.in_mailbox, second.total.filed, second.differences) == (4, 4, ())
    assert seen[0] not in reasons(first)


def test_what_a_census_missed_is_no_longer_missing_once_it_was_read(program: Stepped) -> None:
    (lost,) = unnoticed(program, "Perdida")
    assert take(program).missing == ()
    assert result_of(program).differences[0].reason_now is WAITING

    program.settle()

    (found,) = result_of(program).differences
    assert (found.graph_id, found.reason, found.reason_now) == (lost, UNKNOWN, None)


def test_a_mail_that_moved_away_and_back_between_two_visits_is_found(program: Stepped) -> None:
    hidden = hide(program, "Ida y vuelta")
    walk(program)
    assert paths(program.database) == []

    assert reasons(take(program)) == {hidden: UNKNOWN}

    program.settle()
    assert paths(program.database) == [Path.CENSUS]
    assert take(program).total.filed == 1


@pytest.mark.parametrize("folder", ["junkemail", "deleteditems"])
def test_a_mail_that_left_junk_unnoticed_is_read_again(program: Stepped, folder: str) -> None:
    world = program.simulator.world
    (moved,) = world.deliver(mail("No era basura"), folder=folder, mailboxes=[ANA])
    program.settle()
    assert take(program).total.excluded == 1
    program.simulator.faults.hide_moves_from_delta()
    with world.unnoticed():
        world.move(ANA, moved, "inbox")
    walk(program)

    assert reasons(take(program)) == {moved: MOVED}

    program.settle()
    again = take(program)
    assert (again.total.filed, again.total.excluded, again.differences) == (1, 0, ())


def test_a_draft_that_was_sent_unnoticed_is_read_again(program: Stepped) -> None:
    world = program.simulator.world
    draft = world.save_draft(ANA, mail("Borrador", to="taller@dos.example", sender=ANA))
    program.settle()
    assert copy_of(program, draft).exclusion == "draft"
    program.simulator.faults.hide_moves_from_delta()
    with world.unnoticed():
        world.send_draft(ANA, draft)

    assert reasons(take(program)) == {draft: MOVED}

    program.settle()
    assert take(program).total.filed == 1


def test_mail_from_before_an_earlier_start_is_read_again(program: Stepped) -> None:
    received = (SINCE - timedelta(days=5)).isoformat()
    with program.simulator.world.unnoticed():
        (old,) = program.simulator.world.deliver(
            mail("Antigua", receivedDateTime=received, sentDateTime=received)
        )
    walk(program)
    assert copy_of(program, old).exclusion == "outside_period"
    assert take(program).total.in_mailbox == 0
    with program.database.writing() as session:
        session.execute(update(Account).values(since=SINCE - timedelta(days=10)))

    assert reasons(take(program)) == {old: MOVED}

    program.settle()
    assert take(program).total.filed == 1


def test_what_waits_is_shown_and_is_no_fault(program: Stepped) -> None:
    (waiting,) = program.simulator.world.deliver(mail("En camino"))
    program.simulator.notifications.wait_until_idle()

    result = take(program)

    assert reasons(result) == {waiting: WAITING}
    assert result.missing == ()
    assert result.total.different == 1


def test_what_is_parked_is_woken_by_a_person_only(program: Stepped) -> None:
    (poison,) = unnoticed(program, "Veneno")
    account_id = account_of(program).id
    with program.database.writing() as session:
        inbox.put(session, [Task(account_id, Kind.MESSAGE, poison)], program.clock())
        inbox.park(session, inbox.claim(session, account_id, program.clock(), 1)[0], "unreadable")

    result = take(program)
    program.settle()

    assert reasons(result) == {poison: PARKED}
    assert now_missing(result_of(program)) == {poison: PARKED}
    assert paths(program.database) == []
    with program.database.writing() as session:
        assert census.repair(session, account_id, program.clock()) == 1
    program.settle()
    assert result_of(program).missing == ()
    assert take(program).total.filed == 1


def test_a_mail_that_was_deleted_before_it_could_be_read_is_told_and_is_not_missing(program: Stepped) -> None:
    (lost,) = unnoticed(program, "Fugaz")
    take(program)
    with program.simulator.world.unnoticed():
        program.simulator.world.purge(ANA, lost)
    program.pass_time(GONE_FOR_SURE)

    (found,) = result_of(program).differences
    assert (found.reason, found.reason_now) == (UNKNOWN, GONE)
    assert result_of(program).missing == ()
    assert take(program).differences == ()


def test_a_mail_that_the_mailbox_lists_again_and_does_not_give_is_missing(program: Stepped) -> None:
    hidden = hide(program, "Se ve y no se da")
    program.simulator.faults.next_call(404, path=quote(hidden, safe=""), code="ErrorItemNotFound", count=100)
    take(program)
    program.pass_time(GONE_FOR_SURE)

    assert now_missing(take(program)) == {hidden: PARKED}


def test_a_stopped_back_fill_is_left_alone_and_what_comes_is_not(
    simulator: Simulator, database_url: str, tmp_path: FilePath
) -> None:
    build_firm(simulator.world)
    with Stepped.serving(simulator, database_url, tmp_path / "data") as program:
        program.import_clients()
        old = heap(program, 3, until=1)
        program.add_accounts(addresses=[ANA])
        with program.database.writing() as session:
            stop(session, account_of(program).id)
        program.settle()
        program.advance(timedelta(minutes=1))
        (lost,) = unnoticed(program, "Perdida")

        result = take(program)

        assert reasons(result) == {**dict.fromkeys(old, WAITING), lost: UNKNOWN}
        program.settle()
        assert take(program).total.filed == 1


def test_a_record_that_a_person_deleted_counts_as_filed(program: Stepped) -> None:
    program.simulator.world.deliver(mail("Fuera"))
    program.settle()
    with program.database.writing() as session:
        session.execute(update(Record).values(state=RecordState.DELETED))

    result = take(program)

    assert (result.total.filed, result.differences) == (1, ())


def test_a_copy_that_left_the_mailbox_is_gone_until_it_is_back(program: Stepped) -> None:
    world = program.simulator.world
    stays, leaves = world.deliver(mail("Queda"))[0], world.deliver(mail("Se va"))[0]
    program.settle()
    with world.unnoticed():
        world.delete(ANA, leaves)

    after = take(program)

    assert (after.total.in_mailbox, after.total.filed, after.differences) == (1, 1, ())
    assert copy_of(program, stays).gone_at is None
    assert copy_of(program, leaves).gone_at is not None
    with program.database.reading() as session:
        assert session.scalar(select(func.count()).where(Record.state == RecordState.FILED)) == 2
    with world.unnoticed():
        world.move(ANA, leaves, "inbox")
    assert take(program).total.filed == 2
    assert copy_of(program, leaves).gone_at is None


def test_what_lies_before_the_start_is_not_gone(program: Stepped) -> None:
    (old,) = heap(program, 1, until=20)
    walk(program)
    with program.database.writing() as session:
        session.execute(update(Account).values(since=program.clock() - timedelta(days=10)))

    assert take(program).total.in_mailbox == 0
    assert copy_of(program, old).gone_at is None


def test_what_comes_after_the_list_was_read_is_not_gone(program: Stepped, watcher: None) -> None:
    late: list[str] = []

    def a_mail_comes(step: Step) -> None:
        if step is Step.CENSUS_PAGE_READ and not late:
            late.extend(program.simulator.world.deliver(mail("Tarde")))
            program.settle()

    watch(a_mail_comes)
    assert take(program).total.in_mailbox == 0

    assert copy_of(program, late[0]).gone_at is None


def test_a_census_goes_on_where_its_process_died(program: Stepped, watcher: None) -> None:
    heap(program, 2_500)
    assert not take_page(program)
    counted_once = _counted(program)

    watch(_die_at(Step.CENSUS_PAGE_READ))
    with pytest.raises(Interrupted):
        take_page(program)
    assert _counted(program) == counted_once
    watch(_die_at(Step.CENSUS_PAGE_KEPT))
    with pytest.raises(Interrupted):
        take_page(program)
    assert _counted(program) > counted_once
    watch()
    result = take(program)

    assert len(result.differences) == result.total.in_mailbox == result.total.different == 2_500
    # Three pages, of which the second was read twice.
    assert len(program.simulator.requests.calls(path="$orderby=receivedDateTime")) == 4


def test_two_workers_with_one_page_count_it_once(program: Stepped, watcher: None) -> None:
    heap(program, 1_500)
    rivals = [True]

    def a_rival_is_quicker(step: Step) -> None:
        if step is Step.CENSUS_PAGE_READ and rivals:
            rivals.pop()
            take_page(program)

    watch(a_rival_is_quicker)
    assert not take_page(program)
    watch()
    result = take(program)

    assert len(result.differences) == result.total.in_mailbox == 1_500


def test_a_rival_that_finishes_first_leaves_one_finished_census(program: Stepped, watcher: None) -> None:
    (lost,) = unnoticed(program, "Perdida")
    rivals = [True]

    def a_rival_is_quicker(step: Step) -> None:
        if step is Step.CENSUS_PAGE_READ and rivals:
            rivals.pop()
            assert take_page(program)

    watch(a_rival_is_quicker)
    assert not take_page(program)

    assert reasons(result_of(program)) == {lost: UNKNOWN}
    assert _rows(program, Census) == 1


def test_what_is_deleted_meanwhile_hides_nothing(program: Stepped) -> None:
    """Places shift while the list is read: a mail must not slip from a page to one that was read already."""
    world = program.simulator.world
    ids = heap(program, 1_100)
    walk(program)
    assert not take_page(program)
    with world.unnoticed():
        for gone in ids[:100]:
            world.delete(ANA, gone)

    result = take(program)

    assert result.total.in_mailbox == result.total.filed == 1_100
    with program.database.reading() as session:
        assert session.scalar(select(func.count()).where(Copy.gone_at.is_not(None))) == 0
    take(program)
    with program.database.reading() as session:
        assert set(session.scalars(select(Copy.graph_id).where(Copy.gone_at.is_not(None)))) == set(ids[:100])


def test_a_thousand_mails_of_one_second_are_all_counted(program: Stepped) -> None:
    heap(program, 1_700, days=0, until=1)
    heap(program, 5)

    assert take(program).total.in_mailbox == 1_705


def test_a_mail_that_changes_its_place_meanwhile_is_counted_once(program: Stepped) -> None:
    world = program.simulator.world
    old = (program.simulator.clock() - timedelta(days=20)).isoformat()
    draft = world.save_draft(ANA, mail("Borrador", to="taller@dos.example", receivedDateTime=old))
    heap(program, 1_200, days=10)
    assert not take_page(program)
    with world.unnoticed():
        world.send_draft(ANA, draft)

    assert take(program).total.in_mailbox == 1_201


def test_only_the_last_finished_census_is_kept(program: Stepped) -> None:
    unnoticed(program, "Perdida")
    first = take(program)
    program.settle()
    second = take(program)

    assert second.started_at > first.started_at
    assert (_rows(program, Census), _rows(program, CensusDay), _rows(program, CensusDifference)) == (1, 1, 0)
    assert _rows(program, CensusMail) == 0


def test_the_last_finished_census_stands_while_the_next_is_taken(program: Stepped) -> None:
    first = take(program)
    heap(program, 1_100)

    assert not take_page(program)

    assert result_of(program) == first
    with program.database.reading() as session:
        assert census.counted_so_far(session, [account_of(program).id]) == 1_000


def test_a_census_that_took_too_long_begins_anew(program: Stepped) -> None:
    heap(program, 1_100)
    assert not take_page(program)
    program.advance(timedelta(hours=7))
    program.restart()

    result = take(program)

    assert result.total.in_mailbox == 1_100
    assert result.started_at > program.clock() - timedelta(hours=1)
    assert _rows(program, Census) == 1


def test_the_nightly_census_is_due_once_a_night(program: Stepped) -> None:
    night = (program.clock() + timedelta(days=1)).replace(hour=1, minute=0, second=0, microsecond=0)
    ids = {account_of(program, address).id for address in ACCOUNTS}
    for address in ACCOUNTS:
        take(program, address)
    with program.database.writing() as session:
        assert census.due(session, night - timedelta(seconds=1)) == set()
        assert census.due(session, night) == ids
        census.request_census(session, [min(ids)], night)
        assert census.due(session, night) == ids - {min(ids)}


def test_the_night_takes_a_census_by_itself(program: Stepped) -> None:
    program.pass_time(timedelta(minutes=20), step=timedelta(minutes=10))
    hidden = hide(program, "Perdida")
    program.settle()
    assert paths(program.database) == []

    program.advance(timedelta(days=1))
    program.restart()
    program.pass_time(timedelta(minutes=20), step=timedelta(minutes=10))

    assert copy_of(program, hidden).path is Path.CENSUS
    assert result_of(program).missing == ()


def test_an_account_that_is_paused_or_was_never_walked_is_not_due(program: Stepped) -> None:
    ana, luis = account_of(program, ANA).id, account_of(program, LUIS).id
    with program.database.writing() as session:
        session.execute(update(Account).where(Account.id == ana).values(state="paused"))
        session.execute(update(Account).where(Account.id == luis).values(synced_at=None))
        tomorrow = program.clock() + timedelta(days=1)
        assert not {ana, luis} & census.due(session, tomorrow)


def test_a_throttled_census_waits_and_is_taken(program: Stepped) -> None:
    lost = unnoticed(program, "Perdida")
    program.simulator.faults.close_mailbox(ANA, seconds=60)
    with program.database.writing() as session:
        census.request_census(session, [account_of(program).id], program.clock())

    program.settle()
    with program.database.reading() as session:
        assert census.latest(session, account_of(program).id) is None
    program.pass_time(timedelta(minutes=3))

    assert reasons(result_of(program)) == dict.fromkeys(lost, UNKNOWN)
    assert result_of(program).missing == ()


@pytest.mark.parametrize("loss", [0.3, 1.0])
def test_after_a_wild_week_the_numbers_are_those_of_the_mailboxes(
    program: Stepped, loss: float, request: pytest.FixtureRequest
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    program.simulator.faults.chance.seed(seed)
    program.simulator.faults.drop_notifications(share=loss)
    program.simulator.faults.hide_moves_from_delta()
    for _ in range(8):
        _live_wildly(program, chance)
        program.settle()
    unread = _unread(program)

    found = take_all(program)

    events = [event.to_json() for event in program.simulator.world.truth]
    accounts = [{"address": address, "since": SINCE.isoformat()} for address in ACCOUNTS]
    expected = expected_days(events, firm_from(CLIENTS_CSV, accounts))
    named = {(address, graph_id) for address, result in found.items() for graph_id in reasons(result)}
    assert named >= unread
    assert faults(expected, _numbers(found), _different(found)) == []
    assert sum(count.mails for count in expected.values()) > 50
    program.settle()
    again = take_all(program)
    assert faults(expected, _numbers(again), Counter()) == []


def _live_wildly(program: Stepped, chance: random.Random) -> None:
    """People write, sort, throw away, fetch back and send, in no order."""
    world = program.simulator.world
    senders = ("ana.lopez@panaderiauno.example", "gestor@grupo23.example", "nadie@nada.example", LUIS)
    for number in range(12):
        received = (program.simulator.clock() - timedelta(days=chance.uniform(0, 6))).isoformat()
        folder = chance.choice(["inbox", "inbox", "inbox", "junkemail", "deleteditems"])
        to = chance.choice(ACCOUNTS)
        world.deliver(
            mail(f"Asunto {number}", sender=chance.choice(senders), to=to, receivedDateTime=received),
            mailboxes=[to],
            folder=folder,
        )
    world.send(LUIS, mail("Enviada", sender=LUIS, to="taller@dos.example"))
    draft = world.save_draft(ANA, mail("Borrador", sender=ANA, to="trafico@tres.example"))
    if chance.random() < 0.5:
        world.send_draft(ANA, draft)
    for address in ACCOUNTS:
        held = [message for message in world.mailbox(address).listed() if not message.properties["isDraft"]]
        for message in chance.sample(held, k=len(held) // 4):
            if chance.random() < 0.2:
                world.delete(address, message.id)
            else:
                world.move(
                    address, message.id, chance.choice(["inbox", "archive", "junkemail", "deleteditems"])
                )


def _unread(program: Stepped) -> set[tuple[str, str]]:
    """The mails that lie in folders of sources and that no path has shown to the product."""
    with program.database.reading() as session:
        rows = session.execute(
            select(Account.address, Copy.graph_id).join(Copy, Copy.account_id == Account.id)
        )
        seen = {(address, graph_id) for address, graph_id in rows}
    world = program.simulator.world
    aside = ("drafts", "outbox", "junkemail", "deleteditems")
    return {
        (address, message.id)
        for address in ACCOUNTS
        for message in world.mailbox(address).listed()
        if not any(world.mailbox(address).in_folder(message, name) for name in aside)
    } - seen


def _numbers(found: dict[str, CensusResult]) -> dict[tuple[str, object], dict[str, int]]:
    return {
        (address, day): asdict(balance) for address, result in found.items() for day, balance in result.days
    }


def _different(found: dict[str, CensusResult]) -> Counter[tuple[str, object]]:
    return Counter(
        (address, difference.received_at.astimezone(UTC).date())
        for address, result in found.items()
        for difference in result.differences
    )


def _die_at(where: Step):
    def watcher(step: Step) -> None:
        if step is where:
            raise Interrupted

    return watcher


def _counted(program: Stepped) -> int:
    with program.database.reading() as session:
        return census.counted_so_far(session, [account_of(program).id])


def _rows(program: Stepped, table: type) -> int:
    with program.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
