"""Several records at once, and the undo that puts back exactly what was changed."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from server.records.changes import Change, Deed, EditConflict, change_all
from server.records.models import Action, Area, Reason, Record
from tests.firm import NOW
from tests.office import TALLER, Office, letter

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("findable")]
DENIED_OR_UNKNOWN = str(uuid.uuid4())


@pytest.fixture
def reason(office: Office) -> int:
    with office.database.writing() as session:
        session.add_all([Reason(name="Impuestos"), Area(name="Fiscal")])
        session.flush()
        return 1


@pytest.fixture
def four(office: Office) -> dict[str, str]:
    """Two mails of Ana's public account, one of Marta's private one, and a visit that Luis noted down."""
    office.file("ana", letter("Uno"), letter("Dos", TALLER))
    office.file("marta", letter("Privado"))
    office.person("luis").post("/api/records", {"client": "C01", "subject": "Visita"})
    listed = office.person("marta").get("/api/records")["items"]
    return {item["subject"]: item["id"] for item in listed}


def bulk(office: Office, who: str, ids: Any, **wish: Any) -> Any:
    return office.person(who).post("/api/records/bulk", {"ids": list(ids), **wish})


def undo(office: Office, who: str, batch: str) -> Any:
    return office.person(who).call("POST", f"/api/batches/{batch}/undo")


def shown(office: Office, who: str, subject: str) -> Any:
    return office.person(who).record(subject)


def test_each_record_is_done_or_refused_by_itself(office: Office, four: dict[str, str], reason: int) -> None:
    done = bulk(office, "jorge", [*four.values(), DENIED_OR_UNKNOWN], action="classify", reason=reason)

    assert set(done["done"]) == {four["Uno"], four["Dos"]}
    assert {each["id"]: each["code"] for each in done["refused"]} == {
        four["Privado"]: "permission_needed",
        four["Visita"]: "not_the_author",
        DENIED_OR_UNKNOWN: "not_found",
    }
    assert [shown(office, "jorge", s)["reason"]["name"] for s in ("Uno", "Dos")] == ["Impuestos"] * 2


def test_a_field_that_is_left_out_stays(office: Office, four: dict[str, str], reason: int) -> None:
    bulk(office, "jorge", [four["Uno"]], action="classify", reason=reason, area=1)
    bulk(office, "jorge", [four["Uno"]], action="classify", reason=None)

    assert (shown(office, "jorge", "Uno")["reason"], shown(office, "jorge", "Uno")["area"]["name"]) == (
        None,
        "Fiscal",
    )


def test_what_was_classified_is_put_back(office: Office, four: dict[str, str], reason: int) -> None:
    bulk(office, "jorge", [four["Uno"]], action="classify", reason=reason)
    before = {subject: shown(office, "jorge", subject) for subject in ("Uno", "Dos")}
    done = bulk(office, "jorge", [four["Uno"], four["Dos"]], action="classify", reason=None, area=1)

    answer = undo(office, "jorge", done["batch"])

    assert set(answer.get_json()["done"]) == {four["Uno"], four["Dos"]}
    for subject, record in before.items():
        after = shown(office, "jorge", subject)
        assert after | {"version": 0} == record | {"version": 0}


@pytest.mark.parametrize(("act", "subjects"), [("delete", []), ("restore", ["Dos", "Uno"])])
def test_what_was_deleted_or_restored_is_put_back(
    act: str, subjects: list[str], office: Office, four: dict[str, str]
) -> None:
    ids = [four["Uno"], four["Dos"]]

    def standing() -> list[str]:
        items = office.person("jorge").get("/api/records")["items"]
        return sorted(item["subject"] for item in items if item["id"] in ids)

    deleted = bulk(office, "jorge", ids, action="delete")
    if act == "restore":
        deleted = bulk(office, "jorge", ids, action="restore")
    assert (sorted(deleted["done"]), standing()) == (sorted(ids), subjects)

    undo(office, "jorge", deleted["batch"])

    assert standing() == ([] if act == "restore" else ["Dos", "Uno"])


def test_what_somebody_changed_since_is_left_alone(office: Office, four: dict[str, str], reason: int) -> None:
    done = bulk(office, "jorge", [four["Uno"], four["Dos"]], action="classify", reason=reason)
    office.person("ana").patch(shown(office, "ana", "Uno"), {"area": 1})

    answer = undo(office, "jorge", done["batch"]).get_json()

    assert answer["done"] == [four["Dos"]]
    assert answer["refused"] == [{"id": four["Uno"], "code": "edit_conflict"}]
    assert shown(office, "jorge", "Uno")["area"]["name"] == "Fiscal"


def test_where_nothing_can_be_put_back_it_says_so(office: Office, four: dict[str, str], reason: int) -> None:
    done = bulk(office, "jorge", [four["Uno"]], action="classify", reason=reason)
    office.person("ana").patch(shown(office, "ana", "Uno"), {"area": 1})

    answer = undo(office, "jorge", done["batch"])

    assert (answer.status_code, answer.get_json()["code"]) == (409, "edit_conflict")


def test_a_batch_is_undone_once(office: Office, four: dict[str, str]) -> None:
    done = bulk(office, "jorge", [four["Uno"]], action="delete")
    undo(office, "jorge", done["batch"])

    answer = undo(office, "jorge", done["batch"])

    assert (answer.status_code, answer.get_json()["code"]) == (409, "already_undone")


def test_a_batch_is_undone_by_its_person_or_an_administrator(office: Office, four: dict[str, str]) -> None:
    done = bulk(office, "jorge", [four["Uno"]], action="delete")

    assert undo(office, "marta", done["batch"]).status_code == 404
    assert undo(office, "ana", done["batch"]).status_code == 200


def test_an_administrator_does_not_undo_what_is_private(office: Office, four: dict[str, str]) -> None:
    done = bulk(office, "marta", [four["Privado"]], action="delete")

    assert undo(office, "ana", done["batch"]).status_code == 409
    assert undo(office, "marta", done["batch"]).status_code == 200


def test_a_client_that_was_denied_meanwhile_is_not_touched(office: Office, four: dict[str, str]) -> None:
    done = bulk(office, "jorge", [four["Uno"]], action="delete")
    office.deny("jorge", "C01")

    assert undo(office, "jorge", done["batch"]).status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "classify"},
        {"action": "classify", "reason": 999},
        {"action": "move"},
        {"action": "publish"},
        {"action": "delete", "ids": []},
        {"action": "delete", "ids": [str(uuid.uuid4()) for _ in range(501)]},
    ],
)
def test_a_wish_that_makes_no_sense_changes_nothing(
    wrong: dict[str, Any], office: Office, four: dict[str, str]
) -> None:
    answer = office.person("jorge").call("POST", "/api/records/bulk", {"ids": [four["Uno"]], **wrong})

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")
    assert shown(office, "jorge", "Uno")["version"] == 1


def test_of_many_none_is_written_over_what_somebody_changed_meanwhile(
    office: Office, four: dict[str, str]
) -> None:
    deed = Deed(office.viewer("jorge").person_id, NOW)

    with Session(office.database.engine) as session:
        records = list(session.scalars(select(Record)))
        session.execute(
            update(Record).where(Record.id == records[1].id).values(version=9),
            execution_options={"synchronize_session": False},
        )
        changes = [Change(each, Action.EDITED, {"subject": "Mío"}, {}) for each in records]
        with pytest.raises(EditConflict):
            change_all(session, changes, deed)


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """What the database is told to do."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(office.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(office.database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "wish",
    [
        {"action": "move", "client": "C03"},
        {"action": "delete"},
        {"action": "classify", "reason": 1, "area": 1},
    ],
    ids=lambda wish: wish["action"],
)
def test_many_records_take_no_more_statements_than_few(
    wish: dict[str, Any], office: Office, reason: int
) -> None:
    """Deleted records of some of the mails stand where the mails go, and trade places with them."""
    to_two = ("ana@ribera.example", "trafico@tres.example")
    mails = [letter(f"Carta {n}", to=to_two if n % 3 else to_two[:1], minutes=n) for n in range(60)]
    office.file("ana", *mails)
    jorge = office.person("jorge")
    jorge.post("/api/records/bulk", {"action": "delete", "ids": ids_in(office, "C03")})
    ids = ids_in(office, "C01")
    taken: list[tuple[int, int]] = []

    for some in (ids[:6], ids[6:]):
        with counted(office) as doing:
            done = jorge.post("/api/records/bulk", {**wish, "ids": some})
        assert (len(done["done"]), done["refused"]) == (len(some), [])
        with counted(office) as undoing:
            jorge.post(f"/api/batches/{done['batch']}/undo")
        taken.append((len(doing), len(undoing)))

    assert taken[0] == taken[1]
    assert ids_in(office, "C01") == ids


def ids_in(office: Office, client: str) -> list[str]:
    return [each["id"] for each in office.person("jorge").get(f"/api/records?client={client}")["items"]]
