"""Two workers file mails that have to do with one another, and neither sees the other's yet.

Only PostgreSQL lets two of them write at once.
"""

import threading
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.models import Account
from server.ingest import turns
from server.steps import Step, watch
from tests.faults.mails import ANA, LUIS, mail, person
from tests.invariants import check_invariants
from tests.stepped import Stepped

pytestmark = [
    pytest.mark.integration,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]
SHARED, CARRIER = "gestor@grupo23.example", "trafico@tres.example"


def work_at_once(
    program: Stepped,
    one: str,
    other: str,
    step: Step = Step.MESSAGE_FILED,
    patience: timedelta = timedelta(seconds=1),
) -> None:
    """Work on one mailbox, and on the other before the first is committed, if it does not wait for that."""
    program.simulator.notifications.wait_until_quiet()
    with program.database.reading() as session:
        ids = {account.address: account.id for account in session.scalars(select(Account))}
    take = program.worker.turns.take
    others: list[threading.Thread] = []

    def begin(reached: Step) -> None:
        if reached is step and not any(other.is_alive() for other in others):
            others.append(threading.Thread(target=take, args=(ids[other],)))
            others[-1].start()
            others[-1].join(patience.total_seconds())

    with ExitStack() as watching:
        watching.callback(watch)
        watch(begin)
        take(ids[one])
        if not others:
            take(ids[other])
        for thread in others:
            thread.join()


def answers(message_id: str) -> dict[str, Any]:
    return {"internetMessageHeaders": [{"name": "References", "value": message_id}]}


@pytest.mark.parametrize(("one", "other"), [(ANA, LUIS), (LUIS, ANA)])
def test_a_question_and_the_mail_that_answers_it(program: Stepped, one: str, other: str) -> None:
    """Whose a mail is follows from the mail that it replies to, which comes in at the same moment."""
    first = "<venta@tres.example>"
    world = program.simulator.world
    world.deliver(mail("Venta", sender=CARRIER, internetMessageId=first))
    world.deliver(mail("RV: Venta", sender=SHARED, to=(LUIS,), **answers(first)))

    work_at_once(program, one, other)

    assert check_invariants(program).got == 2


@pytest.mark.parametrize(("one", "other"), [(ANA, LUIS), (LUIS, ANA)])
def test_a_copy_that_shows_the_client_and_one_that_does_not(program: Stepped, one: str, other: str) -> None:
    """A blind copy stands in the sender's mailbox alone; the colleague's copy is of the same mail."""
    program.simulator.world.send(
        LUIS,
        {
            "subject": "Con copia oculta",
            "toRecipients": [person(ANA)],
            "bccRecipients": [person(CARRIER)],
            "body": {"contentType": "text", "content": "Para tu información."},
        },
    )

    work_at_once(program, one, other)

    assert check_invariants(program).got == 1


@pytest.mark.parametrize(("one", "other"), [(ANA, LUIS), (LUIS, ANA)])
def test_the_same_new_mail_in_two_mailboxes(program: Stepped, one: str, other: str) -> None:
    """Both workers want to add it; one of them looks again."""
    program.simulator.world.deliver(mail("Para los dos", to=(ANA, LUIS)))

    work_at_once(program, one, other)

    assert check_invariants(program).got == 1


@pytest.mark.parametrize(("one", "other"), [(ANA, LUIS), (LUIS, ANA)])
def test_a_question_and_its_answer_in_two_back_fills(
    bare_program: Stepped, monkeypatch: pytest.MonkeyPatch, one: str, other: str
) -> None:
    """The same with old mail, which delta shows once and never again."""
    program = bare_program
    monkeypatch.setattr(turns, "STEPS_PER_TURN", 1)
    program.simulator.faults.drop_notifications(share=1.0)
    first = "<venta@tres.example>"
    world = program.simulator.world
    world.deliver(mail("Venta", sender=CARRIER, internetMessageId=first))
    world.deliver(mail("RV: Venta", sender=SHARED, to=(LUIS,), **answers(first)))
    program.add_accounts(addresses=[ANA, LUIS])
    while program.overdue():
        work_at_once(program, one, other, Step.PAGE_FILED)

    assert check_invariants(program).got == 2
