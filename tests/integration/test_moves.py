"""Moving communications to another client: the record goes with its history, and no sync takes it back."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import pytest

from server.records.batches import delete_all, move_thread
from tests.firm import NOW
from tests.office import PEDRO, TALLER, Office, letter
from tests.waiting import eventually

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("findable")]


def move(office: Office, who: str, subject: str, client: str, scope: str = "message") -> Any:
    caller = office.person(who)
    path = f"/api/records/{caller.record(subject)['id']}/move"
    return caller.call("POST", path, {"client": client, "scope": scope})


def standing(office: Office, who: str = "jorge") -> dict[str, list[str | None]]:
    caller = office.person(who)
    return {code: sorted(filter(None, caller.subjects(code))) for code in ("C01", "C02", "C03")}


def undo(office: Office, who: str, answer: Any) -> Any:
    return office.person(who).call("POST", f"/api/batches/{answer.get_json()['batch']}/undo")


@pytest.fixture
def thread(office: Office) -> None:
    """Three mails of one thread, of which Luis has the last one only, and another mail."""
    office.file(
        "ana",
        letter("Pregunta", thread="t1"),
        letter("Respuesta", thread="t1", minutes=1),
        letter("Otra cosa", thread="t2"),
    )
    office.file("luis", letter("Continuación", answers="respuesta", minutes=2))


def test_a_mail_goes_to_the_other_client_with_its_history(office: Office) -> None:
    office.file("ana", letter("Modelo 303"))
    before = office.person("jorge").record("Modelo 303")

    answer = move(office, "jorge", "Modelo 303", "C02")

    record = answer.get_json()["record"]
    assert (answer.status_code, answer.get_json()["done"]) == (200, [before["id"]])
    assert (record["id"], record["client"]["code"], record["version"]) == (before["id"], "C02", 2)
    assert record["why"] == before["why"] | {"rule": "person", "address": None, "section": None}
    assert standing(office) == {"C01": [], "C02": ["Modelo 303"], "C03": []}
    (moved,) = office.person("jorge").get(f"/api/records/{before['id']}/history")["items"]
    assert (moved["action"], moved["person"]) == ("moved", "Jorge Sanz")
    assert [client["code"] for client in moved["changes"]["client"]] == ["C01", "C02"]


def test_no_sync_brings_a_moved_mail_back(office: Office) -> None:
    office.file("ana", letter("Modelo 303"))
    move(office, "jorge", "Modelo 303", "C02")

    office.file("ana", letter("Modelo 303"))
    office.file("luis", letter("Modelo 303"))

    assert standing(office) == {"C01": [], "C02": ["Modelo 303"], "C03": []}


def test_what_was_made_by_hand_moves_too(office: Office) -> None:
    office.person("jorge").post("/api/records", {"client": "C01", "subject": "Visita"})

    colleague = move(office, "marta", "Visita", "C02")
    answer = move(office, "jorge", "Visita", "C02")

    assert (colleague.status_code, colleague.get_json()["code"]) == (403, "not_the_author")
    assert answer.status_code == 200
    assert standing(office) == {"C01": [], "C02": ["Visita"], "C03": []}
    undo(office, "jorge", answer)
    assert standing(office) == {"C01": ["Visita"], "C02": [], "C03": []}


def test_a_thread_moves_as_a_whole(office: Office, thread: None) -> None:
    answer = move(office, "jorge", "Respuesta", "C02", "thread")

    assert len(answer.get_json()["done"]) == 3
    assert standing(office)["C01"] == ["Otra cosa"]
    assert standing(office)["C02"] == ["Continuación", "Pregunta", "Respuesta"]


def test_later_mails_of_a_moved_thread_follow_it_and_do_not_come_back(office: Office, thread: None) -> None:
    move(office, "jorge", "Respuesta", "C02", "thread")

    office.file("ana", letter("Más tarde", thread="t1", minutes=5))
    office.file("luis", letter("Aún más", answers="continuación", minutes=6))
    office.file("ana", letter("Nuevo asunto", thread="t3", minutes=7))

    assert standing(office)["C01"] == ["Nuevo asunto", "Otra cosa"]
    assert standing(office)["C02"] == ["Aún más", "Continuación", "Más tarde", "Pregunta", "Respuesta"]


def test_the_last_word_about_a_thread_counts(office: Office, thread: None) -> None:
    """Marta took her mail of the thread from C01 before Jorge brought the thread back there."""
    office.file("marta", letter("En privado", answers="respuesta", minutes=3))
    move(office, "jorge", "Respuesta", "C02", "thread")
    move(office, "marta", "En privado", "C03", "thread")
    move(office, "jorge", "Respuesta", "C01", "thread")

    office.file("ana", letter("Más tarde", thread="t1", answers="en-privado", minutes=5))

    assert standing(office)["C02"] == []
    assert "Más tarde" in standing(office)["C01"]
    assert standing(office)["C03"] == ["Más tarde"]


def test_a_mail_that_comes_while_its_thread_is_moved_follows_it(office: Office, thread: None) -> None:
    viewer = office.viewer("jorge")
    answered = uuid.UUID(office.person("jorge").record("Respuesta")["id"])
    late = Thread(target=office.file, args=("ana", letter("Más tarde", thread="t1", minutes=5)))

    with office.database.writing() as session:
        move_thread(session, viewer, answered, "C02", now=NOW)
        late.start()
        late.join(timeout=0.3)
        assert late.is_alive()
    late.join()

    assert standing(office)["C02"] == ["Continuación", "Más tarde", "Pregunta", "Respuesta"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_mail_that_is_being_filed_when_its_thread_moves_goes_along(office: Office, thread: None) -> None:
    with ThreadPoolExecutor(1) as pool:
        with office.database.writing() as session:
            office.begin_filing(session, "ana", letter("Más tarde", thread="t1", minutes=5))
            moving = pool.submit(move, office, "jorge", "Respuesta", "C02", "thread")
            eventually(office.waits_for_a_lock)
        moved = moving.result()

    assert len(moved.get_json()["done"]) == 4
    assert standing(office)["C02"] == ["Continuación", "Más tarde", "Pregunta", "Respuesta"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_move_waits_for_whoever_has_the_record_that_stands_there(office: Office) -> None:
    """Both take records in one order: none has what the other waits for."""
    office.file("ana", letter("A dos", PEDRO, to=("ana@ribera.example", TALLER)))
    jorge, viewer = office.person("jorge"), office.viewer("jorge")
    there, moved = sorted(jorge.get("/api/records")["items"], key=lambda record: str(record["id"]))
    path, wish = f"/api/records/{moved['id']}/move", {"client": there["client"]["code"]}
    with ThreadPoolExecutor(1) as pool:
        with office.database.writing() as session:
            delete_all(session, viewer, [uuid.UUID(there["id"])], now=NOW)
            moving = pool.submit(jorge.call, "POST", path, wish)
            eventually(office.waits_for_a_lock)
            delete_all(session, viewer, [uuid.UUID(moved["id"])], now=NOW)
        answer = moving.result()

    assert answer.status_code == 404


def test_a_mail_alone_says_nothing_of_its_thread(office: Office, thread: None) -> None:
    move(office, "jorge", "Respuesta", "C02")

    office.file("ana", letter("Más tarde", thread="t1", minutes=5))

    assert standing(office)["C02"] == ["Respuesta"]
    assert "Más tarde" in standing(office)["C01"]


def test_undo_puts_a_thread_back_and_takes_the_word_back(office: Office, thread: None) -> None:
    jorge = office.person("jorge")
    before = {item["id"]: item for item in jorge.get("/api/records")["items"]}
    answer = move(office, "jorge", "Respuesta", "C02", "thread")

    undone = undo(office, "jorge", answer)

    assert (undone.status_code, len(undone.get_json()["done"])) == (200, 3)
    after = {item["id"]: item for item in jorge.get("/api/records")["items"]}
    assert {i: item | {"version": 0} for i, item in after.items()} == {
        i: item | {"version": 0} for i, item in before.items()
    }
    office.file("ana", letter("Más tarde", thread="t1", minutes=5))
    office.file("ana", letter("Pregunta", thread="t1"))
    assert standing(office)["C02"] == []
    assert "Más tarde" in standing(office)["C01"]


def test_undo_gives_an_earlier_word_back(office: Office, thread: None) -> None:
    move(office, "jorge", "Respuesta", "C02", "thread")
    undo(office, "jorge", move(office, "jorge", "Respuesta", "C03", "thread"))

    office.file("ana", letter("Más tarde", thread="t1", minutes=5))

    assert "Más tarde" in standing(office)["C02"]
    assert standing(office)["C03"] == []


def test_undo_leaves_what_was_changed_since(office: Office, thread: None) -> None:
    answer = move(office, "jorge", "Respuesta", "C02", "thread")
    move(office, "ana", "Pregunta", "C03")

    undone = undo(office, "jorge", answer).get_json()

    assert len(undone["done"]) == 2
    assert [each["code"] for each in undone["refused"]] == ["edit_conflict"]
    assert standing(office) == {
        "C01": ["Continuación", "Otra cosa", "Respuesta"],
        "C02": [],
        "C03": ["Pregunta"],
    }


def test_a_mail_does_not_move_to_where_it_stands(office: Office) -> None:
    """A mail to two clients is one record in the register of each; so is one that never left."""
    office.file("ana", letter("A dos", PEDRO, to=("ana@ribera.example", TALLER)))
    jorge = office.person("jorge")
    (in_c01,) = jorge.get("/api/records?client=C01")["items"]
    path = f"/api/records/{in_c01['id']}/move"

    for client in ("C02", "C01"):
        answer = jorge.call("POST", path, {"client": client})
        assert (answer.status_code, answer.get_json()["code"]) == (409, "already_there")
    assert standing(office) == {"C01": ["A dos"], "C02": ["A dos"], "C03": []}


def test_a_mail_that_was_deleted_there_moves_all_the_same(office: Office) -> None:
    office.file("ana", letter("A dos", PEDRO, to=("ana@ribera.example", TALLER)))
    jorge = office.person("jorge")
    (in_c01,) = jorge.get("/api/records?client=C01")["items"]
    (in_c02,) = jorge.get("/api/records?client=C02")["items"]
    jorge.delete(in_c02)

    answer = jorge.call("POST", f"/api/records/{in_c01['id']}/move", {"client": "C02"})

    assert answer.get_json()["record"]["id"] == in_c01["id"]
    office.file("ana", letter("A dos", PEDRO, to=("ana@ribera.example", TALLER)))
    assert standing(office) == {"C01": [], "C02": ["A dos"], "C03": []}
    assert len(undo(office, "jorge", answer).get_json()["done"]) == 2
    assert standing(office) == {"C01": ["A dos"], "C02": [], "C03": []}
    assert jorge.post(f"/api/records/{in_c02['id']}/restore")["client"]["code"] == "C02"


def test_what_made_room_is_found_where_it_stands(office: Office) -> None:
    office.file("ana", letter("A dos", PEDRO, to=("ana@ribera.example", TALLER)))
    jorge = office.person("jorge")
    (in_c01,) = jorge.get("/api/records?client=C01")["items"]
    (in_c02,) = jorge.get("/api/records?client=C02")["items"]
    jorge.delete(in_c02)
    answer = move(office, "jorge", "A dos", "C02")
    jorge.post(f"/api/records/{in_c02['id']}/restore")

    def found() -> list[Any]:
        paths = [f"/api/records/find?q=dos&client={code}" for code in ("C01", "C02")]
        return [record and record["id"] for record in (jorge.get(path)["record"] for path in paths)]

    assert found() == [in_c02["id"], in_c01["id"]]
    jorge.post("/api/records/bulk", {"action": "delete", "ids": [in_c02["id"]]})
    assert found() == [None, in_c01["id"]]
    assert answer.status_code == 200


def test_who_is_seen_in_a_later_copy_of_a_moved_mail_is_found(office: Office) -> None:
    office.file("ana", letter("Modelo 303"))
    move(office, "jorge", "Modelo 303", "C02")

    office.file("luis", letter("Modelo 303", to=("ana@ribera.example", "quintin@fuera.example")))

    found = office.person("jorge").get("/api/records/find?q=quintin&client=C02")["record"]
    assert found["subject"] == "Modelo 303"


def test_of_two_that_traded_places_neither_goes_back_alone(office: Office) -> None:
    office.file("ana", letter("A dos", PEDRO, to=("ana@ribera.example", TALLER)))
    jorge = office.person("jorge")
    (in_c01,) = jorge.get("/api/records?client=C01")["items"]
    (in_c02,) = jorge.get("/api/records?client=C02")["items"]
    jorge.delete(in_c02)
    answer = jorge.call("POST", f"/api/records/{in_c01['id']}/move", {"client": "C02"})
    jorge.post(f"/api/records/{in_c02['id']}/restore")

    assert undo(office, "jorge", answer).status_code == 409
    assert standing(office) == {"C01": ["A dos"], "C02": ["A dos"], "C03": []}


@pytest.mark.parametrize("who", ["jorge", "ana"])
def test_what_is_private_moves_only_by_its_owner(who: str, office: Office) -> None:
    office.file("marta", letter("Confidencial"))
    record = office.person("marta").record("Confidencial")
    path = f"/api/records/{record['id']}/move"

    refused = office.person(who).call("POST", path, {"client": "C02", "scope": "thread"})

    assert (refused.status_code, refused.get_json()["code"]) == (403, "permission_needed")
    assert office.person("marta").post(path, {"client": "C02"})["record"]["client"]["code"] == "C02"


def test_a_thread_moves_without_the_mails_that_are_somebody_elses(office: Office, thread: None) -> None:
    office.file("marta", letter("En privado", answers="respuesta", minutes=3))

    answer = move(office, "jorge", "Respuesta", "C02", "thread").get_json()

    assert (len(answer["done"]), answer["refused"]) == (3, [])
    assert office.person("marta").subjects("C01") == ["En privado", "Otra cosa"]


def test_to_a_client_that_is_denied_nothing_moves_and_history_does_not_name_it(office: Office) -> None:
    office.file("ana", letter("Modelo 303"))
    office.deny("jorge", "C02")

    refused = move(office, "jorge", "Modelo 303", "C02")
    move(office, "ana", "Modelo 303", "C02")
    move(office, "ana", "Modelo 303", "C03")

    assert refused.status_code == 404
    record = office.person("jorge").record("Modelo 303")
    history = office.person("jorge").get(f"/api/records/{record['id']}/history")["items"]
    named = [[client and client["code"] for client in each["changes"]["client"]] for each in history]
    assert named == [["C01", None], [None, "C03"]]


def test_a_move_is_not_undone_towards_a_client_that_is_denied(office: Office) -> None:
    office.file("ana", letter("Modelo 303"), letter("Modelo 111", TALLER))
    jorge = office.person("jorge")
    ids = {subject: jorge.record(subject)["id"] for subject in ("Modelo 303", "Modelo 111")}
    both = jorge.post("/api/records/bulk", {"ids": list(ids.values()), "action": "move", "client": "C03"})
    office.deny("jorge", "C01")

    answer = jorge.post(f"/api/batches/{both['batch']}/undo")

    assert answer["done"] == [ids["Modelo 111"]]
    assert answer["refused"] == [{"id": ids["Modelo 303"], "code": "not_found"}]
    assert standing(office) == {"C01": [], "C02": ["Modelo 111"], "C03": ["Modelo 303"]}


def test_many_records_move_at_once(office: Office, thread: None) -> None:
    jorge = office.person("jorge")
    ids = [jorge.record(subject)["id"] for subject in ("Pregunta", "Otra cosa")]

    done = jorge.post("/api/records/bulk", {"ids": ids, "action": "move", "client": "C03"})

    assert (done["done"], standing(office)["C03"]) == (ids, ["Otra cosa", "Pregunta"])
    jorge.post(f"/api/batches/{done['batch']}/undo")
    assert standing(office)["C03"] == []
