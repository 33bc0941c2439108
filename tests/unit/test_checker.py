import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator.scenarios.clients import clients_csv
from tests.checker import (
    EVENT,
    EXCLUDED,
    RECORD,
    UNASSIGNED,
    Balance,
    Firm,
    Register,
    balance,
    comparable,
    copies_of_deliveries,
    copies_of_truth,
    expected_register,
    firm_from,
)

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("[0-9][0-9]_*.json"))
TABLES = (("records", RECORD), ("unassigned", UNASSIGNED), ("excluded", EXCLUDED), ("events", EVENT))
ACCOUNTS = [
    {"address": address, "since": "2026-09-01T00:00:00Z"}
    for address in (
        "ana@ribera.example",
        "luis@ribera.example",
        "marta@ribera.example",
        "info@ribera.example",
    )
]
FIRM = firm_from(clients_csv(), ACCOUNTS)
ROW = {"client": "C01", "internet_message_id": "<1@x.example>", "direction": "received", "copies": 1}


def balances(expected: Mapping[str, Any], register: Register) -> list[Balance]:
    return [balance(expected[name], getattr(register, name), key) for name, key in TABLES]


def mail(message_id: str = "<m@dos.example>", **properties: Any) -> dict[str, Any]:
    return {
        "id": message_id,
        "internetMessageId": message_id,
        "receivedDateTime": "2026-10-05T09:00:00Z",
        "from": {"emailAddress": {"name": "Taller", "address": "taller@dos.example"}},
        "toRecipients": [{"emailAddress": {"name": "Ana", "address": "ana@ribera.example"}}],
        **properties,
    }


def happened(
    event: str, folder: str, message: Mapping[str, Any], mailbox: str = "ana@ribera.example"
) -> dict[str, Any]:
    return {
        "at": "2026-10-05T09:00:00Z",
        "mailbox": mailbox,
        "event": event,
        "folder": folder,
        "message": message,
    }


def register_of(*events: Mapping[str, Any]) -> Register:
    return expected_register(copies_of_truth(events), FIRM)


def test_there_are_forty_nasty_mails():
    assert [int(path.name[:2]) for path in MAILS] == list(range(1, 41))


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_the_rules_lead_to_what_the_fixture_expects(path: Path):
    case = json.loads(path.read_text(encoding="utf-8"))

    register = expected_register(copies_of_deliveries(case["deliveries"], FIRM), FIRM)

    assert [b.report() for b in balances(case["expected"], register) if not b.ok] == []


def test_the_cases_do_not_disturb_one_another():
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in MAILS]
    copies = [copy for case in cases for copy in copies_of_deliveries(case["deliveries"], FIRM)]
    expected = {name: [row for case in cases for row in case["expected"][name]] for name, _ in TABLES}

    register = expected_register(reversed(copies), FIRM)

    assert [b.report() for b in balances(expected, register) if not b.ok] == []


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_a_fixture_without_one_of_its_rows_is_noticed(path: Path):
    case = json.loads(path.read_text(encoding="utf-8"))
    register = expected_register(copies_of_deliveries(case["deliveries"], FIRM), FIRM)

    for name, _ in TABLES:
        for row in case["expected"][name]:
            rest = {**case["expected"], name: [other for other in case["expected"][name] if other is not row]}
            assert not all(b.ok for b in balances(rest, register)), row


def test_equal_registers_balance():
    result = balance([ROW], [dict(ROW)])

    assert result.ok
    assert str(result) == "expected 1 / got 1 / missing 0 / extra 0 / doubled 0"


@pytest.mark.parametrize(
    ("got", "headline", "difference"),
    [
        ([], "expected 1 / got 0 / missing 1 / extra 0 / doubled 0", "missing 1 × C01 1@x.example"),
        ([ROW, ROW], "expected 1 / got 2 / missing 0 / extra 0 / doubled 1", "doubled 1 × C01 1@x.example"),
        (
            [ROW, {**ROW, "client": "C02"}],
            "expected 1 / got 2 / missing 0 / extra 1 / doubled 0",
            "extra 1 × C02 1@x.example",
        ),
        (
            [{**ROW, "direction": "sent"}],
            "expected 1 / got 1 / missing 0 / extra 0 / doubled 0",
            "different C01 1@x.example: direction is 'sent' instead of 'received'",
        ),
    ],
    ids=["missing", "doubled", "extra", "different"],
)
def test_each_fault_is_counted_and_named(got: list[dict[str, Any]], headline: str, difference: str):
    result = balance([ROW], got)

    assert not result.ok
    assert str(result) == headline
    assert result.report() == f"{headline}\n{difference}"


def test_a_record_under_the_wrong_client_is_both_missing_and_extra():
    result = balance([ROW], [{**ROW, "client": "C02"}])

    assert (result.missing, result.extra, result.doubled) == (1, 1, 0)


def test_brackets_around_a_message_id_make_no_difference():
    assert balance([ROW], [{**ROW, "internet_message_id": "1@x.example"}]).ok


def test_rows_of_one_key_are_compared_whatever_their_order():
    rows = [ROW, {**ROW, "copies": 2}]

    assert balance(rows, list(reversed(rows))).ok


@pytest.mark.parametrize("got", [[], [ROW]])
def test_an_uncertain_record_may_be_there_or_not(got: list[dict[str, Any]]):
    result = balance([{**ROW, "certain": False}], got)

    assert result.ok
    assert result.expected == len(got)


def test_a_moved_mail_is_expected_once():
    register = register_of(happened("delivered", "inbox", mail()), happened("moved", "Talleres", mail()))

    assert [(row["client"], row["copies"]) for row in register.records] == [("C02", 1)]


@pytest.mark.parametrize(("event", "folder"), [("deleted", "inbox"), ("moved", "deleteditems/2025")])
def test_a_mail_that_is_gone_again_is_uncertain(event: str, folder: str):
    register = register_of(happened("delivered", "inbox", mail()), happened(event, folder, mail()))

    assert [row["certain"] for row in register.records] == [False]


def test_a_question_about_a_mail_that_is_gone_again_is_uncertain():
    letter = mail(**{"from": {"emailAddress": {"address": "gestor@grupo23.example"}}})

    register = register_of(happened("delivered", "inbox", letter), happened("deleted", "inbox", letter))

    assert [row["certain"] for row in register.unassigned] == [False]
    assert balance(register.unassigned, [], UNASSIGNED).ok


def test_a_mail_that_left_junk_is_certain():
    register = register_of(happened("delivered", "junkemail", mail()), happened("moved", "inbox", mail()))

    assert [row["copies"] for row in register.records] == [1]


def test_a_sent_draft_is_expected_as_sent():
    words = mail(**{"from": {"emailAddress": {"address": "ana@ribera.example"}}})
    words["toRecipients"] = [{"emailAddress": {"address": "taller@dos.example"}}]

    register = register_of(
        happened("drafted", "drafts", {**words, "isDraft": True}), happened("sent", "sentitems", words)
    )

    assert [(row["client"], row["direction"]) for row in register.records] == [("C02", "sent")]
    assert register.excluded == []


def test_a_mailbox_that_is_no_account_counts_for_nothing():
    register = register_of(happened("delivered", "inbox", mail(), "jorge@ribera.example"))

    assert register == Register()


def test_a_mail_from_before_the_account_is_outside_the_period():
    register = register_of(happened("delivered", "inbox", mail(receivedDateTime="2026-08-31T23:59:59Z")))

    assert [row["exclusion"] for row in register.excluded] == ["outside_period"]


@pytest.mark.parametrize(
    ("spelling", "address"),
    [
        ("ANA@XN--ESPAA-RTA.EXAMPLE.", "ana@españa.example"),
        ("a\u200bna@espan\u0303a.example", "ana@españa.example"),
        ("", ""),
        ("/O=Firm/CN=Luis", "/o=firm/cn=luis"),
    ],
)
def test_addresses_have_one_spelling(spelling: str, address: str):
    assert comparable(spelling) == address


@pytest.mark.parametrize(
    "firm",
    [
        firm_from(clients_csv().replace("taller@dos.example", "otro@dos.example"), ACCOUNTS),
        firm_from(clients_csv().replace("B34567891", "B00000000"), ACCOUNTS),
        firm_from(clients_csv(), ACCOUNTS[1:]),
        firm_from(clients_csv(), ACCOUNTS, {"ribera.example"}),
    ],
    ids=["client address", "nif", "account", "staff domain"],
)
def test_the_register_of_another_firm_does_not_balance(firm: Firm):
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in MAILS]

    registers = [expected_register(copies_of_deliveries(case["deliveries"], firm), firm) for case in cases]

    results = [
        b
        for case, register in zip(cases, registers, strict=True)
        for b in balances(case["expected"], register)
    ]
    assert not all(result.ok for result in results)
