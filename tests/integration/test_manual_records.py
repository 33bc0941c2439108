"""Communications that people note down by hand: calls, visits, letters (S14 to S30, S48 to S51)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from server.records.edits import create_record
from server.records.folded import RecordText
from server.records.models import Area, Reason, RecordChange
from tests.firm import NOW
from tests.office import Office, letter
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("findable")]
CALL = {
    "client": "C01",
    "subject": "Llamada por el IVA",
    "type": "call",
    "initiated_by": "client",
    "notes": "Quiere aplazar el pago.",
    "participants": [
        {"kind": "contact", "name": "Pedro", "address": "pedro@panaderiauno.example"},
        {"kind": "person", "name": "Luis Ortega", "address": "luis@ribera.example"},
        {"name": "El gestor del banco"},
    ],
}


@pytest.fixture
def choices(office: Office) -> dict[str, int]:
    with office.database.writing() as session:
        found = [Reason(name="Impuestos"), Reason(name="Antiguo", active=False), Area(name="Fiscal")]
        session.add_all(found)
        session.flush()
        return {each.name: each.id for each in found}


def test_a_call_is_noted_down_by_its_author_now(office: Office) -> None:
    before = datetime.now(UTC)

    record = office.person("jorge").post("/api/records", CALL)

    assert record["client"] == {"code": "C01", "name": "Panadería Uno SL"}
    assert record["created_by"]["name"] == record["person"]["name"] == "Jorge Sanz"
    assert before <= datetime.fromisoformat(record["occurred_at"]) <= datetime.now(UTC)
    assert (record["type"], record["initiated_by"], record["automatic"]) == ("call", "client", False)
    assert record["notes"] == "Quiere aplazar el pago."
    assert [(each["name"], each["kind"], each["staff"]) for each in record["participants"]] == [
        ("Pedro", "contact", False),
        ("Luis Ortega", "person", True),
        ("El gestor del banco", "other", False),
    ]
    assert office.person("marta").subjects("C01") == ["Llamada por el IVA"]


def test_a_clients_list_holds_mails_and_what_was_noted_by_hand(office: Office) -> None:
    office.file("ana", letter("Modelo 303"))
    office.person("jorge").post("/api/records", CALL)

    listed = office.person("marta").get("/api/records?client=C01")["items"]

    assert {(each["subject"], each["type"], each["automatic"]) for each in listed} == {
        ("Modelo 303", "email", True),
        ("Llamada por el IVA", "call", False),
    }


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_sent_twice_at_the_same_instant_is_not_doubled(office: Office) -> None:
    """SQLite takes one writer at a time; here the second waits for the first, and finds it there."""
    jorge, viewer = office.person("jorge"), office.viewer("jorge")
    record_id = "5d2f3c1e-0d7b-4f0e-9c69-1f9c2b9a7f10"
    with ThreadPoolExecutor(1) as pool:
        with office.database.writing() as session:
            create_record(session, viewer, "C01", {"id": uuid.UUID(record_id), "subject": "Una vez"}, now=NOW)
            session.flush()
            again = pool.submit(jorge.call, "POST", "/api/records", {**CALL, "id": record_id})
            eventually(office.waits_for_a_lock)
        answer = again.result()

    assert (answer.status_code, answer.get_json()["subject"]) == (201, "Una vez")
    assert jorge.subjects("C01") == ["Una vez"]


def test_what_is_sent_again_with_its_id_is_not_doubled(office: Office) -> None:
    call = {**CALL, "id": "5d2f3c1e-0d7b-4f0e-9c69-1f9c2b9a7f10"}
    first = office.person("jorge").post("/api/records", call)

    again = office.person("jorge").post("/api/records", call)
    foreign = office.person("luis").call("POST", "/api/records", call)

    assert again == first
    assert foreign.status_code == 422
    assert office.person("marta").subjects("C01") == ["Llamada por el IVA"]


def test_only_the_subject_is_needed(office: Office) -> None:
    record = office.person("jorge").post("/api/records", {"client": "C01", "subject": "Algo"})

    empty = ("type", "reason", "area", "initiated_by", "direction", "edited_at", "reply_to_id")
    assert {name: record[name] for name in empty} == dict.fromkeys(empty)


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": None},
        {"subject": "  "},
        {"subject": "\x00"},
        {"subject": "x" * 501},
        {"created_by": 1},
        {"person": "Ana Ribera"},
        {"created_at": "2026-01-01T00:00:00Z"},
        {"type": "telegram"},
        {"initiated_by": "bank"},
        {"reason": 999},
        {"area": 999},
        {"occurred_at": "2026-01-01T10:00:00"},
        {"occurred_at": None},
        {"reply_to": "00000000-0000-4000-8000-000000000000"},
        {"participants": [{"name": ""}]},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(wrong: dict[str, Any], office: Office) -> None:
    answer = office.person("jorge").call("POST", "/api/records", {**CALL, **wrong})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")
    assert next(iter(wrong)) in answer.get_json()["errors"][0]["field"]
    assert office.records() == []


def test_a_reason_that_is_no_longer_in_use_is_not_taken(office: Office, choices: dict[str, int]) -> None:
    answer = office.person("jorge").call("POST", "/api/records", {**CALL, "reason": choices["Antiguo"]})

    assert answer.get_json()["errors"] == [
        {"field": "reason", "message": "the reason does not exist or is no longer in use"}
    ]


def test_a_client_that_is_denied_or_unknown_gets_none(office: Office) -> None:
    office.deny("jorge", "C01")

    for code in ("C01", "C99"):
        answer = office.person("jorge").call("POST", "/api/records", {**CALL, "client": code})
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert office.records() == []


def test_a_call_can_follow_from_a_mail(office: Office) -> None:
    office.file("ana", letter("Aplazamiento"))
    jorge = office.person("jorge")

    record = jorge.post("/api/records", {**CALL, "reply_to": jorge.record("Aplazamiento")["id"]})

    assert record["reply_to_id"] == jorge.record("Aplazamiento")["id"]


def test_what_it_follows_from_shows_to_those_alone_who_may_read_that(office: Office) -> None:
    """The row of a private mail stands in the list; what came of it would say what it is about."""
    office.file("marta", letter("Aplazamiento"))
    marta = office.person("marta")
    mail = marta.record("Aplazamiento")["id"]

    record = marta.post("/api/records", {**CALL, "reply_to": mail})

    told = {who: office.person(who).get(f"/api/records/{record['id']}") for who in ("marta", "jorge", "ana")}
    assert {who: each["reply_to_id"] for who, each in told.items()} == {
        "marta": mail,
        "jorge": None,
        "ana": None,
    }
    assert {each["subject"] for each in told.values()} == {"Llamada por el IVA"}


def test_it_does_not_name_a_record_of_a_client_that_is_denied(office: Office) -> None:
    office.file("ana", letter("Aplazamiento"))
    ana = office.person("ana")
    mail = ana.record("Aplazamiento")["id"]
    record = ana.post("/api/records", {**CALL, "reply_to": mail})
    ana.post(f"/api/records/{mail}/move", {"client": "C02"})
    office.deny("jorge", "C02")

    told = [office.person(who).get(f"/api/records/{record['id']}")["reply_to_id"] for who in ("ana", "jorge")]

    assert told == [mail, None]


def test_its_author_edits_every_field(office: Office, choices: dict[str, int]) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", CALL)
    edited = {
        "subject": "Visita por el IVA",
        "type": "visit",
        "initiated_by": None,
        "reason": choices["Impuestos"],
        "area": choices["Fiscal"],
        "occurred_at": NOW.isoformat(),
        "notes": "",
        "participants": [{"kind": "contact", "name": "Ana López"}],
    }

    answer = jorge.patch(record, edited)

    shown = answer.get_json()
    assert (answer.status_code, answer.headers["ETag"], shown["version"]) == (200, '"2"', 2)
    assert (shown["subject"], shown["type"], shown["initiated_by"]) == ("Visita por el IVA", "visit", None)
    assert (shown["reason"]["name"], shown["area"]["name"]) == ("Impuestos", "Fiscal")
    assert datetime.fromisoformat(shown["occurred_at"]) == NOW
    assert (shown["notes"], [each["name"] for each in shown["participants"]]) == ("", ["Ana López"])
    assert shown["edited_at"] is not None
    assert shown["created_by"]["name"] == "Jorge Sanz"
    assert jorge.get(f"/api/records/{record['id']}") == shown


def test_fields_that_are_not_named_stay(office: Office) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", CALL)

    shown = jorge.patch(record, {"subject": "Otra cosa"}).get_json()

    stays = ("type", "notes", "participants", "occurred_at", "initiated_by")
    assert {name: shown[name] for name in stays} == {name: record[name] for name in stays}


def test_an_edit_that_changes_nothing_is_no_change(office: Office) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", CALL)

    answer = jorge.patch(record, {"subject": CALL["subject"], "participants": CALL["participants"]})

    assert answer.headers["ETag"] == '"1"'
    assert len(jorge.get(f"/api/records/{record['id']}/history")["items"]) == 1


def test_a_colleague_may_not_edit_it_but_an_administrator_may(office: Office) -> None:
    record = office.person("jorge").post("/api/records", CALL)

    for change in ({"subject": "x"}, {"reason": None}, {"notes": ""}):
        answer = office.person("marta").patch(record, change)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not_the_author")
    seen = office.person("marta").get(f"/api/records/{record['id']}")
    assert (seen["can"]["edit"], seen["can"]["classify"], seen["can"]["delete"]) == (False, False, False)
    assert office.person("ana").patch(record, {"subject": "Corregido"}).status_code == 200


def test_of_an_automatic_record_only_reason_and_area_can_be_changed(
    office: Office, choices: dict[str, int]
) -> None:
    office.file("ana", letter("Modelo 303"))
    jorge = office.person("jorge")
    record = jorge.record("Modelo 303")

    refused = jorge.patch(record, {"subject": "x", "notes": "y", "reason": choices["Impuestos"]})
    taken = jorge.patch(record, {"reason": choices["Impuestos"]})

    assert (refused.status_code, refused.get_json()["code"]) == (422, "automatic_record")
    assert [error["field"] for error in refused.get_json()["errors"]] == ["notes", "subject"]
    assert taken.get_json()["reason"]["name"] == "Impuestos"
    assert taken.get_json()["can"] == {
        "edit": False,
        "classify": True,
        "delete": True,
        "restore": False,
        "move": True,
        "reply": True,
        "open": True,
    }


def test_of_two_who_edit_at_once_the_second_is_shown_both(office: Office) -> None:
    record = office.person("jorge").post("/api/records", CALL)
    office.person("ana").patch(record, {"subject": "De Ana"})

    answer = office.person("jorge").patch(record, {"subject": "De Jorge"})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "edit_conflict")
    assert answer.get_json()["current"]["subject"] == "De Ana"
    assert office.person("jorge").subjects("C01") == ["De Ana"]


def test_of_two_in_the_same_instant_one_wins(office: Office) -> None:
    jorge, ana = office.person("jorge"), office.person("ana")
    record = jorge.post("/api/records", CALL)
    with ThreadPoolExecutor(2) as pool:
        edits = [pool.submit(who.patch, record, {"notes": f"De {who}"}) for who in (jorge, ana)]
        statuses = sorted(edit.result().status_code for edit in edits)

    assert statuses == [200, 409]
    assert len(jorge.get(f"/api/records/{record['id']}/history")["items"]) == 2


@pytest.mark.parametrize(
    ("if_match", "code"), [("", "version_needed"), ("²", "invalid_input"), ("9" * 5000, "invalid_input")]
)
def test_an_edit_names_the_version_that_was_seen(if_match: str, code: str, office: Office) -> None:
    record = office.person("jorge").post("/api/records", CALL)
    path = f"/api/records/{record['id']}"

    answer = office.person("jorge").call("PATCH", path, {"subject": "x"}, If_Match=if_match)

    assert answer.get_json()["code"] == code


def test_its_history_says_who_changed_what_by_names(office: Office, choices: dict[str, int]) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", CALL)
    office.person("ana").patch(record, {"subject": "Visita", "reason": choices["Impuestos"]})

    created, edited = jorge.get(f"/api/records/{record['id']}/history")["items"]

    assert (created["person"], created["action"], created["changes"]) == ("Jorge Sanz", "created", {})
    assert (edited["person"], edited["action"]) == ("Ana Ribera", "edited")
    assert edited["changes"] == {
        "subject": ["Llamada por el IVA", "Visita"],
        "reason": [None, "Impuestos"],
    }


def test_each_step_of_a_version_has_its_change(office: Office) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", CALL)
    for subject in ("a", "b", "c"):
        record = jorge.patch(record, {"subject": subject}).get_json()

    with office.database.reading() as session:
        versions = list(session.scalars(select(RecordChange.version).order_by(RecordChange.version)))
    assert versions == [1, 2, 3, 4]


def test_the_search_knows_its_notes_as_they_are_now(office: Office) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", CALL)
    jorge.patch(record, {"notes": "Prefiere domiciliar."})

    with office.database.reading() as session:
        words = session.scalars(select(RecordText.folded)).one().split()
    assert "domiciliar" in words
    assert "aplazar" not in words
