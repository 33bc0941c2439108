"""The add-in's files over HTTP."""

from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from server.settings import Settings
from tests.unit.graph.issuer import CLIENT_ID, ISSUER, TENANT_ID


@pytest.mark.parametrize("path", ["/addin/taskpane/", "/addin/taskpane/index.html"])
def test_the_pane_loads_office_js_from_where_the_settings_say(path: str, client: FlaskClient) -> None:
    page = client.get(path)

    assert page.mimetype == "text/html"
    assert '<script src="https://appsforoffice.microsoft.com/lib/1/hosted/office.js">' in page.text
    assert "{{" not in page.text


def test_a_pane_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/addin/taskpane/")

    second = client.get("/addin/taskpane/", headers={"If-None-Match": first.headers["ETag"]})

    assert (second.status_code, second.data) == (304, b"")
    assert first.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "mimetype"),
    [
        ("taskpane/app.js", "text/javascript"),
        ("taskpane/pane.css", "text/css"),
        ("taskpane/signed-in.html", "text/html"),
        ("shared/api.js", "text/javascript"),
        ("shared/icons.svg", "image/svg+xml"),
        ("vendor/msal-browser.min.js", "text/javascript"),
        ("assets/icon-16.png", "image/png"),
        ("assets/favicon.ico", "image/x-icon"),
    ],
)
def test_files_have_their_type_and_are_sent_once(path: str, mimetype: str, client: FlaskClient) -> None:
    first = client.get(f"/addin/{path}")
    second = client.get(f"/addin/{path}", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.mimetype, second.status_code) == (200, mimetype, 304)
    first.close()
    second.close()


def test_icons_may_be_kept_because_outlook_insists(client: FlaskClient) -> None:
    with client.get("/addin/assets/icon-16.png") as icon:
        assert icon.headers["Cache-Control"] == "public, max-age=86400"


@pytest.mark.parametrize(
    "path",
    [
        "manifest",
        "taskpane/nothing.js",
        "taskpane",
        "taskpane/../../pyproject.toml",
        "taskpane/..%2f..%2fserver/settings.py",
        "taskpane/%2e%2e/%2e%2e/server/__init__.py",
        "shared/..\\..\\pyproject.toml",
        "shared//etc/passwd",
        "vendor/VENDORED.toml",
        "vendor/msal-browser.LICENSE",
        "views/../manifest.xml",
        "other/app.js",
    ],
)
def test_nothing_else_is_served(path: str, client: FlaskClient) -> None:
    response = client.get(f"/addin/{path}", follow_redirects=False)

    assert response.status_code in {308, 404}
    assert "BITACORA" not in response.text


def test_the_pane_learns_how_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/addin/settings.json").json == {
        "client_id": CLIENT_ID,
        "tenant_id": TENANT_ID,
        "authority": ISSUER.removesuffix("/v2.0"),
        "scope": f"api://{CLIENT_ID}/access_as_user",
    }


def test_the_manifest_names_the_public_address(client: FlaskClient) -> None:
    manifest = client.get("/addin/manifest.xml")

    assert manifest.mimetype == "application/xml"
    assert "http://localhost:8000/addin/taskpane/" in manifest.text
    assert ElementTree.fromstring(manifest.text) is not None  # noqa: S314 - our own file


class TestHostileSetting:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"office_js_url": 'https://x.example/"><script>alert(1)</script>'})

    def test_the_address_of_office_js_is_escaped(self, client: FlaskClient) -> None:
        assert "<script>alert" not in client.get("/addin/taskpane/").text
