"""The fixed types, and the reasons and areas of the firm (S20 to S27)."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask_migrate import upgrade
from sqlalchemy import select, text

from server import create_app
from server.cli.database import MIGRATIONS
from server.records.catalog import remove_choice
from server.records.edits import edit_record
from server.records.models import Area
from simulator import Simulator
from tests.firm import NOW
from tests.live import settings_for
from tests.office import Caller, Office, letter
from tests.waiting import eventually

pytestmark = pytest.mark.integration
LISTS = pytest.mark.parametrize("name", ["reason", "area"])
TYPES = ["email", "call", "visit", "videocall", "letter", "messaging", "portal", "other"]


def test_the_types_are_fixed_and_a_new_firm_has_no_reason_and_no_area(office: Office) -> None:
    assert office.person("ana").get("/api/catalog") == {"types": TYPES, "reasons": [], "areas": []}


def test_nobody_changes_the_types_not_even_an_administrator(office: Office) -> None:
    ana = office.person("ana")

    doors = {
        (method, rule.rule)
        for rule in office.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if "catalog" in rule.rule or "type" in rule.rule
    }
    refused = [
        ana.call(method, "/api/catalog", {"types": []}) for method in ("POST", "PUT", "PATCH", "DELETE")
    ]

    assert doors == {("GET", "/api/catalog")}
    assert {answer.status_code for answer in refused} == {405}
    assert ana.get("/api/catalog")["types"] == TYPES


@pytest.fixture
def bitacora(office: Office, database_url: str, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """A command of the operator: its exit code and what it said."""
    environment = {**os.environ, **office.simulator.settings()}
    environment |= {"BITACORA_DATABASE_URL": database_url, "BITACORA_DATA_DIR": str(tmp_path / "data")}

    def run(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "server.cli", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def add(office: Office, name: str, *names: str) -> list[int]:
    return [office.person("ana").post(f"/api/admin/{name}s", {"name": each})["id"] for each in names]


def listed(office: Office, name: str) -> list[tuple[str, bool, int]]:
    """Name, whether it is offered, and how many records have it."""
    items = office.person("ana").get(f"/api/admin/{name}s")["items"]
    return [(item["name"], item["active"], item["records"]) for item in items]


def ask(office: Office, method: str, path: str, body: Any = None) -> tuple[int, Mapping[str, Any]]:
    answer = office.person("ana").call(method, path, body)
    return answer.status_code, answer.get_json()


def give(person: Caller, subject: str, **values: int | None) -> None:
    answer = person.patch(person.record(subject), values)
    assert answer.status_code == 200, answer.get_json()


def test_the_firm_adds_reasons_and_areas_and_records_take_them(
    office: Office, bitacora: Callable[..., tuple[int, str]]
) -> None:
    names = ["--reason", "Consulta", "--reason", "Queja", "--area", "Fiscal"]

    for _ in range(2):
        assert bitacora("catalog", "add", *names)[0] == 0

    jorge = office.person("jorge")
    catalog = jorge.get("/api/catalog")
    assert [reason["name"] for reason in catalog["reasons"]] == ["Consulta", "Queja"]
    assert [area["name"] for area in catalog["areas"]] == ["Fiscal"]
    wish = {"client": "C01", "subject": "Visita", "type": "visit"}
    chosen = {"reason": catalog["reasons"][1]["id"], "area": catalog["areas"][0]["id"]}
    record = jorge.post("/api/records", wish | chosen)
    assert (record["reason"]["name"], record["area"]["name"]) == ("Queja", "Fiscal")


@LISTS
def test_an_administrator_adds_renames_and_deletes(office: Office, name: str) -> None:
    zeta, alfa = add(office, name, "  Zeta ", "Álfa")

    renamed = ask(office, "PATCH", f"/api/admin/{name}s/{zeta}", {"name": "Beta"})
    assert renamed == (200, {"id": zeta, "name": "Beta", "active": True, "records": 0})
    assert listed(office, name) == [("Álfa", True, 0), ("Beta", True, 0)]

    assert ask(office, "DELETE", f"/api/admin/{name}s/{alfa}") == (200, {"deleted": True})
    assert [each["name"] for each in office.person("jorge").get("/api/catalog")[f"{name}s"]] == ["Beta"]


@LISTS
def test_a_new_name_shows_on_old_records_at_once_and_their_history_keeps_the_old_one(
    office: Office, name: str
) -> None:
    office.file("ana", letter("Nómina"))
    [choice] = add(office, name, "Laboral")
    jorge = office.person("jorge")
    give(jorge, "Nómina", **{name: choice})

    ask(office, "PATCH", f"/api/admin/{name}s/{choice}", {"name": "Personal"})

    record = jorge.record("Nómina")
    assert record[name] == {"id": choice, "name": "Personal", "active": True}
    [change] = jorge.get(f"/api/records/{record['id']}/history")["items"]
    assert change["changes"] == {name: [None, "Laboral"]}


@LISTS
def test_one_that_records_have_is_retired_and_brought_back(office: Office, name: str) -> None:
    office.file("ana", letter("Nómina"))
    [choice] = add(office, name, "Laboral")
    jorge = office.person("jorge")
    give(jorge, "Nómina", **{name: choice})

    for _ in range(2):
        assert ask(office, "DELETE", f"/api/admin/{name}s/{choice}") == (200, {"deleted": False})

    assert listed(office, name) == [("Laboral", False, 1)]
    assert jorge.record("Nómina")[name] == {"id": choice, "name": "Laboral", "active": False}
    new = {"client": "C01", "subject": "Otra", name: choice}
    assert jorge.call("POST", "/api/records", new).status_code == 422

    for _ in range(2):
        assert ask(office, "POST", f"/api/admin/{name}s/{choice}/restore")[0] == 200
    assert jorge.post("/api/records", new)[name]["name"] == "Laboral"


@LISTS
def test_one_of_a_deleted_record_is_retired_and_comes_back_with_it(office: Office, name: str) -> None:
    office.file("ana", letter("Nómina"))
    [choice] = add(office, name, "Laboral")
    jorge = office.person("jorge")
    give(jorge, "Nómina", **{name: choice})
    record = jorge.record("Nómina")
    jorge.delete(record)

    assert ask(office, "DELETE", f"/api/admin/{name}s/{choice}") == (200, {"deleted": False})

    assert jorge.post(f"/api/records/{record['id']}/restore")[name]["name"] == "Laboral"


@LISTS
def test_one_that_an_undo_would_give_back_is_retired(office: Office, name: str) -> None:
    office.file("ana", letter("Nómina"), letter("Factura"))
    [choice] = add(office, name, "Laboral")
    jorge = office.person("jorge")
    for subject in ("Nómina", "Factura"):
        give(jorge, subject, **{name: choice})
    ids = [jorge.record(subject)["id"] for subject in ("Nómina", "Factura")]
    taken = jorge.post("/api/records/bulk", {"ids": ids, "action": "classify", name: None})

    assert ask(office, "DELETE", f"/api/admin/{name}s/{choice}") == (200, {"deleted": False})

    jorge.post(f"/api/batches/{taken['batch']}/undo")
    assert [jorge.record(subject)[name]["name"] for subject in ("Nómina", "Factura")] == ["Laboral"] * 2


@LISTS
def test_who_takes_a_retired_one_away_by_mistake_can_put_it_back(office: Office, name: str) -> None:
    office.file("ana", letter("Nómina"), letter("Factura"))
    old, new = add(office, name, "Laboral", "Fiscal")
    jorge = office.person("jorge")
    give(jorge, "Nómina", **{name: old})
    ask(office, "DELETE", f"/api/admin/{name}s/{old}")

    give(jorge, "Nómina", **{name: new})
    give(jorge, "Nómina", **{name: old})

    assert jorge.record("Nómina")[name]["name"] == "Laboral"
    assert jorge.patch(jorge.record("Factura"), {name: old}).status_code == 422


@LISTS
@pytest.mark.parametrize("wrong", ["", "   ", "\u200b", "x" * 81, "a\u0301" * 81, None])
def test_a_name_that_nobody_could_read_is_refused(office: Office, name: str, wrong: str | None) -> None:
    [choice] = add(office, name, "Laboral")

    for method, path in (("POST", ""), ("PATCH", f"/{choice}")):
        status, refused = ask(office, method, f"/api/admin/{name}s{path}", {"name": wrong})
        assert (status, refused["code"], refused["errors"][0]["field"]) == (422, "invalid_input", "name")
    assert listed(office, name) == [("Laboral", True, 0)]


@LISTS
def test_names_that_differ_in_case_and_accents_alone_are_one(office: Office, name: str) -> None:
    add(office, name, "Gestión laboral")
    [other] = add(office, name, "Fiscal")

    for method, path in (("POST", ""), ("PATCH", f"/{other}")):
        status, refused = ask(office, method, f"/api/admin/{name}s{path}", {"name": "GESTION  LABORAL"})
        assert (status, refused["code"]) == (409, "name_taken")
        assert (refused["name"], refused["active"]) == ("Gestión laboral", True)
    assert ask(office, "PATCH", f"/api/admin/{name}s/{other}", {"name": "FISCAL"})[0] == 200
    assert [each for each, _, _ in listed(office, name)] == ["FISCAL", "Gestión laboral"]


@LISTS
def test_adding_what_is_there_changes_nothing_and_what_is_retired_comes_back(
    office: Office, name: str
) -> None:
    office.file("ana", letter("Nómina"))
    [choice] = add(office, name, "Laboral")
    give(office.person("jorge"), "Nómina", **{name: choice})

    assert add(office, name, "Laboral") == [choice]
    ask(office, "DELETE", f"/api/admin/{name}s/{choice}")
    assert add(office, name, "Laboral") == [choice]

    assert listed(office, name) == [("Laboral", True, 1)]


@LISTS
def test_what_is_not_there_any_more_is_not_found(office: Office, name: str) -> None:
    [choice] = add(office, name, "Laboral")
    path = f"/api/admin/{name}s/{choice}"
    ask(office, "DELETE", path)

    assert [
        ask(office, "DELETE", path)[0],
        ask(office, "PATCH", path, {"name": "Otra"})[0],
        ask(office, "POST", f"{path}/restore")[0],
    ] == [404] * 3


def test_reasons_and_areas_may_share_a_name(office: Office) -> None:
    add(office, "reason", "Fiscal")
    add(office, "area", "Fiscal")

    assert listed(office, "reason") == listed(office, "area") == [("Fiscal", True, 0)]


@LISTS
def test_of_administrators_who_add_one_name_at_once_none_fails(office: Office, name: str) -> None:
    ready = threading.Barrier(4)

    def add_it(_number: int) -> int:
        caller = office.person("ana")
        ready.wait()
        return caller.call("POST", f"/api/admin/{name}s", {"name": "Laboral"}).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(add_it, range(4)))

    assert statuses == [201] * 4
    assert listed(office, name) == [("Laboral", True, 0)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_chooses_one_while_it_is_deleted_waits_and_is_told(office: Office) -> None:
    """SQLite takes one writer at a time; here two meet."""
    office.file("ana", letter("Nómina"))
    [choice] = add(office, "area", "Laboral")
    jorge = office.person("jorge")
    record = jorge.record("Nómina")

    with ThreadPoolExecutor(1) as pool:
        with office.database.writing() as session:
            assert remove_choice(session, Area, choice)
            session.flush()
            answer = pool.submit(jorge.patch, record, {"area": choice})
            eventually(office.waits_for_a_lock)
        refused = answer.result()

    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "area")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_that_is_being_chosen_is_not_deleted(office: Office) -> None:
    office.file("ana", letter("Nómina"))
    [choice] = add(office, "area", "Laboral")
    viewer, record = office.viewer("jorge"), office.records()[0]

    with ThreadPoolExecutor(1) as pool:
        with office.database.writing() as session:
            edit_record(session, viewer, record.id, {"area": choice}, version=record.version, now=NOW)
            answer = pool.submit(ask, office, "DELETE", f"/api/admin/areas/{choice}")
            eventually(office.waits_for_a_lock)
        assert answer.result() == (200, {"deleted": False})

    assert office.person("jorge").record("Nómina")["area"]["name"] == "Laboral"


def test_an_upgrade_tells_names_apart_that_have_become_equal(
    simulator: Simulator, database_url: str, tmp_path: Path
) -> None:
    app = create_app(settings_for(simulator, database_url, tmp_path / "data", port=0))
    database = app.extensions["bitacora"].database
    names = ["Fiscal", "FISCAL", "fiscal (2)", "Gestión", "gestion", "\u0301", "Laboral"]
    with app.app_context():
        upgrade(directory=str(MIGRATIONS), revision="0010")
        with database.writing() as session:
            add = text("INSERT INTO area (id, name, active) VALUES (:id, :name, :active)")
            rows = [{"id": i, "name": name, "active": i != 7} for i, name in enumerate(names, start=1)]
            session.execute(add, rows)
        upgrade(directory=str(MIGRATIONS))

    with database.reading() as session:
        found = [(area.name, area.active) for area in session.scalars(select(Area).order_by(Area.id))]
    database.engine.dispose()

    assert found == [
        ("Fiscal", True),
        ("FISCAL (3)", True),
        ("fiscal (2)", True),
        ("Gestión", True),
        ("gestion (2)", True),
        ("\u0301 (2)", True),
        ("Laboral", False),
    ]


def test_the_command_lists_renames_retires_and_brings_back(
    office: Office, bitacora: Callable[..., tuple[int, str]]
) -> None:
    office.file("ana", letter("Nómina"))
    add(office, "reason", "Consulta")
    [area] = add(office, "area", "Laboral")
    give(office.person("jorge"), "Nómina", area=area)

    assert bitacora("catalog", "rename", "area", "laboral", "Personal") == (
        0,
        "area laboral is now Personal.\n",
    )
    assert "retired" in bitacora("catalog", "retire", "area", "Personal")[1]
    assert "deleted" in bitacora("catalog", "retire", "reason", "Consulta")[1]
    code, said = bitacora("catalog", "list", "--json")
    assert (code, json.loads(said)) == (
        0,
        {"reasons": [], "areas": [{"id": area, "name": "Personal", "active": False, "records": 1}]},
    )
    assert bitacora("catalog", "list")[1].split() == ["area", "1", "Personal", "(retired)"]
    assert bitacora("catalog", "restore", "area", "PERSONAL")[0] == 0
    assert listed(office, "area") == [("Personal", True, 1)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("rename", "area", "Nadie", "Otra"), "there is no area Nadie"),
        (("rename", "area", "Fiscal", "LABORAL"), "Laboral is there already"),
        (("add", "--area", "láboral"), "Laboral is there already"),
        (("add", "--area", " "), "the name is empty"),
    ],
)
def test_a_command_that_makes_no_sense_says_so(
    office: Office, bitacora: Callable[..., tuple[int, str]], words: tuple[str, ...], says: str
) -> None:
    add(office, "area", "Laboral", "Fiscal")

    code, said = bitacora("catalog", *words)

    assert code == 2
    assert says in said


def test_an_area_that_is_no_longer_in_use_stays_on_old_records_and_is_not_given_to_new_ones(
    office: Office,
) -> None:
    with office.database.writing() as session:
        session.add(Area(name="Laboral"))
    office.file("ana", letter("Nómina"))
    jorge = office.person("jorge")
    (area,) = jorge.get("/api/catalog")["areas"]
    jorge.patch(jorge.record("Nómina"), {"area": area["id"]})
    with office.database.writing() as session:
        session.scalars(select(Area)).one().active = False

    wish = {"client": "C01", "subject": "Otra", "area": area["id"]}
    refused = office.person("jorge").call("POST", "/api/records", wish)

    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "area")
    assert jorge.record("Nómina")["area"]["name"] == "Laboral"
