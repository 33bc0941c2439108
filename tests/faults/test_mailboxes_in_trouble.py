"""A mailbox that cannot be read any more, or not by us: the others do not notice."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.accounts.models import Account
from server.ingest.complaint import Cause, complaint
from tests.faults.mails import ANA, LUIS, deliver, mail
from tests.faults.people import classify, records
from tests.invariants import check_invariants, work_of
from tests.stepped import Stepped

pytestmark = pytest.mark.integration
HOUR = timedelta(hours=1)
AFTER_REFUSAL = timedelta(minutes=20)
REFUSALS = {
    "unlicensed": ("MailboxNotEnabledForRESTAPI", Cause.MAILBOX_NOT_ENABLED),
    "access taken away": ("ErrorAccessDenied", Cause.PERMISSION_MISSING),
    "user unknown": ("ErrorInvalidUser", Cause.MAILBOX_GONE),
}


def cause(program: Stepped, mailbox: str) -> Cause:
    """What a person is told about an account."""
    with program.database.reading() as session:
        query = select(Account.pause_reason).where(Account.address == mailbox)
        return complaint(session.scalars(query).one()).cause


@pytest.mark.parametrize(("code", "told"), REFUSALS.values(), ids=REFUSALS.keys())
def test_one_mailbox_refuses_us(program: Stepped, code: str, told: Cause) -> None:
    """It alone needs a person and says why; its records stay, and the gap closes when it is back."""
    deliver(program, "De antes", to=(LUIS,))
    program.settle()
    classify(program, "De antes", LUIS)
    work = work_of(program)
    program.simulator.faults.mailbox_unavailable(LUIS, code)

    unread = [deliver(program, f"Mientras {number}", to=(LUIS,)) for number in range(3)]
    program.settle()
    program.pass_time(HOUR / 2)
    deliver(program, "Ana sigue")
    program.settle()

    check_invariants(program, work=work, unread=unread, needs_person=[LUIS], prompt=[ANA])
    assert cause(program, LUIS) is told
    program.simulator.faults.mailbox_available(LUIS)
    assert check_invariants(program, work=work, healing_time=AFTER_REFUSAL).got == 5


@pytest.mark.parametrize("code", ["MailboxInfoStale", "MailboxStoreUnavailable"])
def test_one_mailbox_is_being_moved(program: Stepped, code: str) -> None:
    """To another region, say: it answers 503 for an hour, and nobody is called for."""
    program.simulator.faults.mailbox_unavailable(LUIS, code)
    for number in range(3):
        deliver(program, f"Mientras {number}", to=(LUIS,))
        deliver(program, f"Ana sigue {number}")
    program.settle()
    program.pass_time(HOUR / 2)

    program.simulator.faults.mailbox_available(LUIS)
    assert check_invariants(program, prompt=[ANA]).got == 6


def test_a_colleague_is_removed_from_the_directory_and_comes_back(program: Stepped) -> None:
    """Records stay; the account says that its mailbox is gone, until it is there again."""
    deliver(program, "De antes", to=(LUIS,))
    program.settle()
    luis = program.simulator.world.remove_user(LUIS)
    program.settle()
    deliver(program, "Ana sigue")
    program.settle()
    program.pass_time(HOUR / 2)

    check_invariants(program, needs_person=[LUIS], prompt=[ANA])
    assert cause(program, LUIS) is Cause.MAILBOX_GONE
    assert {record["subject"] for record in records(program)} == {"De antes", "Ana sigue"}
    program.simulator.world.restore_user(luis)
    deliver(program, "De vuelta", to=(LUIS,))
    assert check_invariants(program, healing_time=AFTER_REFUSAL).got == 3


def test_a_colleagues_mailbox_becomes_a_shared_one(program: Stepped) -> None:
    """Its licence goes, and for a while it answers 404 before it answers as before."""
    program.simulator.faults.mailbox_unavailable(LUIS, "MailboxNotEnabledForRESTAPI")
    unread = [deliver(program, "Entretanto", to=(LUIS,))]
    program.settle()
    check_invariants(program, unread=unread, needs_person=[LUIS])
    program.simulator.faults.mailbox_available(LUIS)

    assert check_invariants(program, healing_time=AFTER_REFUSAL).got == 1


def test_the_administrator_takes_the_consent_back(program: Stepped) -> None:
    """Every account says so, in words of its own; all is read when the consent is given again."""
    deliver(program, "De antes")
    program.settle()
    program.simulator.faults.refuse_permission("Mail.Read")
    unread = program.simulator.world.deliver(mail("Mientras", to=(ANA, LUIS)))
    program.settle()

    check_invariants(program, unread=unread, needs_person=[ANA, LUIS])
    program.simulator.faults.clear()
    assert check_invariants(program, healing_time=AFTER_REFUSAL).got == 2


def test_the_administrator_takes_one_mailbox_out_of_the_apps_reach(program: Stepped) -> None:
    """An access policy of Exchange has another remedy than a missing permission, and is told apart."""
    program.simulator.faults.limit_mailboxes([ANA])
    unread = [deliver(program, "Mientras", to=(LUIS,))]
    deliver(program, "Ana sigue")
    program.settle()

    check_invariants(program, unread=unread, needs_person=[LUIS], prompt=[ANA])
    assert cause(program, LUIS) is Cause.POLICY_BLOCKS
    program.simulator.faults.clear()
    assert check_invariants(program, healing_time=AFTER_REFUSAL).got == 2
