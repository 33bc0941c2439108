"""The tray "Por asignar": whose a mail is, or that it is nobody's, as people say it; addresses for a card."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from server.ingest.models import InboxItem, Kind
from server.mail import Participant, Role
from server.records.models import Assignment, Candidate
from tests.office import GESTOR, PEDRO, Office, letter

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("findable")]


def waiting(office: Office, who: str = "jorge") -> dict[str, int]:
    items = office.person(who).get("/api/unassigned")["items"]
    return {item["subject"]: item["message"]["id"] for item in items}


def assign(office: Office, who: str, subject: str, client: str, **wish: Any) -> Any:
    message_id = waiting(office)[subject]
    return office.person(who).post(f"/api/unassigned/{message_id}/assign", {"client": client, **wish})


@pytest.fixture
def two(office: Office) -> None:
    """Two mails of one thread from an address that C02 and C03 share."""
    office.file("ana", letter("Recibo", GESTOR, thread="t1"), letter("Otro", GESTOR, thread="t1", minutes=1))


def test_a_mail_is_filed_where_a_person_says(office: Office, two: None) -> None:
    (record,) = assign(office, "jorge", "Recibo", "C02")["records"]

    assert (record["client"]["code"], record["subject"], record["direction"]) == ("C02", "Recibo", "received")
    assert (record["why"]["rule"], record["why"]["account"]) == ("person", "ana@ribera.example")
    assert (record["person"], record["created_by"]) == ({"name": "Ana Ribera"}, None)
    assert list(waiting(office)) == ["Otro"]
    (created,) = office.person("ana").get(f"/api/records/{record['id']}/history")["items"]
    assert (created["action"], created["person"]) == ("created", "Jorge Sanz")


def test_nobody_is_asked_again(office: Office, two: None) -> None:
    assign(office, "jorge", "Recibo", "C02")

    office.file("luis", letter("Recibo", GESTOR, thread="t1"))

    assert list(waiting(office)) == ["Otro"]
    assert office.person("jorge").subjects("C03") == []


def test_a_thread_is_assigned_with_what_waits_and_what_comes(office: Office, two: None) -> None:
    assigned = assign(office, "jorge", "Recibo", "C02", scope="thread")
    office.file("ana", letter("Tercero", GESTOR, thread="t1", minutes=2))

    assert sorted(record["subject"] for record in assigned["records"]) == ["Otro", "Recibo"]
    assert waiting(office) == {}
    assert office.person("jorge").subjects("C02") == ["Tercero", "Otro", "Recibo"]


def test_it_may_be_a_client_that_nobody_thought_of(office: Office, two: None) -> None:
    assign(office, "jorge", "Recibo", "C01")

    office.file("luis", letter("Recibo", GESTOR, thread="t1"))

    assert office.person("jorge").subjects("C01") == ["Recibo"]
    assert list(waiting(office)) == ["Otro"]


def test_its_sender_is_remembered_on_the_card(office: Office, two: None) -> None:
    known = assign(office, "jorge", "Recibo", "C02", remember_address=True)
    new = assign(office, "jorge", "Otro", "C01", remember_address=True)

    assert (known["remembered"], new["remembered"]) == (False, True)
    card = office.person("jorge").get("/api/clients/C01")["addresses"]
    assert {"section": "contact", "label": "", "email": GESTOR, "phone": ""} in card


def test_a_dismissed_mail_is_not_asked_about_again(office: Office, two: None) -> None:
    office.person("jorge").post(f"/api/unassigned/{waiting(office)['Recibo']}/dismiss")

    office.file("luis", letter("Recibo", GESTOR, thread="t1"))
    office.file("ana", letter("Recibo", GESTOR, thread="t1"))

    assert list(waiting(office)) == ["Otro"]
    assert office.records() == []


def test_a_dismissal_is_undone(office: Office, two: None) -> None:
    before = waiting(office)
    batch = office.person("jorge").post(f"/api/unassigned/{before['Recibo']}/dismiss")["batch"]

    office.person("jorge").post(f"/api/batches/{batch}/undo")

    assert waiting(office) == before
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Assignment)) == 0
        assert session.scalar(select(func.count()).select_from(Candidate)) == 4


def test_a_dismissal_is_undone_by_an_administrator_too(office: Office, two: None) -> None:
    before = waiting(office)
    batch = office.person("jorge").post(f"/api/unassigned/{before['Recibo']}/dismiss")["batch"]

    refused = office.person("marta").call("POST", f"/api/batches/{batch}/undo")
    office.person("ana").post(f"/api/batches/{batch}/undo")

    assert refused.status_code == 404
    assert waiting(office) == before


def test_a_dismissal_of_private_mail_is_undone_by_its_owner_alone(office: Office) -> None:
    office.file("marta", letter("Privado", GESTOR))
    message_id = waiting(office, "marta")["Privado"]
    batch = office.person("marta").post(f"/api/unassigned/{message_id}/dismiss")["batch"]

    answer = office.person("ana").call("POST", f"/api/batches/{batch}/undo")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert waiting(office, "marta") == {}
    office.person("marta").post(f"/api/batches/{batch}/undo")
    assert waiting(office, "marta") == {"Privado": message_id}


def test_a_dismissal_is_not_undone_by_whom_all_its_clients_are_denied(office: Office, two: None) -> None:
    batch = office.person("jorge").post(f"/api/unassigned/{waiting(office)['Recibo']}/dismiss")["batch"]
    for code in ("C02", "C03"):
        office.deny("jorge", code)

    answer = office.person("jorge").call("POST", f"/api/batches/{batch}/undo")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert list(waiting(office, "luis")) == ["Otro"]


def test_what_waits_for_somebody_else_is_not_answered(office: Office) -> None:
    office.file("marta", letter("Privado", GESTOR))
    message_id = waiting(office, "marta")["Privado"]

    for who in ("jorge", "ana"):
        for act, body in (("assign", {"client": "C02"}), ("dismiss", {})):
            answer = office.person(who).call("POST", f"/api/unassigned/{message_id}/{act}", body)
            assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert list(waiting(office, "marta")) == ["Privado"]


@pytest.mark.parametrize("mailboxes", [("ana", "luis"), ("luis", "ana")])
@pytest.mark.parametrize("to", [("luis@ribera.example",), ("luis@ribera.example", PEDRO)])
def test_a_copy_that_shows_less_takes_no_question_back(
    to: tuple[str, ...], mailboxes: tuple[str, ...], office: Office
) -> None:
    """Of a mail with a blind copy, only the sender's shows whom to ask about."""
    received = letter("Para ti", "ana@ribera.example", to=to)
    in_secret = Participant(Role.BCC, "", GESTOR)
    copies = {"ana": replace(received, participants=(*received.participants, in_secret)), "luis": received}

    for mailbox in (*mailboxes, "luis"):
        office.file(mailbox, copies[mailbox])

    assert list(waiting(office)) == ["Para ti"]


def test_no_candidate_tells_of_a_blind_copy(office: Office) -> None:
    """Marta's private mailbox alone shows it; her colleague's copy of the mail is open to everybody."""
    send_in_secret(office)
    message_id = waiting(office, "marta")["Para ti"]
    card = office.person("marta").get("/api/unassigned")["items"][0]["candidates"][0]["section"]

    assert told(office, "marta") == {("C02", GESTOR, card), ("C03", GESTOR, card)}
    for who in ("luis", "jorge", "ana"):
        assert waiting(office, who) == {"Para ti": message_id}
        assert told(office, who) == {("C02", None, None), ("C03", None, None)}


def test_a_hidden_address_does_not_tell_whom_it_was_assigned_to(office: Office) -> None:
    office.file("ana", letter("Antes", GESTOR))
    assign(office, "jorge", "Antes", "C03")
    send_in_secret(office)

    orders = {
        who: [
            each["client"]["code"]
            for each in office.person(who).get("/api/unassigned")["items"][0]["candidates"]
        ]
        for who in ("marta", "jorge")
    }

    assert orders == {"marta": ["C03", "C02"], "jorge": ["C02", "C03"]}


def send_in_secret(office: Office) -> None:
    """A mail from Marta to Luis and a client, with a blind copy for an address that C02 and C03 share."""
    sent = letter("Para ti", "marta@ribera.example", to=("luis@ribera.example", PEDRO))
    office.file("luis", sent)
    in_secret = Participant(Role.BCC, "", GESTOR)
    office.file("marta", replace(sent, participants=(*sent.participants, in_secret)))


def told(office: Office, who: str) -> set[tuple[str, str | None, str | None]]:
    """What the tray and the pane say about the candidates of the only mail: they say the same."""
    caller = office.person(who)
    (item,) = caller.get("/api/unassigned")["items"]
    mailbox = who if who == "marta" else "luis"
    asked = f"internet_message_id={item['message']['internet_message_id']}&mailbox={mailbox}@ribera.example"
    tray, pane = (
        {(each["client"]["code"], each["address"], each["section"]) for each in answer["candidates"]}
        for answer in (item, caller.get(f"/api/messages?{asked}"))
    )
    assert tray == pane
    return tray


def test_a_denied_client_gets_no_mail(office: Office, two: None) -> None:
    office.deny("jorge", "C03")

    message_id = waiting(office)["Recibo"]
    answer = office.person("jorge").call("POST", f"/api/unassigned/{message_id}/assign", {"client": "C03"})

    assert answer.status_code == 404
    assert "Recibo" in waiting(office)


def test_the_second_answer_finds_no_question(office: Office, two: None) -> None:
    message_id = waiting(office)["Recibo"]
    assign(office, "jorge", "Recibo", "C02")

    answer = office.person("marta").call("POST", f"/api/unassigned/{message_id}/assign", {"client": "C03"})

    assert answer.status_code == 404
    assert office.person("marta").subjects("C03") == []


def test_an_address_on_the_card_brings_the_past(office: Office) -> None:
    """The mailboxes are read again; how many mails that are nobody's will be looked at is announced."""
    office.file("ana", letter("Hola", "nueva@otra.example"), letter("Hola otra vez", "nueva@otra.example"))
    office.file("luis", letter("Hola", "nueva@otra.example"))

    answer = office.person("jorge").call(
        "POST",
        "/api/clients/C01/addresses",
        {"address": "Nueva@Otra.example", "section": "contact", "label": "Nueva", "phone": "600 000 000"},
    )

    assert answer.status_code == 201
    assert answer.get_json() == {
        "address": {
            "section": "contact",
            "label": "Nueva",
            "email": "Nueva@Otra.example",
            "phone": "600 000 000",
        },
        "past": 2,
    }
    with office.database.reading() as session:
        synced = session.scalar(select(func.count()).where(InboxItem.kind == Kind.SYNC))
    assert synced == 4
    office.file("ana", letter("Hola", "nueva@otra.example"))
    assert office.person("jorge").subjects("C01") == ["Hola"]


def test_what_is_announced_counts_no_mail_of_others_private_mailboxes(office: Office) -> None:
    office.file("ana", letter("Hola", "nueva@otra.example"))
    office.file("marta", letter("Consulta médica", "doctora@otra.example"))

    announced = [
        office.person(who).post(
            "/api/clients/C01/addresses", {"address": f"{who}@otra.example", "section": "contact"}
        )["past"]
        for who in ("jorge", "ana", "marta")
    ]

    assert announced == [1, 1, 2]


def test_many_addresses_in_a_row_have_the_mailboxes_read_once(office: Office) -> None:
    for number in range(20):
        body = {"address": f"nueva{number}@otra.example", "section": "contact"}
        office.person("jorge").post("/api/clients/C01/addresses", body)

    with office.database.reading() as session:
        asked = list(session.scalars(select(InboxItem.account_id).where(InboxItem.kind == Kind.SYNC)))
    assert len(asked) == len(set(asked)) == 4


def test_an_address_that_stands_there_is_not_added_again(office: Office) -> None:
    body = {"address": PEDRO.upper(), "section": "contact"}

    answer = office.person("jorge").call("POST", "/api/clients/C01/addresses", body)

    assert (answer.status_code, answer.get_json()["past"]) == (200, 0)
    card = office.person("jorge").get("/api/clients/C01")["addresses"]
    assert [line["email"] for line in card].count(PEDRO) == 1


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("no es", "this is not a mail address"),
        ("", "this is not a mail address"),
        ("luis@ribera.example", "this is an address of the firm itself"),
    ],
)
def test_an_address_that_no_client_has_is_refused(address: str, message: str, office: Office) -> None:
    body = {"address": address, "section": "contact"}

    answer = office.person("jorge").call("POST", "/api/clients/C01/addresses", body)

    assert (answer.status_code, answer.get_json()["errors"]) == (
        422,
        [{"field": "address", "message": message}],
    )


def test_the_card_of_a_denied_client_is_not_there(office: Office) -> None:
    office.deny("jorge", "C01")

    body = {"address": "x@y.example", "section": "contact"}
    assert office.person("jorge").call("POST", "/api/clients/C01/addresses", body).status_code == 404
