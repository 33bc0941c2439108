"""What the delta of a folder may do instead of leading to the end in one go."""

from datetime import timedelta
from typing import Any

import pytest

from server.graph import delta
from server.ingest import folder_tree
from tests import register
from tests.faults.mails import ANA, LUIS, deliver, deliver_many
from tests.faults.people import some_work
from tests.invariants import check_invariants
from tests.stepped import Stepped

pytestmark = pytest.mark.integration
ROUND = timedelta(minutes=11)


def unannounced(program: Stepped, number: int) -> None:
    """Mails that only delta can find."""
    program.simulator.faults.drop_notifications(share=1.0)
    deliver_many(program, number)


def delta_requests(program: Stepped) -> int:
    owner = program.simulator.world.user(ANA).id
    return program.simulator.requests.count(path="/messages/delta", mailbox=owner)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (410, "SyncStateNotFound"),
        (404, "syncStateNotFound"),
        (400, "SyncStateInvalid"),
        (410, "resyncRequired"),
    ],
)
def test_graph_forgets_every_delta_link(program: Stepped, status: int, code: str) -> None:
    """The folders are read from the beginning: nothing is doubled, and what people wrote stays."""
    work = some_work(program)
    unannounced(program, 3)
    program.simulator.faults.expire_delta(status=status, code=code)

    program.pass_time(ROUND)

    assert check_invariants(program, work=work).got == 5


def test_graph_denies_once_that_a_folder_is_there(program: Stepped) -> None:
    """It happens while a mailbox is moved; the folder comes back with the tree, not ten minutes later."""
    unannounced(program, 3)
    program.simulator.faults.next_call(404, path="/messages/delta", code="ErrorItemNotFound", count=5)

    program.pass_time(ROUND)

    with program.database.reading() as session:
        assert len(register.records(session)) == 3
    assert check_invariants(program).got == 3


def test_graph_forgets_a_link_between_two_pages(
    bare_program: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the midst of the back-fill of a long folder."""
    program = bare_program
    monkeypatch.setattr(delta, "PAGE_SIZE", 100)
    program.simulator.faults.drop_notifications(share=1.0)
    deliver_many(program, 120)
    program.simulator.faults.next_call(410, path="skiptoken", code="SyncStateNotFound", count=2)

    program.add_accounts(addresses=[ANA])
    program.settle()

    assert check_invariants(program).got == 120


def test_pages_are_empty_and_lead_on(program: Stepped) -> None:
    """An empty page with a next link is normal, and no end."""
    unannounced(program, 5)
    program.simulator.faults.empty_delta_pages(20)

    program.pass_time(ROUND)

    assert check_invariants(program).got == 5


def test_the_same_mail_stands_on_three_pages(program: Stepped) -> None:
    """Graph may show a change again and again."""
    unannounced(program, 5)
    program.simulator.faults.replay_delta(30)

    program.pass_time(ROUND)

    assert check_invariants(program).got == 5


def test_a_page_says_that_all_is_gone_and_the_next_that_it_is_there(program: Stepped) -> None:
    """Removed and then present, as Graph may tell it: nothing is taken away, nothing is doubled."""
    unannounced(program, 3)
    program.pass_time(ROUND)
    unannounced(program, 3)
    program.simulator.faults.remove_then_show_delta(20)

    program.pass_time(ROUND)

    assert check_invariants(program).got == 6


def test_a_page_leads_to_itself_for_a_while(program: Stepped) -> None:
    """Whoever follows the link comes to the end when Graph does."""
    unannounced(program, 5)
    program.simulator.faults.loop_delta(5)

    program.pass_time(ROUND)

    assert check_invariants(program).got == 5


@pytest.mark.parametrize("length", [1, 2], ids=["to itself", "two to each other"])
def test_pages_lead_in_a_circle_for_ever(
    program: Stepped, monkeypatch: pytest.MonkeyPatch, length: Any
) -> None:
    """The walk is broken off after 2,000 mails too many (here 20), and is tried again later."""
    monkeypatch.setattr(folder_tree, "SMALLEST_CIRCLE", 20)
    unannounced(program, 5)
    before = delta_requests(program)
    program.simulator.faults.loop_delta(100_000, length=length)

    program.pass_time(ROUND)

    assert delta_requests(program) - before < 300
    assert check_invariants(program).got == 5


def test_a_link_leads_away_from_graph(program: Stepped) -> None:
    """A forged answer wants our token: nothing is sent there, and the true one is read later."""
    unannounced(program, 5)
    program.simulator.faults.empty_delta_pages(1)
    program.simulator.faults.foreign_next_link("http://127.0.0.1:9/v1.0/users/x/messages/delta?$skiptoken=1")

    program.pass_time(ROUND)

    assert check_invariants(program).got == 5


def test_graph_does_not_understand_a_link_that_it_gave(program: Stepped) -> None:
    """A broken cursor is answered with 400 for ever; the folder is read from the beginning."""
    unannounced(program, 5)
    program.simulator.faults.next_call(400, path="deltatoken", code="BadRequest", count=3)

    program.pass_time(ROUND)

    assert check_invariants(program).got == 5


@pytest.mark.parametrize("hidden", [False, True], ids=["return told", "return hidden"])
def test_a_mail_left_and_came_back_between_two_rounds(program: Stepped, hidden: bool) -> None:
    """Nobody had seen it before, and delta, as is known of immutable ids, may tell of the removal only."""
    program.simulator.faults.drop_notifications(share=1.0)
    if hidden:
        program.simulator.faults.hide_moves_from_delta()
    world = program.simulator.world
    held = deliver(program, "Viajera")
    other = world.create_folder(ANA, "Clientes")
    world.move(ANA, held, other)
    world.move(ANA, held, "inbox")

    program.pass_time(ROUND)

    assert check_invariants(program).got == 1


def test_a_known_mail_is_told_of_as_removed_and_is_there(program: Stepped) -> None:
    """Moved away and back: delta says that it left, and it lies where it lay."""
    world = program.simulator.world
    held = deliver(program, "Viajera")
    program.settle()
    program.simulator.faults.drop_notifications(share=1.0)
    program.simulator.faults.hide_moves_from_delta()
    other = world.create_folder(ANA, "Clientes")
    world.move(ANA, held, other)
    world.move(ANA, held, "inbox")

    program.pass_time(ROUND)

    assert check_invariants(program).got == 1


def test_more_mails_came_than_a_filtered_delta_shows(
    bare_program: Stepped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a filter Graph shows no more than 5,000 (here 20): who wants all must not filter."""
    program = bare_program
    monkeypatch.setattr("simulator.delta.MOST_FILTERED", 20)
    program.simulator.faults.drop_notifications(share=1.0)
    deliver_many(program, 40)
    program.add_accounts(addresses=[ANA, LUIS])
    program.settle()
    deliver_many(program, 40)

    program.pass_time(ROUND)

    assert check_invariants(program).got == 80
