"""Deleting records and taking that back: the mail stays where it is, and no sync undoes it (S50, S51, D7)."""

import pytest
from sqlalchemy import func, select

from server.records.models import Copy, Record, RecordState
from tests.office import Office, letter

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("findable")]
VISIT = {"client": "C01", "subject": "Visita"}


def test_what_is_deleted_leaves_the_list(office: Office) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", VISIT)

    answer = jorge.delete(record)

    assert (answer.status_code, answer.data) == (204, b"")
    assert jorge.subjects("C01") == []
    assert jorge.call("GET", f"/api/records/{record['id']}").status_code == 404


def test_no_sync_brings_a_deleted_mail_back(office: Office) -> None:
    office.file("ana", letter("Modelo 303"))
    jorge = office.person("jorge")
    jorge.delete(jorge.record("Modelo 303"))

    office.file("ana", letter("Modelo 303"))
    office.file("luis", letter("Modelo 303"))

    assert jorge.subjects("C01") == []
    with office.database.reading() as session:
        assert session.scalars(select(Record.state)).all() == [RecordState.DELETED]
        assert session.scalar(select(func.count()).select_from(Copy)) == 2


def test_it_is_not_asked_about_either(office: Office) -> None:
    """A mail of a shared address, assigned and then deleted, does not come back as a question."""
    office.file("ana", letter("Recibo", "gestor@grupo23.example"))
    jorge = office.person("jorge")
    waiting = jorge.get("/api/unassigned")["items"][0]["message"]["id"]
    (record,) = jorge.post(f"/api/unassigned/{waiting}/assign", {"client": "C02"})["records"]
    jorge.delete(record)

    office.file("ana", letter("Recibo", "gestor@grupo23.example"))

    assert (jorge.subjects("C02"), jorge.get("/api/unassigned")["count"]) == ([], 0)


def test_who_deleted_it_takes_that_back_with_all_that_was_in_it(office: Office) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", VISIT)
    jorge.delete(record)

    restored = jorge.post(f"/api/records/{record['id']}/restore")

    assert restored == record | {"version": 3}
    history = jorge.get(f"/api/records/{record['id']}/history")["items"]
    assert [each["action"] for each in history] == ["created", "deleted", "restored"]


def test_an_administrator_takes_anybodys_deletion_back_and_a_colleague_does_not(office: Office) -> None:
    office.file("ana", letter("Modelo 303"))
    jorge = office.person("jorge")
    record = jorge.record("Modelo 303")
    jorge.delete(record)
    path = f"/api/records/{record['id']}/restore"

    colleague = office.person("marta").call("POST", path)
    administrator = office.person("ana").call("POST", path)

    assert (colleague.status_code, colleague.get_json()["code"]) == (403, "not_the_author")
    assert (administrator.status_code, administrator.headers["ETag"]) == (200, '"3"')


def test_restoring_what_stands_changes_nothing(office: Office) -> None:
    ana = office.person("ana")
    record = ana.post("/api/records", VISIT)

    assert ana.post(f"/api/records/{record['id']}/restore") == record


def test_only_author_and_administrator_delete_what_was_made_by_hand(office: Office) -> None:
    record = office.person("jorge").post("/api/records", VISIT)

    colleague = office.person("marta").delete(record)
    administrator = office.person("ana").delete(record)

    assert (colleague.status_code, colleague.get_json()["code"]) == (403, "not_the_author")
    assert administrator.status_code == 204


def test_a_deletion_names_the_version_that_was_seen(office: Office) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", VISIT)
    jorge.patch(record, {"notes": "Algo más"})

    late = jorge.delete(record)
    blind = jorge.call("DELETE", f"/api/records/{record['id']}")

    assert (late.status_code, late.get_json()["current"]["notes"]) == (409, "Algo más")
    assert blind.status_code == 428
    assert jorge.subjects("C01") == ["Visita"]


@pytest.mark.parametrize("who", ["jorge", "ana"])
def test_what_only_its_owner_may_read_only_its_owner_deletes(who: str, office: Office) -> None:
    office.file("marta", letter("Confidencial"))
    marta, other = office.person("marta"), office.person(who)
    record = marta.record("Confidencial")

    refused = other.delete(record)
    taken = marta.delete(record)
    restored = other.call("POST", f"/api/records/{record['id']}/restore")

    assert (refused.status_code, refused.get_json()["code"]) == (403, "permission_needed")
    assert taken.status_code == 204
    assert restored.status_code == 403
    assert marta.post(f"/api/records/{record['id']}/restore")["subject"] == "Confidencial"


def test_what_is_deleted_is_not_there_for_whom_the_client_is_denied(office: Office) -> None:
    jorge = office.person("jorge")
    record = jorge.post("/api/records", VISIT)
    jorge.delete(record)
    office.deny("jorge", "C01")

    assert jorge.call("POST", f"/api/records/{record['id']}/restore").status_code == 404


def test_who_files_a_deleted_mail_by_hand_brings_it_back(office: Office) -> None:
    office.file("ana", letter("Modelo 303"))
    jorge = office.person("jorge")
    jorge.delete(jorge.record("Modelo 303"))

    office.file_by_hand("luis", "ana", letter("Modelo 303"), "C01")

    record = jorge.record("Modelo 303")
    history = jorge.get(f"/api/records/{record['id']}/history")["items"]
    assert [(each["action"], each["person"]) for each in history] == [
        ("deleted", "Jorge Sanz"),
        ("restored", "Luis Ortega"),
    ]


def test_filing_by_hand_has_its_change_once(office: Office) -> None:
    for _ in range(2):
        office.file_by_hand("luis", "ana", letter("Nadie", "nadie@fuera.example"), "C01")

    record = office.person("jorge").record("Nadie")
    (created,) = office.person("jorge").get(f"/api/records/{record['id']}/history")["items"]
    assert (created["action"], created["person"], record["version"]) == ("created", "Luis Ortega", 1)
