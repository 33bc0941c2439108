"""The list of clients changes while mails come: what was filed stays, and what is filed follows the list.

The rule for old mail: when the list changes, the mails of the accounts' period are looked at again, and a
mail is added to the register of each client that it belongs to by the list of today. Nothing is taken away.
"""

import pytest

from tests.checker import Register, copies_of_truth, expected_register
from tests.faults.mails import deliver
from tests.faults.people import classify
from tests.invariants import check_invariants, firm_of, work_of
from tests.stepped import Stepped

pytestmark = pytest.mark.integration
NEWCOMER = "nueva@nueva.example"
TALLER, PEDRO = "taller@dos.example", "pedro@panaderiauno.example"
WITH_NEWCOMER = f"C90,Nueva SL,,contact,,{NEWCOMER},\n"


def without(program: Stepped, address: str) -> str:
    """The list without the lines of an address."""
    return "".join(line for line in program.clients_csv.splitlines(keepends=True) if address not in line)


def by_the_list(program: Stepped) -> Register:
    """What the mails so far lead to with the list as it is."""
    truth = [event.to_json() for event in program.simulator.world.truth]
    return expected_register(copies_of_truth(truth), firm_of(program), program.assigned)


def together(earlier: Register, later: Register) -> Register:
    """What was filed by the earlier list, and what is by the later one."""
    known = {(row["client"], row["internet_message_id"]) for row in later.records}
    kept = [row for row in earlier.records if (row["client"], row["internet_message_id"]) not in known]
    return Register([*later.records, *kept], later.unassigned, later.excluded, later.events)


def test_an_address_is_added(program: Stepped) -> None:
    """The mails that it wrote before are filed, back to the accounts' beginning."""
    deliver(program, "De antes", sender=NEWCOMER)
    program.settle()
    assert program.witness.filed == set()

    program.put_clients(program.clients_csv + WITH_NEWCOMER)
    program.settle()
    deliver(program, "De después", sender=NEWCOMER)
    program.settle()

    assert check_invariants(program).got == 2


def test_an_address_is_added_while_its_mails_arrive(program: Stepped) -> None:
    """Whether a mail is looked at before or after the list changes, it is filed once."""
    for number in range(6):
        deliver(program, f"Mail {number}", sender=NEWCOMER)
        if number == 3:
            program.put_clients(program.clients_csv + WITH_NEWCOMER)
        if number % 2:
            program.settle()

    assert check_invariants(program).got == 6


def test_an_address_is_removed(program: Stepped) -> None:
    """Its mails stay where they were filed; what it writes from now on is nobody's."""
    deliver(program, "De antes", sender=PEDRO)
    program.settle()
    classify(program, "De antes")
    work, earlier = work_of(program), by_the_list(program)

    program.put_clients(without(program, PEDRO))
    program.settle()
    deliver(program, "De después", sender=PEDRO)
    program.settle()

    expected = together(earlier, by_the_list(program))
    assert check_invariants(program, work=work, expected=expected).got == 1


def test_an_address_moves_to_another_client(program: Stepped) -> None:
    """Old mail stays with the first client and is the second one's too; new mail is the second one's."""
    deliver(program, "De antes", sender=PEDRO)
    program.settle()
    classify(program, "De antes")
    work, earlier = work_of(program), by_the_list(program)

    moved = f"C02,Talleres Dos SA,A23456783,contact,Pedro,{PEDRO},\n"
    program.put_clients(without(program, PEDRO) + moved)
    program.settle()
    deliver(program, "De después", sender=PEDRO)
    program.settle()

    expected = together(earlier, by_the_list(program))
    assert check_invariants(program, work=work, expected=expected).got == 3


def test_an_address_is_shared_with_another_client(program: Stepped) -> None:
    """From now on somebody has to say whose a mail is; of the old mail it was clear."""
    deliver(program, "De antes", sender=PEDRO)
    program.settle()
    earlier = by_the_list(program)

    program.put_clients(program.clients_csv + f"C02,Talleres Dos SA,A23456783,contact,Pedro,{PEDRO},\n")
    program.settle()
    deliver(program, "De después", sender=PEDRO)
    program.settle()

    later = by_the_list(program)
    told = {row["internet_message_id"] for row in earlier.records}
    asked = [row for row in later.unassigned if row["internet_message_id"] not in told]
    expected = together(earlier, Register(later.records, asked, later.excluded, later.events))
    assert check_invariants(program, expected=expected).got == 2


def test_two_clients_become_one(program: Stepped) -> None:
    """All addresses of the one go to the other, and so do the mails of the period."""
    deliver(program, "Del taller", sender=TALLER)
    deliver(program, "De Pedro", sender=PEDRO)
    program.settle()
    classify(program, "Del taller")
    work, earlier = work_of(program), by_the_list(program)

    header, *lines = program.clients_csv.splitlines(keepends=True)
    one, other = "C01,Panadería Uno SL,B12345674", "C02,Talleres Dos SA,A23456783"
    merged = [line.replace(other, one) for line in lines]
    program.put_clients(header + "".join(merged) + f"{other},identification,,,\n")
    program.settle()
    deliver(program, "Otra del taller", sender=TALLER)
    program.settle()

    expected = together(earlier, by_the_list(program))
    assert check_invariants(program, work=work, expected=expected).got == 4
