"""Signing in at the simulated Microsoft Entra: people by browser and pane, the app by its own credential."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from server import create_app
from server.cli.database import migrate_database
from server.graph.app_tokens import AppTokens
from server.graph.errors import CredentialRefused, GraphUnavailable
from server.graph.sign_in import SignIn
from server.settings import Settings, SettingsError
from server.web.context import Bitacora
from simulator import Simulator
from simulator.certificates import certificate_files
from simulator.scenarios.firm import build_firm
from tests.live import settings_for
from tests.unit.graph.issuer import Clock

pytestmark = pytest.mark.integration
BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "es"}
SCOPE = "api://c0ffee00-1111-4222-8333-444455556666/access_as_user"
Open = Callable[..., FlaskClient]


@pytest.fixture
def settings(simulator: Simulator, tmp_path: Path) -> Settings:
    build_firm(simulator.world)
    return settings_for(simulator, "", tmp_path / "data", 8000)


@pytest.fixture
def open_browser(settings: Settings) -> Iterator[Open]:
    """Starts the program with changed settings and gives a browser that knows nothing of it yet."""
    apps: list[APIFlask] = []

    def start(clock: Clock | None = None, **changes: object) -> FlaskClient:
        changed = settings.model_copy(update=changes)
        migrate_database(changed)
        app = create_app(changed)
        apps.append(app)
        if clock:
            app.extensions["bitacora"] = dataclasses.replace(parts(app), clock=clock)
        return app.test_client()

    yield start
    for app in apps:
        parts(app).graph.client.close()
        parts(app).database.engine.dispose()


@pytest.fixture
def browser(open_browser: Open) -> FlaskClient:
    return open_browser()


def parts(app: APIFlask) -> Bitacora:
    found: Bitacora = app.extensions["bitacora"]
    return found


def choose(address: str, person: str = "ana@ribera.example") -> str:
    """Choose the account on Microsoft's page; gives the way back to the program."""
    assert httpx.get(address).status_code == 200
    answer = httpx.post(address, data={"person": person})
    way_back = urlsplit(answer.headers["Location"])
    assert f"{way_back.scheme}://{way_back.netloc}" == "http://localhost:8000"
    return f"{way_back.path}?{way_back.query}"


def sign_in(browser: FlaskClient, person: str = "ana@ribera.example", path: str = "/") -> TestResponse:
    address = browser.get("/sign-in", query_string={"next": path}).location
    assert address
    return browser.get(choose(address, person), headers=BROWSER)


def test_one_signs_in_and_comes_back_to_the_page_one_wanted(browser: FlaskClient) -> None:
    answer = sign_in(browser, path="/?client=C01")

    assert (answer.status_code, answer.location) == (302, "/?client=C01")
    me = browser.get("/api/me").json
    assert me is not None
    assert (me["person"]["name"], me["person"]["administrator"]) == ("Ana Ribera", True)


def test_a_colleague_is_no_administrator(browser: FlaskClient) -> None:
    sign_in(browser, "luis@ribera.example")

    me = browser.get("/api/me").json
    assert me is not None
    assert (me["person"]["address"], me["person"]["administrator"]) == ("luis@ribera.example", False)


def test_microsoft_is_asked_with_a_challenge_and_answers_in_the_query(browser: FlaskClient) -> None:
    address = browser.get("/sign-in").location

    asked = {name: values[0] for name, values in parse_qs(urlsplit(address or "").query).items()}
    assert (asked["response_type"], asked["response_mode"]) == ("code", "query")
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://localhost:8000/sign-in/callback"
    assert set(asked["scope"].split()) == {"openid", "profile", "offline_access"}
    assert len(asked["state"]) > 20
    assert "nonce" in asked
    assert "prompt" not in asked


def test_one_may_ask_for_the_choice_of_accounts(browser: FlaskClient) -> None:
    address = browser.get("/sign-in?choose=account").location

    assert "prompt=select_account" in (address or "")


def test_no_token_of_a_person_is_kept(browser: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    sign_in(browser)

    with browser.session_transaction() as session:
        assert not {"access_token", "id_token", "sign_in_flow"} & set(session)
    assert isinstance(browser.application, APIFlask)
    client = parts(browser.application).sign_in._people.get()
    assert client.get_accounts() == []
    assert "eyJ" not in "".join(capsys.readouterr())


def test_the_way_back_works_once(browser: FlaskClient) -> None:
    way_back = choose(browser.get("/sign-in").location or "")
    browser.get(way_back)

    again = browser.get(way_back, headers=BROWSER)

    assert again.status_code == 400
    assert "El inicio de sesión ha caducado" in again.text


def test_a_way_back_that_another_browser_began_signs_nobody_in(
    browser: FlaskClient, open_browser: Open
) -> None:
    attacker, victim = open_browser(), browser
    way_back = choose(attacker.get("/sign-in").location or "")
    victim.get("/sign-in")

    page = victim.get(way_back, headers=BROWSER)

    assert page.status_code == 400
    assert victim.get("/api/me").status_code == 401


def test_a_code_that_was_never_given_is_refused_with_microsofts_code(browser: FlaskClient) -> None:
    state = parse_qs(urlsplit(browser.get("/sign-in").location or "").query)["state"][0]

    page = browser.get(f"/sign-in/callback?code=invented&state={state}", headers=BROWSER)

    assert page.status_code == 403
    assert "<code>AADSTS70008</code>" in page.text


def test_one_may_change_ones_mind(browser: FlaskClient) -> None:
    state = parse_qs(urlsplit(browser.get("/sign-in").location or "").query)["state"][0]
    query = {"error": "access_denied", "error_description": "AADSTS65004: <b>no</b>", "state": state}

    page = browser.get("/sign-in/callback", query_string=query, headers=BROWSER)

    assert "No has terminado de iniciar sesión" in page.text
    assert "<b>" not in page.text


def test_a_wrong_secret_is_said_with_microsofts_code(open_browser: Open) -> None:
    browser = open_browser(client_secret=SecretStr("wrong"))

    page = sign_in(browser)

    assert page.status_code == 403
    assert "Microsoft no ha aceptado el inicio de sesión" in page.text
    assert "<code>AADSTS7000215</code>" in page.text
    assert 'href="/sign-in"' in page.text


def test_a_tenant_that_is_not_there_is_said(open_browser: Open) -> None:
    browser = open_browser(tenant_id="11111111-2222-4333-8444-555555555555")

    page = browser.get("/sign-in", headers=BROWSER)

    assert (page.status_code, "<code>unknown_tenant</code>" in page.text) == (403, True)


def test_a_pause_of_microsofts_is_said(browser: FlaskClient, simulator: Simulator) -> None:
    simulator.faults.token_endpoint("unavailable")

    page = sign_in(browser)

    assert (page.status_code, "Microsoft no responde" in page.text) == (503, True)


def test_somebody_who_was_shut_out_is_offered_another_account(browser: FlaskClient) -> None:
    sign_in(browser)
    browser.get("/api/me")
    assert isinstance(browser.application, APIFlask)
    with parts(browser.application).database.writing() as session:
        session.connection().exec_driver_sql("UPDATE person SET active = 0")

    page = sign_in(browser)

    assert page.status_code == 403
    assert "No tienes acceso a este registro" in page.text
    assert 'href="/sign-in?choose=account"' in page.text


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environments_bundle_does_not_beat_the_setting(
    variable: str, open_browser: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(certificate_files(tmp_path / "stranger").authority))

    browser = open_browser()

    assert sign_in(browser).status_code == 302


def test_a_certificate_serves_in_place_of_a_secret(open_browser: Open, simulator: Simulator) -> None:
    browser = open_browser(client_secret=None, client_certificate=simulator.client_certificate)

    assert sign_in(browser).status_code == 302


def test_a_session_ends_by_the_clock(open_browser: Open) -> None:
    clock = Clock()
    browser = open_browser(clock)
    sign_in(browser)

    clock.advance(minutes=29)
    during = browser.get("/api/me").status_code
    clock.advance(minutes=30)
    after = browser.get("/", headers=BROWSER)

    assert (during, after.status_code) == (200, 302)
    assert (after.location or "").startswith("/sign-in?next=")


def test_the_token_of_the_pane_says_who_sits_in_outlook(
    browser: FlaskClient, simulator: Simulator, settings: Settings
) -> None:
    token = simulator.identity.token_for("luis@ribera.example", settings.client_id, SCOPE)["access_token"]

    me = browser.get("/api/me", headers={"Authorization": f"Bearer {token}"}).json

    assert me is not None
    assert me["person"]["address"] == "luis@ribera.example"


@pytest.mark.parametrize(("scope", "kind"), [("User.Read", "access_token"), (f"openid {SCOPE}", "id_token")])
def test_a_token_for_something_else_is_refused(
    scope: str, kind: str, browser: FlaskClient, simulator: Simulator, settings: Settings
) -> None:
    token = simulator.identity.token_for("luis@ribera.example", settings.client_id, scope)[kind]

    response = browser.get("/api/me", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 401


def test_the_app_reads_graph_with_a_token_that_it_fetches_once(
    browser: FlaskClient, simulator: Simulator
) -> None:
    assert isinstance(browser.application, APIFlask)
    tokens = parts(browser.application).app_tokens

    assert tokens.app_token() == tokens.app_token()


def test_a_claims_challenge_is_answered_with_a_new_token(browser: FlaskClient, simulator: Simulator) -> None:
    assert isinstance(browser.application, APIFlask)
    users = parts(browser.application).graph.users
    simulator.faults.challenge_claims()

    assert users.get("ana@ribera.example").name == "Ana Ribera"


def test_a_wrong_secret_of_the_app_asks_for_the_operator(settings: Settings) -> None:
    changed = settings.model_copy(update={"client_secret": SecretStr("wrong")})

    with pytest.raises(CredentialRefused, match="AADSTS7000215"):
        AppTokens(SignIn(changed), changed.graph_url).app_token()


def test_microsoft_out_of_reach_is_worth_another_try(settings: Settings, simulator: Simulator) -> None:
    simulator.faults.token_endpoint("unavailable")
    nowhere = settings.model_copy(update={"login_url": "https://localhost:1"})

    for changed in (settings, nowhere):
        with pytest.raises(GraphUnavailable):
            AppTokens(SignIn(changed), changed.graph_url).app_token()


def test_a_certificate_that_cannot_be_used_stops_the_start(
    settings: Settings, simulator: Simulator, tmp_path: Path
) -> None:
    mixed = tmp_path / "mixed.pem"
    other = certificate_files(tmp_path / "stranger").client
    mixed.write_text(
        other.read_text().partition("-----BEGIN CERTIFICATE")[0] + simulator.ca_bundle.read_text()
    )

    for path, words in ((simulator.ca_bundle, "must hold"), (mixed, "is not the certificate's")):
        changed = settings.model_copy(update={"client_secret": None, "client_certificate": path})
        with pytest.raises(SettingsError, match=words):
            SignIn(changed)
