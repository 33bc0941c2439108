"""The doors that Microsoft does not have."""

import csv
import io

import httpx
import pytest

from simulator import Simulator
from simulator.tenant import CLIENT_ID
from tests.contract.conftest import ANA, LUIS
from tests.contract.letters import letter, person

pytestmark = pytest.mark.integration


def door(simulator: Simulator, name: str) -> str:
    return f"{simulator.url}/simulator/{name}"


def test_a_server_finds_its_settings(firm: Simulator) -> None:
    settings = httpx.get(door(firm, "settings")).json()

    assert settings == firm.settings()
    assert settings["BITACORA_GRAPH_URL"] == firm.url
    assert settings["BITACORA_LOGIN_URL"].startswith("https://localhost:")


def test_the_clients_come_in_the_form_of_the_import(firm: Simulator) -> None:
    rows = list(csv.DictReader(io.StringIO(httpx.get(door(firm, "clients.csv")).text)))

    assert list(rows[0]) == ["code", "name", "nif", "section", "label", "email", "phone"]
    assert len({row["code"] for row in rows}) == 40
    assert [row["code"] for row in rows if row["email"] == "gestor@grupo23.example"] == ["C02", "C03"]


def test_the_accounts_leave_jorge_out(firm: Simulator) -> None:
    accounts = httpx.get(door(firm, "accounts")).json()

    assert [account["address"].partition("@")[0] for account in accounts] == ["ana", "luis", "marta", "info"]
    assert [account["visibility"] for account in accounts].count("private") == 1


def test_mail_comes_in_as_json(firm: Simulator) -> None:
    both = letter(toRecipients=[person(ANA), person(LUIS), person("otro@x.example")])

    answer = httpx.post(door(firm, "mail"), json=both)

    assert len(answer.json()["delivered"]) == 2
    events = httpx.get(door(firm, "truth")).json()
    assert [(event["mailbox"], event["event"], event["folder"]) for event in events] == [
        (ANA, "delivered", "inbox"),
        (LUIS, "delivered", "inbox"),
    ]
    assert events[0]["message"]["subject"] == "Facturas"


def test_mail_comes_in_as_a_file_for_whoever_is_named(firm: Simulator, graph: httpx.Client) -> None:
    file = b"From: Pedro <pedro@x.example>\r\nTo: lista@x.example\r\nSubject: Hola\r\n\r\nCuerpo\r\n"

    answer = httpx.post(
        door(firm, "mail"),
        content=file,
        params={"mailbox": [ANA, LUIS]},
        headers={"Content-Type": "message/rfc822"},
    )

    assert len(answer.json()["delivered"]) == 2
    (found,) = graph.get(f"/users/{LUIS}/messages").json()["value"]
    assert (found["subject"], found["bodyPreview"]) == ("Hola", "Cuerpo")


def test_faults_are_told_by_name(firm: Simulator, graph: httpx.Client) -> None:
    told = {"fault": "next_call", "arguments": {"status": 429, "retry_after": 2}}

    answer = httpx.post(door(firm, "faults"), json=told)

    assert answer.status_code == 204
    assert graph.get(f"/users/{ANA}/messages").headers["retry-after"] == "2"


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("faults", {"fault": "take_call"}, 400),
        ("faults", {"fault": "next_call", "arguments": {"nonsense": 1}}, 400),
        ("faults", {"fault": "mailbox_unavailable", "arguments": {"address": "x"}}, 404),
        ("faults", {}, 400),
        ("fill", {"mailboxes": [ANA], "each": 1, "nonsense": 1}, 400),
        ("fill", {"mailboxes": ["nobody"], "each": 1}, 404),
        ("lifecycle", {"event": "finished"}, 400),
        ("tokens", {"person": "nobody", "client_id": CLIENT_ID, "scope": "User.Read"}, 404),
        ("tokens", {"person": ANA, "client_id": "other", "scope": "User.Read"}, 400),
    ],
)
def test_what_is_not_understood_is_explained(
    firm: Simulator, name: str, body: dict[str, object], status: int
) -> None:
    answer = httpx.post(door(firm, name), json=body)

    assert answer.status_code == status
    assert answer.json()["error"]


def test_requests_can_be_counted_from_outside(firm: Simulator, graph: httpx.Client) -> None:
    graph.get(f"/users/{ANA}/messages")

    calls = httpx.get(door(firm, "requests"), params={"path": "/messages", "method": "GET"}).json()

    assert [(call["status"], call["concurrent"]) for call in calls] == [(200, 1)]


def test_lifecycle_events_can_be_sent_from_outside(firm: Simulator) -> None:
    assert httpx.post(door(firm, "lifecycle"), json={"event": "missed"}).json() == {"told": 0}


def test_many_people_with_many_mails_are_made_from_outside(firm: Simulator, graph: httpx.Client) -> None:
    people = httpx.post(door(firm, "people"), json={"count": 3}).json()["added"]
    asked = {"mailboxes": people, "each": 4, "since": "2026-11-01T00:00:00Z", "until": "2026-11-05T00:00:00Z"}

    answer = httpx.post(door(firm, "fill"), json=asked)

    assert answer.json() == {"delivered": 12}
    found = graph.get(f"/users/{people[2]}/messages", params={"$select": "receivedDateTime"}).json()["value"]
    assert [mail["receivedDateTime"][:10] for mail in found] == [f"2026-11-0{day}" for day in (4, 3, 2, 1)]
