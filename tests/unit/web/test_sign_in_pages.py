"""Signing in and out as a browser sees it, as far as no Microsoft is needed."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from server.settings import Settings
from server.web.sign_in import safe_path
from tests.unit.graph.issuer import Clock

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "es-ES,es;q=0.9"}


def test_signing_out_ends_the_session(client: FlaskClient) -> None:
    client.post("/api/enter")

    answer = client.post("/sign-in/out", headers=BROWSER)

    assert (answer.status_code, answer.location) == (303, "/sign-in/out")
    assert client.get_cookie("bitacora") is None
    assert client.get("/api/whoami").status_code == 401


def test_a_cookie_that_was_copied_is_worthless_after_signing_out(
    app: APIFlask, client: FlaskClient, clock: Clock
) -> None:
    client.post("/api/enter")
    client.get("/api/whoami")
    cookie = client.get_cookie("bitacora")
    assert cookie is not None
    clock.advance(seconds=1)
    client.post("/sign-in/out")

    thief = app.test_client()
    thief.set_cookie("bitacora", cookie.value)

    assert thief.get("/api/whoami").status_code == 401


def test_signing_out_after_a_long_pause_still_ends_a_copied_cookie(
    app: APIFlask, client: FlaskClient, clock: Clock
) -> None:
    client.post("/api/enter")
    client.get("/api/whoami")
    cookie = client.get_cookie("bitacora")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("bitacora", cookie.value)
    for _ in range(3):
        clock.advance(minutes=12)
        assert thief.get("/api/whoami").status_code == 200

    client.post("/sign-in/out")

    assert thief.get("/api/whoami").status_code == 401


def test_one_may_come_back_after_signing_out(client: FlaskClient, clock: Clock) -> None:
    client.post("/api/enter")
    client.get("/api/whoami")
    client.post("/sign-in/out")
    clock.advance(seconds=1)

    client.post("/api/enter")

    assert client.get("/api/whoami").status_code == 200


def test_after_signing_out_one_may_choose_another_account(client: FlaskClient) -> None:
    page = client.get("/sign-in/out", headers=BROWSER)

    assert "Has cerrado la sesión" in page.text
    assert 'href="/sign-in?choose=account"' in page.text


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("es", "Microsoft no responde"),
        ("en-GB,en", "Microsoft does not answer"),
        ("fr", "Microsoft no responde"),
    ],
)
def test_microsoft_out_of_reach_is_said_in_the_readers_language(
    language: str, heading: str, client: FlaskClient
) -> None:
    page = client.get("/sign-in", headers={**BROWSER, "Accept-Language": language})

    assert page.status_code == 503
    assert heading in page.text
    assert 'href="/sign-in"' in page.text


@pytest.mark.parametrize("query", ["", "?state=forged&code=x", "?error=access_denied&error_description=<b>"])
def test_an_answer_to_no_question_signs_nobody_in(query: str, client: FlaskClient) -> None:
    page = client.get(f"/sign-in/callback{query}", headers=BROWSER)

    assert page.status_code == 400
    assert "El inicio de sesión ha caducado" in page.text
    assert client.get("/api/whoami").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "",
        "register",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        " /x",
    ],
)
def test_the_way_back_never_leads_elsewhere(path: str) -> None:
    assert safe_path(path) == "/"


@pytest.mark.parametrize("path", ["/", "/?client=C01", "/admin#salud", "/?q=España"])
def test_the_way_back_leads_to_our_own_pages(path: str) -> None:
    assert safe_path(path) == path


def test_a_browser_without_session_is_led_to_the_sign_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/api/whoami?a=1", headers=BROWSER)

    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/api/whoami?a%3D1")


def test_the_other_name_of_this_machine_is_left_for_the_public_one(client: FlaskClient) -> None:
    answer = client.get("/sign-in?next=/x", base_url="http://127.0.0.1:8000")

    assert answer.location == "http://localhost:8000/sign-in?next=/x"


class TestBehindHttps:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"public_url": "https://register.example"})

    def test_the_cookie_is_for_this_host_alone(self, client: FlaskClient) -> None:
        cookie = client.post("/api/enter", base_url="https://register.example").headers["Set-Cookie"]

        name, _, attributes = cookie.partition(";")
        assert name.startswith("__Host-bitacora=")
        assert {part.strip() for part in attributes.split(";")} == {
            "Secure",
            "HttpOnly",
            "Path=/",
            "SameSite=Lax",
        }

    def test_a_proxy_that_speaks_to_loopback_is_not_sent_round(self, client: FlaskClient) -> None:
        answer = client.get("/sign-in", base_url="http://127.0.0.1:8000", headers=BROWSER)

        assert answer.status_code == 503


def test_on_ones_own_machine_the_cookie_has_a_plain_name(client: FlaskClient) -> None:
    cookie = client.post("/api/enter").headers["Set-Cookie"]

    assert cookie.startswith("bitacora=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie
