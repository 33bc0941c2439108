"""One mail in many mailboxes, some of them private, in any order; accounts that change sides."""

import random
from itertools import permutations

import pytest

from server.accounts.accounts import account_at, add_account
from server.accounts.models import Visibility
from simulator.bulk import add_people
from tests.faults.hints import hints, post, subscription_of
from tests.faults.mails import ANA, LUIS, MARTA, deliver, mail
from tests.faults.people import classify, records
from tests.invariants import check_invariants, work_of
from tests.live import PRIVATE
from tests.stepped import Stepped

pytestmark = pytest.mark.integration
SECRET = "Despido de la encargada"


@pytest.fixture
def program(bare_program: Stepped, chance: random.Random) -> Stepped:
    """Ana's and Luis's mailboxes are public, Marta's is private."""
    bare_program.add_accounts(addresses=[ANA, LUIS, MARTA])
    bare_program.settle()
    return bare_program


def set_visibility(program: Stepped, mailbox: str, visibility: Visibility) -> None:
    """As the administrator does: the same account with another visibility."""
    user = program.parts.graph.users.get(mailbox)
    with program.database.writing() as session:
        account = account_at(session, mailbox)
        assert account is not None
        add_account(
            session, user, visibility=visibility, owner=user, since=account.since, now=program.clock()
        )


def subjects(program: Stepped, who: str) -> list[str | None]:
    """What somebody reads of each record; nothing of those whose content is not for them."""
    return sorted((record["subject"] for record in records(program, who)), key=str)


def test_one_mail_in_eight_mailboxes(bare_program: Stepped, chance: random.Random) -> None:
    """Two private and six public ones, in an order of chance: one record, eight holders, open to all."""
    program = bare_program
    colleagues = add_people(program.simulator.world, 6)
    mailboxes = [MARTA, ANA, *colleagues]
    program.add_accounts(addresses=mailboxes)
    set_visibility(program, colleagues[0], Visibility.PRIVATE)
    program.settle()
    program.simulator.faults.drop_notifications(share=1.0)
    program.simulator.world.deliver(mail(SECRET, to=tuple(mailboxes)))
    order = chance.sample(mailboxes, len(mailboxes))
    hidden = {MARTA, colleagues[0]}

    for place, mailbox in enumerate(order):
        graph_id = next(iter(program.simulator.world.mailbox(mailbox).listed())).id
        post(program, hints(subscription_of(program, mailbox), [graph_id]))
        program.settle()
        seen = None if set(order[: place + 1]) <= hidden else SECRET
        reader = next(each for each in colleagues if each not in hidden)
        assert subjects(program, reader) == [seen]

    (record,) = records(program, ANA)
    assert len(record["holders"]) == 8
    assert check_invariants(program).got == 1


@pytest.mark.parametrize("order", list(permutations([ANA, LUIS, MARTA])), ids=" ".join)
def test_one_mail_comes_to_three_mailboxes_in_any_order(program: Stepped, order: tuple[str, ...]) -> None:
    """As soon as a public mailbox has it, everybody may read it; before, only the private one's owner."""
    program.simulator.faults.drop_notifications(share=1.0)
    program.simulator.world.deliver(mail(SECRET, to=order))
    for place, mailbox in enumerate(order):
        graph_id = program.simulator.world.mailbox(mailbox).listed()[0].id
        post(program, hints(subscription_of(program, mailbox), [graph_id]))
        program.settle()
        only_private = set(order[: place + 1]) <= PRIVATE
        assert subjects(program, LUIS) == [None if only_private else SECRET]
        assert subjects(program, MARTA) == [SECRET]

    assert check_invariants(program).got == 1


def test_only_private_mailboxes_have_it(program: Stepped) -> None:
    """Colleagues see that there was something: day, person and direction, and no word of it."""
    deliver(program, SECRET, to=(MARTA,))
    program.settle()

    assert subjects(program, LUIS) == [None]
    assert subjects(program, MARTA) == [SECRET]
    assert check_invariants(program, prompt=[MARTA]).got == 1


def test_a_public_account_becomes_private_while_mails_come(program: Stepped) -> None:
    """From the answer on nobody else reads a word of it, of what came before either."""
    deliver(program, f"{SECRET} 1")
    program.settle()
    assert subjects(program, LUIS) == [f"{SECRET} 1"]
    deliver(program, f"{SECRET} 2")

    set_visibility(program, ANA, Visibility.PRIVATE)
    assert subjects(program, LUIS) == [None]
    program.settle()

    assert subjects(program, LUIS) == [None, None]
    assert subjects(program, ANA) == [f"{SECRET} 1", f"{SECRET} 2"]
    set_visibility(program, ANA, Visibility.PUBLIC)
    assert check_invariants(program, prompt=[ANA]).got == 2


def test_a_private_account_becomes_public_while_mails_come(program: Stepped) -> None:
    """From then on everybody reads it; when it turns back, nobody does."""
    deliver(program, f"{SECRET} 1", to=(MARTA,))
    program.settle()
    deliver(program, f"{SECRET} 2", to=(MARTA,))
    set_visibility(program, MARTA, Visibility.PUBLIC)
    program.settle()
    assert subjects(program, LUIS) == [f"{SECRET} 1", f"{SECRET} 2"]

    set_visibility(program, MARTA, Visibility.PRIVATE)

    assert subjects(program, LUIS) == [None, None]
    assert check_invariants(program, prompt=[MARTA]).got == 2


def test_what_a_colleague_classified_stays_when_the_account_turns_private(program: Stepped) -> None:
    """Reason and area are the register's, not the mailbox's."""
    deliver(program, SECRET)
    program.settle()
    classify(program, SECRET, LUIS)
    work = work_of(program)

    set_visibility(program, ANA, Visibility.PRIVATE)

    (shown,) = records(program, LUIS)
    assert (shown["subject"], shown["reason"]["name"]) == (None, "Impuestos")
    set_visibility(program, ANA, Visibility.PUBLIC)
    assert check_invariants(program, work=work).got == 1
