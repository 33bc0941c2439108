"""The register as a workbook, as people download it: every value is the one that the API gives."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from werkzeug.test import TestResponse

from server import create_app
from server.accounts.models import Account, ClientDenial, Person
from server.accounts.people import recognise
from server.accounts.staff import load_staff
from server.clients.directory import load_directory
from server.clients.models import Client
from server.mail import Message, Participant, Role
from server.records.filing import file_messages
from server.records.models import Area, MessageAttachment, Reason, Record
from server.records.models import Path as By
from server.records.sighting import Sighted, Surroundings
from server.records.workbook.words import WORDS
from simulator import Simulator
from simulator.scenarios.firm import build_firm
from simulator.tenant import CLIENT_ID
from tests.firm import NOW, found_firm
from tests.live import settings_for

pytestmark = pytest.mark.integration
MADRID = ZoneInfo("Europe/Madrid")
SCOPE = f"api://{CLIENT_ID}/access_as_user"
WORDS_ES = WORDS["es"]
HEADINGS = WORDS_ES.headings
HOSTILE = (
    '=HYPERLINK("http://malo.example","Factura")',
    "=cmd|' /C calc'!A0",
    "+34 600 000 000",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "＝1+1",
    "https://malo.example/factura",
    "  con espacios  ",
    "<b>&amp;</b>]]>",
    "_x000D_",
    "_x005F_x000D_x0041_",
    "00123",
    "1E5",
    "24/11/2026",
    "VERDADERO",
    "Reunión 😀 ñ",
)
# What cannot be written as it is: characters that no XML has, and more than a cell holds.
CHANGED = {"timbre \x07 y fin": "timbre \ufffd y fin", "x" * 40_000: "x" * 32_766 + "…"}
# As shown, separated by semicolons, texts quoted, one file for each sheet.
AS_CSV = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true,true,true,false,false,-1"


class Clerk:
    """One person at the API."""

    def __init__(self, client: FlaskClient, simulator: Simulator, name: str) -> None:
        self._client = client
        token = simulator.identity.token_for(f"{name}@ribera.example", CLIENT_ID, SCOPE)["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self._client.get(path, headers={**self._headers, **headers}, buffered=True)

    def records(self, query: str = "") -> list[dict[str, Any]]:
        """All pages of the list."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.get(f"/api/records?limit=200{query}{cursor}").get_json()
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"


@pytest.fixture
def app(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[APIFlask]:
    from server.db import Base

    build_firm(simulator.world)
    app = create_app(settings_for(simulator, database_url, tmp_path / "data", 8000))
    database = app.extensions["bitacora"].database
    Base.metadata.create_all(database.engine)
    yield app
    app.extensions["bitacora"].graph.client.close()
    database.engine.dispose()


@pytest.fixture
def register(app: APIFlask, simulator: Simulator) -> APIFlask:
    """Mails of two clients with hostile subjects; every fourth is in Marta's private mailbox only."""
    subjects = [*HOSTILE, *CHANGED, "Última"]
    with app.extensions["bitacora"].database.writing() as session:
        accounts = found_firm(session)
        marta = simulator.world.user("marta@ribera.example")
        accounts["marta@ribera.example"].owner = recognise(
            session, entra_id=marta.id, name=marta.name, address=marta.address
        )
        around = Surroundings(load_directory(session), load_staff(session))
        for number, subject in enumerate(subjects):
            mailbox = "marta@ribera.example" if number % 4 == 3 else "ana@ribera.example"
            file_messages(session, [_sighted(accounts[mailbox], number, subject)], around)
        reason, area = Reason(name="=1+1"), Area(name="Fiscal")
        session.add_all((reason, area))
        session.flush()
        for number, record in enumerate(session.scalars(select(Record).order_by(Record.occurred_at))):
            record.reason_id = reason.id if number % 2 else None
            record.area_id = area.id if number % 3 else None
            record.notes = f"={number}"
            for position, name in enumerate(("=factura.pdf", "@fotos.zip")[: number % 3]):
                session.add(
                    MessageAttachment(
                        message_id=record.message_id, position=position, name=name, size=1, content_type=""
                    )
                )
    return app


def _sighted(account: Account, number: int, subject: str) -> Sighted:
    customer = "pedro@panaderiauno.example" if number % 5 else "taller@dos.example"
    writer, reader = (
        Participant(Role.FROM, '=HYPERLINK("x")', customer),
        Participant(Role.TO, "", account.address),
    )
    when = datetime(2026, 10, 23, 22, 30, tzinfo=UTC) + timedelta(hours=7 * number, seconds=number)
    message = Message(
        graph_id=f"graph-{number}",
        folder_id="inbox",
        internet_message_id=f"<{number}@clientes.example>",
        subject=subject,
        preview=subject[:255],
        sent_at=when,
        received_at=when,
        participants=(writer, reader, Participant(Role.CC, "Info", "info@ribera.example")),
    )
    return Sighted(account, message, By.NOTIFICATION, NOW)


def sheet_of(answer: TestResponse) -> Worksheet:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return load_workbook(io.BytesIO(answer.data)).worksheets[0]


def rows_of(answer: TestResponse) -> list[dict[str, Any]]:
    headings, *rows = sheet_of(answer).values
    assert headings == HEADINGS
    return [dict(zip(HEADINGS, row, strict=True)) for row in rows]


def expected(record: dict[str, Any]) -> dict[str, Any]:
    """The row that a record of the API must be."""
    moment = datetime.fromisoformat(record["occurred_at"]).astimezone(MADRID).replace(tzinfo=None)
    values = (
        moment.replace(hour=0, minute=0, second=0),
        moment.time(),
        WORDS_ES.types[record["type"]],
        WORDS_ES.directions[record["direction"]],
        record["client"]["code"],
        record["client"]["name"],
        record["person"]["name"],
        record["subject"],
        "; ".join(map(named, record["participants"])),
        record["reason"]["name"] if record["reason"] else None,
        record["area"]["name"] if record["area"] else None,
        WORDS_ES.initiators[record["initiated_by"]],
        "; ".join(file["name"] for file in record["attachments"]),
        None,
        record["notes"],
        "; ".join(holder["address"] for holder in record["holders"]),
        "Sí" if record["automatic"] else "No",
    )
    return dict(zip(HEADINGS, (value or None for value in values), strict=True))


def named(participant: dict[str, Any]) -> str:
    name, address = participant["name"], participant["address"]
    return f"{WORDS_ES.roles[participant['role']]}: {f'{name} <{address}>' if name else address}"


def as_read(row: dict[str, Any]) -> dict[str, Any]:
    """openpyxl leaves the escapes of inline strings as they are; spreadsheet programs resolve them."""
    return {
        key: value.replace("_x005F_", "_") if isinstance(value, str) else value for key, value in row.items()
    }


@pytest.mark.parametrize("name", ["jorge", "marta"])
def test_every_value_is_the_one_of_the_api(name: str, register: APIFlask, simulator: Simulator) -> None:
    clerk = Clerk(register.test_client(), simulator, name)
    records = clerk.records()

    answer = clerk.get("/api/records.xlsx")

    rows = [as_read(row) for row in rows_of(answer)]
    wanted = [expected(record) for record in records]
    for row in wanted:
        row["Asunto"] = CHANGED.get(row["Asunto"], row["Asunto"])
    assert len(rows) == len(HOSTILE) + len(CHANGED) + 1
    assert rows == wanted
    assert answer.headers["X-Total-Rows"] == str(len(rows))
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert any(record["restricted"] for record in records) is (name == "jorge")


def test_nothing_that_a_mail_says_is_a_formula_or_a_link(register: APIFlask, simulator: Simulator) -> None:
    sheet = sheet_of(Clerk(register.test_client(), simulator, "marta").get("/api/records.xlsx"))

    texts = [cell for row in sheet.iter_rows(min_row=2, min_col=3) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in texts} == {"s"}
    assert not any(cell.hyperlink for cell in texts)
    begun = [cell for cell in texts if cell.value.startswith(tuple("=+-@\t＝"))]
    assert len(begun) > len(HOSTILE)
    assert all(cell.quotePrefix for cell in begun)


def test_a_workbook_is_ready_to_be_worked_with(register: APIFlask, simulator: Simulator) -> None:
    answer = Clerk(register.test_client(), simulator, "marta").get("/api/records.xlsx")
    sheet = sheet_of(answer)

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:Q{sheet.max_row}"
    assert sheet["A2"].is_date
    assert sheet["B2"].is_date
    assert len(load_workbook(io.BytesIO(answer.data)).worksheets[1]._charts) == 2


def test_the_register_of_a_client_is_theirs_alone_and_a_filter_narrows(
    register: APIFlask, simulator: Simulator
) -> None:
    clerk = Clerk(register.test_client(), simulator, "jorge")

    of_client = clerk.get("/api/clients/C02/records.xlsx")
    filtered = clerk.get("/api/records.xlsx?client=C02&reason=1&since=2026-10-24T00:00:00Z")

    assert [as_read(row) for row in rows_of(of_client)] == [
        expected(record) for record in clerk.records("&client=C02")
    ]
    wanted = [expected(r) for r in clerk.records("&client=C02&reason=1&since=2026-10-24T00:00:00Z")]
    assert 0 < len(wanted) < len(rows_of(of_client))
    assert [as_read(row) for row in rows_of(filtered)] == wanted
    disposition = of_client.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=bitacora-C02-")


def test_the_language_is_the_one_that_was_asked_for(register: APIFlask, simulator: Simulator) -> None:
    clerk = Clerk(register.test_client(), simulator, "jorge")

    english = clerk.get("/api/records.xlsx", **{"Accept-Language": "en-GB,en;q=0.9"})
    french = clerk.get("/api/records.xlsx", **{"Accept-Language": "fr"})

    assert sheet_of(english)["A1"].value == "Date"
    assert english.headers["Content-Language"] == "en"
    assert sheet_of(french)["A1"].value == "Fecha"


def test_a_denied_client_has_no_workbook_and_no_rows(register: APIFlask, simulator: Simulator) -> None:
    clerk = Clerk(register.test_client(), simulator, "jorge")
    clerk.get("/api/me")
    with register.extensions["bitacora"].database.writing() as session:
        person = session.scalars(select(Person).where(Person.address == "jorge@ribera.example")).one()
        denied = session.scalars(select(Client.id).where(Client.code == "C02")).one()
        session.add(ClientDenial(person_id=person.id, client_id=denied))

    refused = clerk.get("/api/clients/C02/records.xlsx")
    others = rows_of(clerk.get("/api/records.xlsx"))

    assert (refused.status_code, refused.get_json()["code"]) == (404, "not_found")
    assert clerk.get("/api/clients/C99/records.xlsx").status_code == 404
    assert {row["Código"] for row in others} == {"C01"}


def test_a_large_workbook_is_on_its_way_before_it_is_finished(
    register: APIFlask, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.records.workbook.stream.PAGE", 4)
    monkeypatch.setattr("server.web.workbook_api.PAGE", 4)
    clerk = Clerk(register.test_client(), simulator, "marta")

    answer = clerk.get("/api/records.xlsx")

    assert as_read(rows_of(answer)[0]) == expected(clerk.records()[0])
    assert len(rows_of(answer)) == int(answer.headers["X-Total-Rows"]) == len(HOSTILE) + len(CHANGED) + 1
    assert "Content-Length" not in answer.headers
    assert int(answer.headers["X-Expected-Bytes"]) > 0


def test_no_transaction_stays_open_while_a_workbook_is_fetched(
    register: APIFlask, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.records.workbook.stream.PAGE", 4)
    monkeypatch.setattr("server.web.workbook_api.PAGE", 4)
    engine = register.extensions["bitacora"].database.engine
    lent: set[int] = set()
    with register.test_client() as client:
        clerk = Clerk(client, simulator, "marta")
        answer = client.get("/api/records.xlsx", headers=clerk._headers)
        for _ in answer.response:
            lent.add(engine.pool.checkedout())
        answer.close()

    assert lent == {0}


def test_more_records_than_a_sheet_holds_are_refused(
    register: APIFlask, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.web.workbook_api.MOST_RECORDS", 3)
    answer = Clerk(register.test_client(), simulator, "marta").get("/api/records.xlsx")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "too_many_records")


def test_the_command_writes_the_register_of_a_client_without_private_content(
    register: APIFlask, simulator: Simulator, database_url: str, tmp_path: Path
) -> None:
    file, environment = tmp_path / "C01.xlsx", {**os.environ, **simulator.settings()}
    environment |= {"BITACORA_DATABASE_URL": database_url, "BITACORA_DATA_DIR": str(tmp_path / "data")}

    def export(code: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "server.cli", "records", "export", "--client", code]
        return subprocess.run(
            [*command, "-o", str(file), "--json"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    unknown, done = export("C99"), export("C01")

    assert (unknown.returncode, "no client C99" in unknown.stderr) == (2, True)
    assert done.returncode == 0, done.stderr
    colleague = Clerk(register.test_client(), simulator, "jorge").records("&client=C01")
    assert json.loads(done.stdout) == {
        "client": "C01",
        "file": str(file),
        "records": len(colleague),
        "restricted": sum(record["restricted"] for record in colleague),
        "bytes": file.stat().st_size,
    }
    headings, *rows = load_workbook(file).worksheets[0].values
    assert [len(rows), headings] == [len(colleague), HEADINGS]
    without = [record["restricted"] for record in colleague]
    assert [row[HEADINGS.index("Asunto")] is None for row in rows] == without
    assert [path.name for path in tmp_path.glob(".C01*")] == []


def test_libreoffice_shows_the_same_values(register: APIFlask, simulator: Simulator, tmp_path: Path) -> None:
    clerk = Clerk(register.test_client(), simulator, "marta")
    answer = clerk.get("/api/records.xlsx")
    (tmp_path / "book.xlsx").write_bytes(answer.data)

    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless"),
            *("--convert-to", AS_CSV, "--outdir", str(tmp_path), str(tmp_path / "book.xlsx")),
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )

    with (tmp_path / "book-Comunicaciones.csv").open(newline="") as file:
        headings, *rows = csv.reader(file, delimiter=";")
    assert tuple(headings) == HEADINGS
    wanted = [expected(record) for record in clerk.records()]
    for row in wanted:
        row["Asunto"] = CHANGED.get(row["Asunto"], row["Asunto"])
        row["Fecha"], row["Hora"] = f"{row['Fecha']:%d/%m/%Y}", f"{row['Hora']:%H:%M}"
    assert rows == [[value or "" for value in row.values()] for row in wanted]
    with (tmp_path / "book-Resumen.csv").open(newline="") as file:
        summary = [row[:2] for row in csv.reader(file, delimiter=";")]
    assert ["Comunicaciones", str(len(rows))] in summary
    assert ["=1+1", str(sum(row[HEADINGS.index("Motivo")] == "=1+1" for row in rows))] in summary
