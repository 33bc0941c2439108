"""What every answer tells the browser, page class by page class."""

import pytest
from flask.testing import FlaskClient

from server.settings import Settings
from server.web.security import origin_of


def policy(client: FlaskClient, path: str) -> dict[str, list[str]]:
    directives = client.get(path).headers["Content-Security-Policy"].split(";")
    return {words[0]: words[1:] for words in (directive.split() for directive in directives)}


def test_outlook_may_frame_the_pane(client: FlaskClient) -> None:
    frames = policy(client, "/addin/taskpane/")["frame-ancestors"]

    assert frames == [
        "'self'",
        "https://outlook.office.com",
        "https://outlook.office365.com",
        "https://outlook.cloud.microsoft",
        "https://outlook.live.com",
        "https://appsforoffice.microsoft.com",
    ]
    assert "X-Frame-Options" not in client.get("/addin/taskpane/").headers


def test_the_pane_runs_our_scripts_and_office_js(client: FlaskClient) -> None:
    pane = policy(client, "/addin/taskpane/")

    assert pane["default-src"] == ["'none'"]
    assert pane["script-src"] == [
        "'self'",
        "https://appsforoffice.microsoft.com",
        "https://ajax.aspnetcdn.com",
    ]
    assert pane["connect-src"] == ["'self'", "https://login.example"]
    assert pane["style-src"] == ["'self'"]


@pytest.mark.parametrize("path", ["/", "/sign-in/out", "/api/whoami", "/nowhere"])
def test_nobody_may_frame_the_rest(path: str, client: FlaskClient) -> None:
    assert policy(client, path)["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("path", ["/", "/sign-in/out", "/nowhere"])
def test_pages_run_our_own_scripts_only(path: str, client: FlaskClient) -> None:
    assert policy(client, path)["script-src"] == ["'self'"]


@pytest.mark.parametrize("path", ["/", "/addin/taskpane/", "/api/whoami", "/api/bug", "/nowhere"])
def test_every_answer_is_careful(path: str, client: FlaskClient) -> None:
    headers = client.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_the_sign_in_window_of_the_pane_finds_its_way_back(client: FlaskClient) -> None:
    with client.get("/addin/taskpane/signed-in.html") as page:
        assert "Cross-Origin-Opener-Policy" not in page.headers
    assert client.get("/").headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_answers_of_the_api_are_not_kept(client: FlaskClient) -> None:
    assert client.get("/api/whoami").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000"])
def test_our_own_names_are_answered(host: str, client: FlaskClient) -> None:
    assert client.get("/", base_url=f"http://{host}").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example"])
def test_a_foreign_host_name_is_refused(host: str, client: FlaskClient) -> None:
    response = client.get("/", headers={"Host": host})

    assert response.status_code == 422
    assert "evil" not in response.text


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Register.Example/", "https://register.example"),
        ("https://register.example:443", "https://register.example"),
        ("https://register.example:8443/x", "https://register.example:8443"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin


class TestElsewhere:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(
            update={
                "public_url": "https://register.example",
                "office_js_url": "http://localhost:8025/outlook/office.js",
            }
        )

    def test_an_origin_that_brings_office_js_may_frame_the_pane_and_brings_nothing_else(
        self, client: FlaskClient
    ) -> None:
        pane = policy(client, "/addin/taskpane/")

        assert pane["script-src"] == ["'self'", "http://localhost:8025"]
        assert pane["frame-ancestors"][-1] == "http://localhost:8025"

    def test_encryption_is_remembered_for_a_year(self, client: FlaskClient) -> None:
        response = client.get("/", base_url="https://register.example")

        assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
