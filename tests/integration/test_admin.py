"""The administration: what an administrator sees of capture, and can do about it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server import create_app
from server.accounts.accounts import pause
from server.accounts.models import Account, ClientDenial, Person
from server.accounts.people import recognise
from server.clients.models import Client
from server.db import Base, Database
from server.graph.credentials import end_of_certificate
from server.graph.errors import CredentialRefused
from server.ingest.credential import known_expiry, read_expiry
from server.ingest.models import (
    Census,
    CensusDay,
    CensusDifference,
    DifferenceReason,
    Folder,
    InboxItem,
    ItemState,
    Kind,
    MailboxLease,
    Routine,
)
from server.records.models import Path as By
from server.web.context import Bitacora
from simulator import Simulator
from simulator.scenarios.firm import build_firm
from simulator.tenant import CLIENT_ID
from tests.firm import found_firm
from tests.live import Live, settings_for
from tests.processes import bitacora
from tests.unit.addin.test_translations import sentences
from tests.waiting import eventually

pytestmark = pytest.mark.integration
SCOPE = f"api://{CLIENT_ID}/access_as_user"
ANA, LUIS, MARTA = "ana@ribera.example", "luis@ribera.example", "marta@ribera.example"
MINUTE = timedelta(minutes=1)


class Admin:
    """An administrator's calls."""

    def __init__(self, app: APIFlask, simulator: Simulator, person: str = ANA) -> None:
        self.parts: Bitacora = app.extensions["bitacora"]
        self._client: FlaskClient = app.test_client()
        token = simulator.identity.token_for(person, CLIENT_ID, SCOPE)["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    @property
    def database(self) -> Database:
        return self.parts.database

    def get(self, path: str) -> Any:
        return self._client.get(f"/api/admin/{path}", headers=self._headers).get_json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> TestResponse:
        return self._client.post(f"/api/admin/{path}", headers=self._headers, json=body)

    def account(self, address: str) -> Any:
        return next(item for item in self.get("accounts")["items"] if item["address"] == address)

    def lines(self, address: str, since: str) -> list[dict[str, Any]]:
        answer = self.post("rehearsals", {"address": address, "since": since})
        assert answer.mimetype == "application/x-ndjson"
        return [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]


@pytest.fixture
def app(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[APIFlask]:
    """The program without a worker: what is put into the inbox stays there."""
    build_firm(simulator.world)
    app = create_app(settings_for(simulator, database_url, tmp_path / "data", 8000))
    parts: Bitacora = app.extensions["bitacora"]
    Base.metadata.create_all(parts.database.engine)
    now = parts.clock()
    with parts.database.writing() as session:
        for account in found_firm(session).values():
            account.added_at = account.synced_at = now
        session.add_all(
            Routine(name=timed.name, started_at=now, finished_at=now, succeeded_at=now)
            for timed in parts.routines.timed
        )
    yield app
    parts.graph.client.close()
    parts.database.engine.dispose()


@pytest.fixture
def admin(app: APIFlask, simulator: Simulator) -> Admin:
    return Admin(app, simulator)


def put(admin: Admin, *rows: Base) -> None:
    with admin.database.writing() as session:
        session.add_all(rows)


def parked(admin: Admin, address: str, **fields: Any) -> InboxItem:
    now = admin.parts.clock()
    given = {"due_at": now, "received_at": now, "attempts": 5, "last_error": "ValueError", **fields}
    return InboxItem(
        account_id=admin.account(address)["id"], kind=Kind.MESSAGE, state=ItemState.PARKED, **given
    )


def census_with_two_missing(admin: Admin, address: str) -> int:
    """A finished census that misses two mails of one folder; gives the account's id."""
    now, account_id = admin.parts.clock(), admin.account(address)["id"]
    with admin.database.writing() as session:
        census = Census(
            account_id=account_id, since=now - timedelta(days=30), started_at=now, finished_at=now
        )
        folder = Folder(account_id=account_id, graph_id="folder", name="Asunto Gil", walked=True)
        session.add_all([census, folder])
        session.flush()
        session.add(
            CensusDay(census_id=census.id, day=now.date(), in_mailbox=9, filed=6, internal=1, different=2)
        )
        session.add_all(
            CensusDifference(
                census_id=census.id,
                graph_id=name,
                reason=DifferenceReason.UNKNOWN,
                received_at=now - MINUTE,
                folder="folder",
            )
            for name in ("one", "two")
        )
    return int(account_id)


def test_health_is_green_and_turns_with_every_reason_said(admin: Admin) -> None:
    before = admin.get("health")
    put(admin, parked(admin, LUIS))

    after = admin.get("health")

    assert (before["light"], before["reasons"]) == ("green", [])
    assert after["light"] == "yellow"
    assert [(reason["trouble"], reason["count"]) for reason in after["reasons"]] == [("work_parked", 1)]


def test_every_routine_is_named_in_both_languages_and_says_when_it_ran(admin: Admin) -> None:
    routines = admin.get("health")["routines"]

    assert {routine["name"] for routine in routines} == {timed.name for timed in admin.parts.routines.timed}
    assert all(routine["started_at"] and not routine["late"] for routine in routines)
    for language in ("es", "en"):
        assert all(f"routine.name.{routine['name']}" in sentences(language) for routine in routines)


def test_a_paused_account_says_what_to_do(admin: Admin) -> None:
    with admin.database.writing() as session:
        account = session.scalars(select(Account).where(Account.address == LUIS)).one()
        pause(account, "Microsoft Graph answered 404 MailboxNotEnabledForRESTAPI")

    luis = admin.account(LUIS)

    assert luis["complaint"] == {
        "cause": "mailbox_not_enabled",
        "detail": "404 MailboxNotEnabledForRESTAPI",
    }
    assert [reason["subject"] for reason in admin.get("health")["reasons"]] == [LUIS]


def test_a_back_fill_is_stopped_and_resumed(admin: Admin) -> None:
    account_id = admin.account(LUIS)["id"]

    stopped = admin.post(f"accounts/{account_id}/backfill", {"stopped": True}).get_json()
    seen_stopped = admin.account(LUIS)["backfill"]["state"]
    resumed = admin.post(f"accounts/{account_id}/backfill", {"stopped": False}).get_json()

    assert (stopped["state"], seen_stopped, resumed["state"]) == ("stopped", "stopped", "running")
    assert [work["kind"] for work in admin.account(LUIS)["waiting"]] == ["sync"]


def test_the_balance_of_a_census_shows_what_is_missing_and_where_it_lies(admin: Admin) -> None:
    account_id = census_with_two_missing(admin, LUIS)

    census = admin.get(f"accounts/{account_id}/census")

    [day] = census["days"]
    assert (day["in_mailbox"], day["filed"], day["internal"], day["different"], day["open"]) == (
        9,
        6,
        1,
        2,
        2,
    )
    assert [(mail["folder"], mail["reason"]) for mail in census["differences"]] == [
        ("Asunto Gil", "unknown")
    ] * 2
    assert admin.account(LUIS)["census"]["missing"] == 2
    assert admin.get("health")["light"] == "red"


def test_differences_come_in_pages(admin: Admin) -> None:
    account_id = census_with_two_missing(admin, LUIS)

    first = admin.get(f"accounts/{account_id}/census?limit=1")
    second = admin.get(f"accounts/{account_id}/census?limit=1&cursor={first['next']}")

    assert (len(first["differences"]), len(second["differences"]), second["next"]) == (1, 1, None)


def test_repairing_reads_what_is_missing_again_and_it_is_red_no_longer(admin: Admin) -> None:
    account_id = census_with_two_missing(admin, LUIS)

    answer = admin.post(f"accounts/{account_id}/census/repair")

    assert (answer.status_code, answer.get_json()) == (202, {"asked_for": 2})
    with admin.database.reading() as session:
        items = session.scalars(select(InboxItem)).all()
    assert sorted((item.graph_id, item.kind, item.path) for item in items) == [
        ("one", Kind.MESSAGE, By.CENSUS),
        ("two", Kind.MESSAGE, By.CENSUS),
    ]
    assert admin.account(LUIS)["census"]["missing"] == 0
    assert {mail["reason"] for mail in admin.get(f"accounts/{account_id}/census")["differences"]} == {
        "waiting"
    }


def test_folders_of_a_private_account_are_named_to_nobody_else(
    app: APIFlask, admin: Admin, simulator: Simulator
) -> None:
    account_id = census_with_two_missing(admin, MARTA)

    hidden = admin.get(f"accounts/{account_id}/census")
    with admin.database.writing() as session:
        ana = simulator.world.user(ANA)
        owner = recognise(session, entra_id=ana.id, name=ana.name, address=ANA)
        session.get_one(Account, account_id).owner = owner
    shown = admin.get(f"accounts/{account_id}/census")

    assert {mail["folder"] for mail in hidden["differences"]} == {None}
    assert {mail["folder"] for mail in shown["differences"]} == {"Asunto Gil"}


def test_a_census_can_be_asked_for_at_any_time(admin: Admin) -> None:
    account_id = admin.account(LUIS)["id"]

    answer = admin.post(f"accounts/{account_id}/census")

    assert (answer.status_code, answer.get_json()["waiting"]) == (202, True)
    assert admin.account(LUIS)["census_waiting"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accounts/999/backfill", {"stopped": True}),
        ("accounts/999/census", None),
        ("accounts/999/census/repair", None),
        ("parked/retry", {"id": 999}),
    ],
)
def test_what_is_not_there_cannot_be_acted_on(path: str, body: dict[str, Any] | None, admin: Admin) -> None:
    answer = admin.post(path, body)

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_parked_work_says_why_and_is_tried_again_one_by_one_or_all_at_once(admin: Admin) -> None:
    put(
        admin,
        parked(admin, ANA, graph_id="1", last_error="Microsoft Graph answered 404 ErrorItemNotFound"),
        parked(admin, ANA, graph_id="2"),
        parked(admin, LUIS, graph_id="3"),
    )

    page = admin.get("parked?limit=2")
    rest = admin.get(f"parked?cursor={page['next']}")
    one = admin.post("parked/retry", {"id": page["items"][0]["id"]}).get_json()
    all_others = admin.post("parked/retry", {}).get_json()

    assert [item["complaint"]["cause"] for item in page["items"]] == ["message_gone", "defect"]
    assert [(item["address"], item["attempts"]) for item in rest["items"]] == [(LUIS, 5)]
    assert (one, all_others, admin.get("parked")["items"]) == ({"retried": 1}, {"retried": 2}, [])


def test_metrics_tell_what_is_parked_missing_paused_and_late(app: APIFlask, admin: Admin) -> None:
    census_with_two_missing(admin, ANA)
    put(admin, parked(admin, LUIS))
    with admin.database.writing() as session:
        pause(session.scalars(select(Account).where(Account.address == MARTA)).one(), "")
        routine = session.get_one(Routine, "upkeep")
        routine.succeeded_at = admin.parts.clock() - timedelta(hours=1)

    numbers = app.test_client().get("/metrics").get_data(as_text=True)

    for line in (
        "bitacora_inbox_parked 1.0",
        'bitacora_inbox_parked_by_kind{kind="message"} 1.0',
        'bitacora_inbox_parked_by_kind{kind="sync"} 0.0',
        "bitacora_accounts_paused 1.0",
        "bitacora_census_missing 2.0",
    ):
        assert line in numbers
    [age] = [line for line in numbers.splitlines() if 'seconds{routine="upkeep"}' in line]
    assert float(age.split()[-1]) >= 3600


# On the command line


@pytest.fixture
def environment(app: APIFlask, simulator: Simulator, database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        **simulator.settings(),
        "BITACORA_DATABASE_URL": database_url,
        "BITACORA_DATA_DIR": str(tmp_path / "data"),
    }


def test_the_command_lists_what_is_due_what_runs_and_what_failed(
    admin: Admin, environment: dict[str, str]
) -> None:
    now, account_id = admin.parts.clock(), admin.account(LUIS)["id"]
    work = {"account_id": account_id, "kind": Kind.MESSAGE, "received_at": now}
    error = "Microsoft Graph answered 503"
    put(
        admin,
        InboxItem(**work, graph_id="1", due_at=now - MINUTE),
        InboxItem(**work, graph_id="2", due_at=now + timedelta(days=1), attempts=1, last_error=error),
        MailboxLease(account_id=account_id, holder="worker", until=now + timedelta(days=1)),
        parked(admin, ANA),
    )

    text = bitacora(environment, "inbox", "list").stdout
    listed = json.loads(bitacora(environment, "inbox", "list", "--json").stdout)

    assert "1 now, 1 later" in text
    assert error in text
    assert "Set aside: 1." in text
    assert [(row["account"], row["items"], row["due"]) for row in listed["due"]] == [(LUIS, 2, 1)]
    assert [row["account"] for row in listed["running"]] == [LUIS]
    assert [(row["items"], row["cause"]) for row in listed["failed"]] == [(1, "unreachable")]


def test_check_warns_of_a_credential_that_ends_soon(
    admin: Admin, simulator: Simulator, environment: dict[str, str]
) -> None:
    registered(simulator, in_days=7.5)
    ends = simulator.application.secret_ends
    soon = bitacora(environment, "check").stdout
    simulator.faults.clear()
    unknown = bitacora(environment, "check").stdout

    assert f"warn  the app's credential ends on {ends:%Y-%m-%d}, in 7 days" in soon
    assert "warn  the end of the app's secret is unknown\n      The app may not read its own" in unknown


def test_check_reads_the_end_of_a_certificate(simulator: Simulator, environment: dict[str, str]) -> None:
    certificate = str(simulator.client_certificate)
    given = {**environment, "BITACORA_CLIENT_SECRET": "", "BITACORA_CLIENT_CERTIFICATE": certificate}

    text = bitacora(given, "check").stdout

    assert f"the app's credential ends on {end_of_certificate(Path(certificate)):%Y-%m-%d}" in text


# The app's own credential


def registered(simulator: Simulator, in_days: float) -> None:
    """The app may read its own registration, whose secret ends in so many days."""
    simulator.faults.grant_permission("Application.Read.All")
    simulator.faults.secret_ends(in_days=in_days)


def test_the_end_of_the_secret_is_read_kept_and_shown(admin: Admin, simulator: Simulator) -> None:
    registered(simulator, in_days=20.5)

    read_expiry(admin.database, admin.parts.credentials, admin.parts.clock())

    health = admin.get("health")
    assert health["credential"]["days_left"] == 20
    assert [(reason["trouble"], reason["count"]) for reason in health["reasons"]] == [("credential_ends", 20)]


def test_an_app_that_may_not_read_its_registration_says_so(admin: Admin) -> None:
    read_expiry(admin.database, admin.parts.credentials, admin.parts.clock())

    health = admin.get("health")
    assert (health["credential"]["expires_at"], health["light"]) == (None, "green")


def test_a_credential_that_has_ended_is_not_forgotten(admin: Admin, simulator: Simulator) -> None:
    registered(simulator, in_days=1)
    before = read_expiry(admin.database, admin.parts.credentials, admin.parts.clock())
    simulator.faults.secret_ends(in_days=-1)
    simulator.faults.challenge_claims()

    with pytest.raises(CredentialRefused):
        read_expiry(admin.database, admin.parts.credentials, admin.parts.clock())

    with admin.database.reading() as session:
        kept = known_expiry(session)
    assert kept is not None
    assert kept.expires_at == before


# With the worker


def test_a_census_that_is_asked_for_balances(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()
    admin = Admin(live.app, live.simulator)
    account_id = admin.account(ANA)["id"]

    admin.post(f"accounts/{account_id}/census")
    eventually(lambda: not admin.get(f"accounts/{account_id}/census")["waiting"], what="the census")

    census = admin.get(f"accounts/{account_id}/census")
    assert census["finished_at"] is not None
    assert census["differences"] == []


def letter(subject: str, sender: str) -> dict[str, Any]:
    return {
        "subject": subject,
        "from": {"emailAddress": {"address": sender}},
        "toRecipients": [{"emailAddress": {"address": "jorge@ribera.example"}}],
        "body": {"contentType": "text", "content": "canario"},
    }


def test_a_rehearsal_tells_numbers_and_names_no_denied_client(live: Live) -> None:
    admin = Admin(live.app, live.simulator)
    admin.get("health")
    live.simulator.world.deliver(letter("canario", "pedro@panaderiauno.example"))
    live.simulator.world.deliver(letter("canario", "taller@dos.example"))
    with live.database.writing() as session:
        person = session.scalars(select(Person).where(Person.address == ANA)).one()
        denied = session.scalars(select(Client.id).where(Client.code == "C02")).one()
        session.add(ClientDenial(person_id=person.id, client_id=denied))

    lines = admin.lines("jorge@ribera.example", "2026-09-01")

    assert {line["kind"] for line in lines[:-1]} == {"progress"}
    assert (lines[-1]["kind"], lines[-1]["mails"], lines[-1]["new_records"]) == ("figures", 2, 2)
    assert [client["code"] for client in lines[-1]["clients"]] == ["C01"]
    assert "canario" not in str(lines)


def test_a_rehearsal_that_cannot_read_says_why(live: Live) -> None:
    admin = Admin(live.app, live.simulator)
    live.simulator.faults.mailbox_unavailable("jorge@ribera.example")

    unknown = admin.lines("nobody@ribera.example", "2026-09-01")
    unlicensed = admin.lines("jorge@ribera.example", "2026-09-01")

    assert [line["complaint"]["cause"] for line in unknown] == ["mailbox_gone"]
    assert unlicensed[-1]["complaint"]["cause"] == "mailbox_not_enabled"


def test_an_administrator_learns_nothing_of_a_mail(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()
    mail = letter("canario", "pedro@panaderiauno.example")
    live.simulator.world.deliver(mail, mailboxes=[MARTA])
    live.wait_until_idle()
    admin = Admin(live.app, live.simulator)
    account_id = admin.account(MARTA)["id"]
    with live.database.writing() as session:
        session.add(
            InboxItem(
                account_id=account_id,
                kind=Kind.MESSAGE,
                graph_id="canario",
                state=ItemState.PARKED,
                due_at=live.parts.clock(),
                received_at=live.parts.clock(),
            )
        )

    answers = [admin.get(path) for path in ("health", "accounts", "parked", f"accounts/{account_id}/census")]

    assert "canario" not in str(answers)
    assert "panaderiauno" not in str(answers)
