"""One mail that cannot be read or filed: it alone is set aside, and comes back when it can be."""

import random
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import pytest

from server.graph import bounded_client, client
from server.ingest import inbox
from tests.faults.mails import ANA, CLIENT, LUIS, deliver, deliver_many, mail, person
from tests.invariants import check_invariants
from tests.stepped import MINUTE, Stepped

pytestmark = pytest.mark.integration
LONG_AGO = "0001-01-01T00:00:00Z"
# Without a pattern that a database could store in fewer bytes.
ENDLESS = "".join(sha256(bytes([number])).hexdigest() for number in range(100))


@pytest.mark.parametrize("kind", ["json", "types", "cut", "html", "error"])
def test_one_mail_is_always_answered_badly(program: Stepped, kind: Any) -> None:
    """It is tried with growing pauses and listed; its neighbours are filed at once, itself when cured."""
    faults = program.simulator.faults
    before = deliver_many(program, 5)
    poison = deliver(program, "Veneno")
    deliver_many(program, 5, to=(ANA, LUIS))
    faults.poison_message(ANA, poison, kind)
    program.settle()
    assert len(program.witness.filed) == len(before) + 5
    program.pass_time(30 * MINUTE)

    asked = program.simulator.requests.count(path=poison[:40])
    assert asked < 20
    check_invariants(program, parked=[poison], prompt=[LUIS])

    faults.cure_message(ANA, poison)
    with program.database.writing() as session:
        inbox.retry(session, program.clock())
    assert check_invariants(program).got == 11


def test_one_mail_on_a_page_of_the_back_fill_is_poison(bare_program: Stepped) -> None:
    """The page is done without it, and so is the folder."""
    program = bare_program
    program.simulator.faults.drop_notifications(share=1.0)
    ids = deliver_many(program, 30)
    program.simulator.faults.poison_message(ANA, ids[11], "types")

    program.add_accounts(addresses=[ANA])
    program.settle()

    assert len(program.witness.filed) == 29
    check_invariants(program, parked=[ids[11]])
    program.simulator.faults.clear()
    assert check_invariants(program, parked=[ids[11]]).got == 29


def test_reading_one_mail_hangs(program: Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    """After half a minute (here a second) the others get their turn, and the one its own tries."""
    monkeypatch.setattr(client, "REQUEST_TIMEOUT_S", 1.0)
    program.restart()
    slow = deliver(program, "Lenta")
    deliver(program, "Rápida", to=(ANA, LUIS))
    program.simulator.faults.hang_message(ANA, slow)
    program.settle()
    program.pass_time(MINUTE)

    assert len(program.witness.filed) == 1
    program.simulator.faults.cure_message(ANA, slow)
    program.simulator.faults.release()
    assert check_invariants(program, prompt=[LUIS]).got == 2


def test_the_answer_for_one_mail_is_too_large(program: Stepped, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read to its end and the mail set aside alone, until delta shows it among others."""
    monkeypatch.setattr(bounded_client, "LARGEST_ANSWER", 200_000)
    deliver_many(program, 5)
    huge = deliver(program, "Enorme")
    deliver_many(program, 5, to=(ANA, LUIS))
    body = f'{{"subject": "{"x" * 300_000}"}}'
    program.simulator.faults.next_call(body=body, path=quote(huge, safe=""), count=100)
    program.settle()
    program.pass_time(2 * MINUTE)

    with program.database.reading() as session:
        aside = [(item.graph_id, item.last_error) for item in inbox.parked(session)]
    assert aside == [(huge, "an answer of Microsoft Graph is too large")]
    assert check_invariants(program, prompt=[LUIS]).got == 11


HOSTILE: list[dict[str, Any]] = [
    {"internetMessageId": f"<{ENDLESS}@panaderiauno.example>"},
    {"ccRecipients": [person(f"{ENDLESS}@x.example")]},
    {"ccRecipients": [{"emailAddress": {"name": ENDLESS * 10, "address": "n@x.example"}}]},
    {"subject": ENDLESS * 10},
    {"internetMessageHeaders": [{"name": "References", "value": "<a\0b@x.example> <c@x.example>"}]},
    {
        "internetMessageHeaders": [
            {"name": "References", "value": " ".join(f"<{n}@x.example>" for n in range(5_000))}
        ]
    },
    {"sentDateTime": LONG_AGO, "receivedDateTime": LONG_AGO},
    {"sentDateTime": "9999-12-31T23:59:59Z"},
    {
        "subject": "Factura \ud83d",
        "from": {"emailAddress": {"name": "\ud83d", "address": CLIENT}},
    },
    {"subject": "Fac\0tura", "internetMessageId": "<a\0b@panaderiauno.example>"},
    {"ccRecipients": [person(f"c{n}@x.example") for n in range(2_000)]},
    {"toRecipients": []},
    {"subject": "100 % de _todo_ {} %s $(rm)"},
]


def test_hostile_mails_are_filed_as_any_other(program: Stepped, chance: random.Random) -> None:
    """By notification and again by delta, and their neighbours with them."""
    for number, hostile in enumerate(chance.sample(HOSTILE, len(HOSTILE))):
        program.simulator.world.deliver({**mail(f"Rara {number}"), **hostile}, mailboxes=[ANA])
        deliver(program, f"Buena {number}")
    program.settle()
    program.simulator.faults.expire_delta()
    program.pass_time(timedelta(minutes=11))

    # The one of the year 1 lies before the account's beginning.
    assert check_invariants(program).got == 2 * len(HOSTILE) - 1
