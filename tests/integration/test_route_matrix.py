"""Every route, for everybody: who gets what. A new route without its line here fails."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from server import create_app
from server.accounts.models import Account, ClientDenial, Person, Visibility
from server.accounts.people import recognise
from server.accounts.staff import load_staff
from server.accounts.viewer import Viewer
from server.clients.directory import load_directory
from server.clients.models import Client
from server.mail import Message as Mail
from server.mail import Participant, Role
from server.records.batches import delete_all
from server.records.filing import file_messages
from server.records.models import Area, Batch, Message, Reason, Record
from server.records.models import Path as By
from server.records.sighting import Sighted, Surroundings
from simulator import Simulator
from simulator.scenarios.firm import build_firm
from simulator.tenant import CLIENT_ID
from tests.firm import NOW, found_firm
from tests.live import settings_for

pytestmark = pytest.mark.integration
Ids = dict[str, uuid.UUID | int]
SCOPE = f"api://{CLIENT_ID}/access_as_user"
PRIVATE, PUBLIC = "<private@panaderiauno.example>", "<public@panaderiauno.example>"
# More mails of the private account, one for each thing that changes what the others look at.
DOOMED, MOVED, DELETED, UNDONE = (
    f"<{name}@panaderiauno.example>" for name in ("doomed", "moved", "deleted", "undone")
)
ASKED, DISMISSED = (f"<{name}@grupo23.example>" for name in ("asked", "dismissed"))
OWNERS = {"nobody": 401, "stranger": 401, "jorge": 403, "marta": 200, "ana": 403}
HIDDEN = {**OWNERS, "jorge": 404, "ana": 404}
ROLES = ("nobody", "stranger", "jorge", "marta", "ana")
SIGNED_IN = {"nobody": 401, "stranger": 401, "jorge": 200, "marta": 200, "ana": 200}
EVERYBODY = dict.fromkeys(ROLES, 200)
ADMINISTRATORS = {"nobody": 401, "stranger": 401, "jorge": 403, "marta": 403, "ana": 200}

# Each route (method, path with an example) and the status for each role. Marta owns the private account,
# Jorge is a colleague, Ana the administrator, who sees no more than a colleague by that.
MATRIX: dict[tuple[str, str], tuple[str, dict[str, int]]] = {
    ("GET", "/api/me"): ("/api/me", SIGNED_IN),
    ("GET", "/api/me/abilities"): ("/api/me/abilities", SIGNED_IN),
    ("GET", "/api/catalog"): ("/api/catalog", SIGNED_IN),
    ("GET", "/api/clients"): ("/api/clients?q=uno", SIGNED_IN),
    ("GET", "/api/clients/<code>"): ("/api/clients/C01", SIGNED_IN),
    ("GET", "/api/records"): ("/api/records", SIGNED_IN),
    ("GET", "/api/records/around"): ("/api/records/around?id={private}", SIGNED_IN),
    ("GET", "/api/records/count"): ("/api/records/count", SIGNED_IN),
    ("GET", "/api/records/find"): ("/api/records/find?q=canario", SIGNED_IN),
    ("GET", "/api/records/<uuid:record_id>/thread"): ("/api/records/{private}/thread", SIGNED_IN),
    ("GET", "/api/persons"): ("/api/persons", SIGNED_IN),
    ("GET", "/api/clients/<code>/people"): ("/api/clients/C01/people", SIGNED_IN),
    ("GET", "/api/unassigned"): ("/api/unassigned", SIGNED_IN),
    ("GET", "/api/records.xlsx"): ("/api/records.xlsx", SIGNED_IN),
    ("GET", "/api/clients/<code>/records.xlsx"): ("/api/clients/C01/records.xlsx", SIGNED_IN),
    ("GET", "/api/records/<uuid:record_id>"): ("/api/records/{private}", SIGNED_IN),
    ("PATCH", "/api/records/<uuid:record_id>"): (
        "/api/records/{private}",
        OWNERS,
    ),
    ("DELETE", "/api/records/<uuid:record_id>"): ("/api/records/{doomed}", {**OWNERS, "marta": 204}),
    ("POST", "/api/records/<uuid:record_id>/restore"): ("/api/records/{deleted}/restore", OWNERS),
    ("POST", "/api/records/<uuid:record_id>/move"): ("/api/records/{moved}/move", OWNERS),
    # Each record is done or refused by itself.
    ("POST", "/api/records/bulk"): ("/api/records/bulk", SIGNED_IN),
    ("POST", "/api/batches/<uuid:batch_id>/undo"): ("/api/batches/{batch}/undo", {**HIDDEN, "ana": 409}),
    ("POST", "/api/unassigned/<int:message_id>/assign"): ("/api/unassigned/{asked}/assign", HIDDEN),
    ("POST", "/api/unassigned/<int:message_id>/dismiss"): ("/api/unassigned/{dismissed}/dismiss", HIDDEN),
    ("POST", "/api/clients/<code>/addresses"): (
        "/api/clients/C01/addresses",
        {**SIGNED_IN, "jorge": 201, "marta": 201, "ana": 201},
    ),
    ("POST", "/api/records"): ("/api/records", {**SIGNED_IN, "jorge": 201, "marta": 201, "ana": 201}),
    ("GET", "/api/records/<uuid:record_id>/history"): ("/api/records/{private}/history", SIGNED_IN),
    # No mailbox of the simulator holds what these tests filed: Marta may ask, and it is gone.
    **{
        ("GET", f"/api/records/<uuid:record_id>/{name}"): (
            f"/api/records/{{private}}/{name}",
            {**SIGNED_IN, "jorge": 403, "marta": 404, "ana": 403},
        )
        for name in ("body", "body.html")
    },
    ("GET", "/api/records/<uuid:record_id>/attachments/<int:attachment_id>/content"): (
        "/api/records/{private}/attachments/1/content",
        {**SIGNED_IN, "jorge": 403, "marta": 404, "ana": 403},
    ),
    ("POST", "/api/records/<uuid:record_id>/reply"): (
        "/api/records/{private}/reply",
        {**SIGNED_IN, "jorge": 403, "marta": 404, "ana": 403},
    ),
    **{
        ("POST", f"/api/records/<uuid:record_id>/{name}"): (
            f"/api/records/{{private}}/{name}",
            {**SIGNED_IN, "jorge": 403, "marta": 201, "ana": 403},
        )
        for name in ("message", "task")
    },
    ("GET", "/api/messages"): (f"/api/messages?internet_message_id={PRIVATE}&mailbox=x@y.example", SIGNED_IN),
    # Nobody but the owner may file from the private mailbox; Graph is not even asked.
    ("POST", "/api/messages/file"): (
        "/api/messages/file",
        {**SIGNED_IN, "jorge": 404, "marta": 404, "ana": 404},
    ),
    ("GET", "/api/refresh"): ("/api/refresh", SIGNED_IN),
    ("POST", "/api/refresh"): ("/api/refresh", {**SIGNED_IN, "jorge": 202, "marta": 202, "ana": 202}),
    ("GET", "/api/admin/health"): ("/api/admin/health", ADMINISTRATORS),
    ("GET", "/api/admin/accounts"): ("/api/admin/accounts", ADMINISTRATORS),
    ("POST", "/api/admin/accounts/<int:account_id>/backfill"): (
        "/api/admin/accounts/{account}/backfill",
        ADMINISTRATORS,
    ),
    ("GET", "/api/admin/accounts/<int:account_id>/census"): (
        "/api/admin/accounts/{account}/census",
        ADMINISTRATORS,
    ),
    ("POST", "/api/admin/accounts/<int:account_id>/census"): (
        "/api/admin/accounts/{account}/census",
        {**ADMINISTRATORS, "ana": 202},
    ),
    ("POST", "/api/admin/accounts/<int:account_id>/census/repair"): (
        "/api/admin/accounts/{account}/census/repair",
        {**ADMINISTRATORS, "ana": 202},
    ),
    ("GET", "/api/admin/parked"): ("/api/admin/parked", ADMINISTRATORS),
    ("POST", "/api/admin/parked/retry"): ("/api/admin/parked/retry", ADMINISTRATORS),
    ("POST", "/api/admin/rehearsals"): ("/api/admin/rehearsals", ADMINISTRATORS),
    **{
        route: path_and_statuses
        for name in ("reason", "area")
        for route, path_and_statuses in {
            ("GET", f"/api/admin/{name}s"): (f"/api/admin/{name}s", ADMINISTRATORS),
            ("POST", f"/api/admin/{name}s"): (f"/api/admin/{name}s", {**ADMINISTRATORS, "ana": 201}),
            ("PATCH", f"/api/admin/{name}s/<int:choice_id>"): (
                f"/api/admin/{name}s/{{{name}}}",
                ADMINISTRATORS,
            ),
            ("POST", f"/api/admin/{name}s/<int:choice_id>/restore"): (
                f"/api/admin/{name}s/{{{name}}}/restore",
                ADMINISTRATORS,
            ),
            ("DELETE", f"/api/admin/{name}s/<int:choice_id>"): (
                f"/api/admin/{name}s/{{{name}}}",
                ADMINISTRATORS,
            ),
        }.items()
    },
    ("GET", "/api/openapi.json"): ("/api/openapi.json", EVERYBODY),
    ("GET", "/healthz"): ("/healthz", EVERYBODY),
    ("GET", "/readyz"): ("/readyz", dict.fromkeys(ROLES, 503)),
    ("GET", "/metrics"): ("/metrics", EVERYBODY),
    ("POST", "/graph/notifications"): ("/graph/notifications?validationToken=x", EVERYBODY),
    ("POST", "/graph/lifecycle"): ("/graph/lifecycle?validationToken=x", EVERYBODY),
    ("GET", "/addin/manifest.xml"): ("/addin/manifest.xml", EVERYBODY),
    ("GET", "/addin/settings.json"): ("/addin/settings.json", EVERYBODY),
    ("GET", "/addin/taskpane/"): ("/addin/taskpane/", EVERYBODY),
    ("GET", "/"): ("/", dict.fromkeys(ROLES, 302)),
    ("GET", "/admin"): ("/admin", ADMINISTRATORS),
}
# What a request must carry to be understood, by the end of its path.
BODIES: dict[str, dict[str, Any]] = {
    "/move": {"client": "C02"},
    "/bulk": {"action": "delete", "ids": ["00000000-0000-4000-8000-000000000000"]},
    "/assign": {"client": "C02"},
    "/addresses": {"section": "contact", "address": "nueva@panaderiauno.example"},
    "/api/records": {"client": "C01", "subject": "Una visita"},
    "/api/messages/file": {
        "internet_message_id": PRIVATE,
        "mailbox": "jorge@ribera.example",
        "client": "C01",
    },
    "/reply": {},
    "/message": {"to": ["luis@ribera.example"]},
    "/task": {},
    "/backfill": {"stopped": False},
    "/parked/retry": {},
    "/admin/reasons": {"name": "Herencias"},
    "/admin/areas": {"name": "Mercantil"},
    "/rehearsals": {"address": "jorge@ribera.example", "since": "2026-11-01"},
}
# Files that hold nothing of the firm's, and the steps of the sign-in, which have tests of their own.
FILES = ("/addin/", "/<any(admin,register,shared):folder>/", "/sign-in", "/sign-out", "/favicon.ico")


@pytest.fixture
def app(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[APIFlask]:
    from server.db import Base

    build_firm(simulator.world)
    app = create_app(settings_for(simulator, database_url, tmp_path / "data", 8000))
    database = app.extensions["bitacora"].database
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        accounts = found_firm(session)
        session.add_all([Reason(name="Impuestos"), Area(name="Fiscal")])
        marta = simulator.world.user("marta@ribera.example")
        owner = recognise(session, entra_id=marta.id, name=marta.name, address=marta.address)
        accounts["marta@ribera.example"].owner = owner
        surroundings = Surroundings(load_directory(session), load_staff(session))
        private = [
            _sighted(accounts["marta@ribera.example"], message_id)
            for message_id in (PRIVATE, DOOMED, MOVED, DELETED, UNDONE, ASKED, DISMISSED)
        ]
        file_messages(session, private, surroundings)
        file_messages(session, [_sighted(accounts["ana@ribera.example"], PUBLIC)], surroundings)
        viewer = Viewer(owner.id, owner.entra_id, owner.name, owner.address, administrator=False)
        gone = [record.id for record in session.scalars(select(Record)) if _mail(record) in (DELETED, UNDONE)]
        delete_all(session, viewer, gone, now=NOW)
    yield app
    database.engine.dispose()


def _sighted(account: Account, message_id: str) -> Sighted:
    message = Mail(
        graph_id=message_id,
        folder_id="inbox",
        internet_message_id=message_id,
        subject="Secreto canario",
        preview="Secreto canario",
        sent_at=NOW,
        received_at=NOW,
        participants=(Participant(Role.FROM, "", _sender(message_id)),),
    )
    return Sighted(account, message, By.NOTIFICATION, NOW)


def _sender(message_id: str) -> str:
    """An address of one client, or one that two share."""
    return "pedro@panaderiauno.example" if "panaderiauno" in message_id else "gestor@grupo23.example"


def _mail(record: Record) -> str:
    assert record.message is not None
    return f"<{record.message.internet_message_id}>"


@pytest.fixture
def ids(app: APIFlask) -> Ids:
    with app.extensions["bitacora"].database.reading() as session:
        records = {_mail(record): record.id for record in session.scalars(select(Record))}
        asked = {f"<{m.internet_message_id}>": m.id for m in session.scalars(select(Message))}
        return {
            "private": records[PRIVATE],
            "public": records[PUBLIC],
            "doomed": records[DOOMED],
            "moved": records[MOVED],
            "deleted": records[DELETED],
            "asked": asked[ASKED],
            "dismissed": asked[DISMISSED],
            "batch": session.scalars(select(Batch.id)).one(),
            "reason": session.scalars(select(Reason.id)).one(),
            "area": session.scalars(select(Area.id)).one(),
            "account": session.scalars(
                select(Account.id).where(Account.visibility == Visibility.PRIVATE)
            ).one(),
        }


def headers(simulator: Simulator, role: str) -> dict[str, str]:
    if role == "nobody":
        return {}
    if role == "stranger":
        return {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}
    token = simulator.identity.token_for(f"{role}@ribera.example", CLIENT_ID, SCOPE)["access_token"]
    return {"Authorization": f"Bearer {token}"}


def call(client: FlaskClient, method: str, path: str, given: dict[str, str]) -> Any:
    body = next((body for end, body in BODIES.items() if path.endswith(end)), None)
    if method in ("GET", "HEAD"):
        body = None
    if method in ("PATCH", "DELETE"):
        written = {"name": "Tributos"} if path.startswith("/api/admin/") else {"reason": None}
        body, given = written if method == "PATCH" else None, {**given, "If-Match": '"1"'}
    return client.open(path, method=method, headers=given, json=body, buffered=True)


def test_every_route_has_its_line(app: APIFlask) -> None:
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if (method, rule.rule) in MATRIX or not rule.rule.startswith(FILES)
    }

    assert routes == set(MATRIX)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_is_theirs(role: str, app: APIFlask, ids: Ids, simulator: Simulator) -> None:
    client, given = app.test_client(), headers(simulator, role)

    got = {
        route: call(client, route[0], path.format(**ids), given).status_code
        for route, (path, _) in MATRIX.items()
    }

    assert got == {route: statuses[role] for route, (_, statuses) in MATRIX.items()}


def test_a_guest_of_the_tenant_is_not_let_in(app: APIFlask, simulator: Simulator) -> None:
    guest = "cliente_correo.example#EXT#@ribera.example"
    simulator.world.add_user("Un cliente", guest)
    token = simulator.identity.token_for(guest, CLIENT_ID, SCOPE)["access_token"]

    answer = app.test_client().get("/api/records", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_a_member")


@pytest.mark.parametrize("role", ["jorge", "ana"])
def test_a_colleague_sees_that_there_was_a_private_mail_and_nothing_of_it(
    role: str, app: APIFlask, ids: Ids, simulator: Simulator
) -> None:
    client, given = app.test_client(), headers(simulator, role)

    record = client.get(f"/api/records/{ids['private']}", headers=given).get_json()
    listed = client.get("/api/records", headers=given).get_json()["items"]

    assert record["restricted"]
    for shown in (record, next(item for item in listed if item["id"] == str(ids["private"]))):
        text = str(shown)
        assert "canario" not in text
        assert "pedro@" not in text
        assert PRIVATE not in text
        assert shown["person"] == {"name": "Marta Vidal"}


def test_the_owner_sees_all_of_it(app: APIFlask, ids: Ids, simulator: Simulator) -> None:
    record = (
        app.test_client()
        .get(f"/api/records/{ids['private']}", headers=headers(simulator, "marta"))
        .get_json()
    )

    assert not record["restricted"]
    assert record["subject"] == "Secreto canario"


@pytest.mark.parametrize(
    "path", ["/api/clients/C01", "/api/records/{public}", "/api/records/{private}", "/api/clients?q=C01"]
)
def test_a_denied_client_does_not_exist(path: str, app: APIFlask, ids: Ids, simulator: Simulator) -> None:
    client, given = app.test_client(), headers(simulator, "jorge")
    client.get("/api/me", headers=given)
    with app.extensions["bitacora"].database.writing() as session:
        person = session.scalars(select(Person).where(Person.address == "jorge@ribera.example")).one()
        denied = session.scalars(select(Client.id).where(Client.code == "C01")).one()
        session.add(ClientDenial(person_id=person.id, client_id=denied))

    answer = client.get(path.format(**ids), headers=given)

    assert answer.status_code == 404 or answer.get_json()["items"] == []
    assert client.get("/api/records", headers=given).get_json()["items"] == []


def test_an_edit_needs_the_version_that_was_seen(app: APIFlask, ids: Ids, simulator: Simulator) -> None:
    client, given = app.test_client(), headers(simulator, "ana")
    path = f"/api/records/{ids['public']}"

    blind = client.patch(path, json={"reason": None}, headers=given)
    first = client.patch(path, json={"reason": ids["reason"]}, headers={**given, "If-Match": '"1"'})
    late = client.patch(path, json={"reason": None}, headers={**given, "If-Match": '"1"'})

    assert (blind.status_code, blind.get_json()["code"]) == (428, "version_needed")
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert (late.status_code, late.get_json()["code"]) == (409, "edit_conflict")
    assert late.get_json()["current"]["version"] == 2
