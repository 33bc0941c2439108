"""Mail that is moved, deleted, brought back or changes its id, before or after it is read."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.records.models import Copy
from simulator.folders import DELETED_FOREVER
from tests.faults.mails import ANA, LUIS, deliver, mail, person
from tests.faults.people import classify, records
from tests.invariants import check_invariants, work_of
from tests.stepped import MINUTE, Stepped

pytestmark = pytest.mark.integration
ROUND = timedelta(minutes=11)
CLIENTS_ADDRESS = "ana.lopez@panaderiauno.example"


def letter_to_client(subject: str) -> dict[str, Any]:
    return {
        "subject": subject,
        "toRecipients": [person(CLIENTS_ADDRESS)],
        "body": {"contentType": "text", "content": f"{subject}: le escribo."},
    }


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "unannounced"])
def test_a_mail_goes_to_a_folder_and_comes_back(program: Stepped, announced: bool) -> None:
    """From the inbox into a folder and back again, with a round between the steps."""
    world = program.simulator.world
    held = deliver(program, "Viajera")
    program.settle()
    folder = world.create_folder(ANA, "Clientes")
    if not announced:
        program.simulator.faults.drop_notifications(share=1.0)
    for target in (folder, "inbox"):
        world.move(ANA, held, target)
        program.pass_time(ROUND)

    assert check_invariants(program).got == 1


def test_an_unread_mail_is_moved_into_a_new_folder(program: Stepped) -> None:
    """A rule of Outlook is quicker than we are, and nobody knows the folder yet."""
    world = program.simulator.world
    held = deliver(program, "Regla")
    folder = world.create_folder(ANA, "Nueva", parent=world.create_folder(ANA, "Clientes"))
    world.move(ANA, held, folder)
    program.settle()

    assert check_invariants(program, prompt=[ANA]).got == 1


def test_a_folder_is_deleted_with_all_that_is_in_it(program: Stepped) -> None:
    """What was filed stays filed."""
    world = program.simulator.world
    folder = world.create_folder(ANA, "Clientes")
    held = deliver(program, "Archivada")
    world.move(ANA, held, folder)
    program.settle()

    world.delete_folder(ANA, folder)
    program.pass_time(ROUND)

    assert check_invariants(program).got == 1
    assert records(program)[0]["subject"] == "Archivada"


def test_a_mail_moves_to_the_archive_mailbox_and_gets_another_id(program: Stepped) -> None:
    """It comes back under yet another: two copies of one mail, and no second record."""
    world = program.simulator.world
    held = deliver(program, "Antigua")
    program.settle()
    classify(program, "Antigua")
    work = work_of(program)

    archived = world.archive(ANA, held)
    program.pass_time(ROUND)
    world.unarchive(ANA, archived)
    program.settle()

    assert check_invariants(program, work=work).got == 1


def test_a_mail_is_deleted_for_good_before_we_read_it(program: Stepped) -> None:
    """It is tried for ten minutes and then listed as what it is; the others do not wait for it."""
    doomed = deliver(program, "Fugaz")
    program.simulator.world.delete(ANA, doomed)
    deliver(program, "Duradera")
    program.settle()

    assert [record["subject"] for record in records(program)] == ["Duradera"]
    assert check_invariants(program, parked=[doomed], prompt=[ANA]).got == 1


def test_a_mail_is_put_into_deleted_items_before_we_read_it(program: Stepped) -> None:
    """It lies there for all to see and is not filed."""
    doomed = deliver(program, "Basura")
    program.simulator.world.move(ANA, doomed, "deleteditems")
    program.settle()

    assert check_invariants(program).got == 0


@pytest.mark.parametrize("place", ["deleteditems", DELETED_FOREVER])
def test_a_filed_mail_is_deleted_and_restored(program: Stepped, place: str) -> None:
    """Graph reports a restored mail as created once more; the record is the one that was there."""
    world = program.simulator.world
    held = deliver(program, "Recuperada")
    program.settle()
    classify(program, "Recuperada")
    work = work_of(program)

    if place == DELETED_FOREVER:
        world.delete(ANA, held)
    else:
        world.move(ANA, held, place)
    program.pass_time(ROUND)
    world.move(ANA, held, "inbox")
    program.settle()

    assert check_invariants(program, work=work).got == 1


def test_a_mail_deleted_before_we_read_it_is_restored(program: Stepped) -> None:
    """What was set aside as gone is filed when it comes back."""
    held = deliver(program, "Resucitada")
    program.simulator.world.delete(ANA, held)
    program.pass_time(timedelta(minutes=15))

    program.simulator.world.move(ANA, held, "inbox")
    program.settle()

    assert check_invariants(program).got == 1


def test_a_sent_mail_is_announced_under_the_id_of_its_draft(program: Stepped) -> None:
    """That id answers 404 from the moment of sending; the mail itself is found under another."""
    world = program.simulator.world
    program.simulator.faults.change_ids_on_sending()
    draft = world.save_draft(ANA, letter_to_client("Presupuesto"))
    program.settle()
    world.update(ANA, draft, {"subject": "Presupuesto definitivo"})
    world.send_draft(ANA, draft)
    program.settle()

    assert check_invariants(program, prompt=[ANA]).got == 1


def test_a_draft_is_saved_forty_times_and_then_sent(program: Stepped) -> None:
    """One record, for what was sent; none for what was written on the way."""
    world = program.simulator.world
    draft = world.save_draft(ANA, letter_to_client("Borrador"))
    for number in range(40):
        world.update(ANA, draft, {"subject": f"Borrador {number}"})
        if number % 10 == 0:
            program.settle()
    world.send_draft(ANA, draft)
    program.settle()

    assert check_invariants(program, prompt=[ANA]).got == 1
    assert [record["subject"] for record in records(program)] == ["Borrador 39"]


def test_a_sent_mail_is_sent_again(program: Stepped) -> None:
    """*Resend this message* makes a new mail with a Message-ID of its own: a record of its own."""
    world = program.simulator.world
    sent = world.send(ANA, letter_to_client("Recordatorio"))
    program.settle()
    world.resend(ANA, sent)
    program.settle()

    assert check_invariants(program, prompt=[ANA]).got == 2


def test_a_mail_that_only_one_colleague_deletes(program: Stepped) -> None:
    """The other's copy and the record do not change."""
    held = program.simulator.world.deliver(mail("Para los dos", to=(ANA, LUIS)))
    program.settle()

    program.simulator.world.delete(ANA, held[0])
    program.pass_time(ROUND)

    assert check_invariants(program).got == 1


def test_a_copy_that_has_left_the_mailbox_is_known_to_be_gone(program: Stepped) -> None:
    """The record stays and says who holds the mail; the copy says since when it is not there."""
    held = deliver(program, "Borrada")
    program.settle()
    program.simulator.world.delete(ANA, held)
    program.pass_time(ROUND)

    with program.database.reading() as session:
        copy = session.scalars(select(Copy)).one()
    assert copy.gone_at is not None
    assert program.clock() - copy.gone_at < ROUND + MINUTE
    assert check_invariants(program).got == 1
