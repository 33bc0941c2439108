"""The fixed types, and the reasons and areas of the firm (S20 to S27)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from server.records.models import Area
from tests.office import Office, letter

pytestmark = pytest.mark.integration
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


def test_the_firm_adds_reasons_and_areas_and_records_take_them(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    environment = {**os.environ, **office.simulator.settings()}
    environment |= {"BITACORA_DATABASE_URL": database_url, "BITACORA_DATA_DIR": str(tmp_path / "data")}
    names = ["--reason", "Consulta", "--reason", "Queja", "--area", "Fiscal"]

    for _ in range(2):
        subprocess.run(
            [sys.executable, "-m", "server.cli", "catalog", "add", *names], env=environment, check=True
        )

    jorge = office.person("jorge")
    catalog = jorge.get("/api/catalog")
    assert [reason["name"] for reason in catalog["reasons"]] == ["Consulta", "Queja"]
    assert [area["name"] for area in catalog["areas"]] == ["Fiscal"]
    wish = {"client": "C01", "subject": "Visita", "type": "visit"}
    chosen = {"reason": catalog["reasons"][1]["id"], "area": catalog["areas"][0]["id"]}
    record = jorge.post("/api/records", wish | chosen)
    assert (record["reason"]["name"], record["area"]["name"]) == ("Queja", "Fiscal")


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
