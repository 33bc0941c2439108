"""How errors are told to programs and to people."""

import pytest
import structlog
from flask.testing import FlaskClient
from structlog.testing import LogCapture
from structlog.typing import EventDict

from server.web import problems
from server.web.message_page import MESSAGES
from server.web.problems import CODES, STATUS_CODES, TITLES

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "es"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> list[EventDict]:
    """What is logged; a logger of its own, because a program that was started keeps the one it has."""
    capture = LogCapture()
    monkeypatch.setattr(problems, "log", structlog.wrap_logger(None, processors=[capture]))
    return capture.entries


def test_a_problem_says_what_is_true(client: FlaskClient) -> None:
    response = client.get("/api/nowhere")

    assert response.mimetype == "application/problem+json"
    assert response.json == {
        "type": "about:blank",
        "title": "There is no such thing, or none for you",
        "status": 404,
        "detail": "",
        "code": "not_found",
    }


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "invalid_input"), (403, "permission_needed"), (404, "not_found"), (413, "too_large")],
)
def test_an_abort_has_a_code(status: int, code: str, client: FlaskClient) -> None:
    response = client.get(f"/api/abort/{status}")

    assert response.json is not None
    assert response.json["code"] == code
    assert response.json["status"] == response.status_code == TITLES[code][0]


@pytest.mark.parametrize("status", [500, 503])
def test_a_failure_of_the_server_is_never_the_callers_fault(status: int, client: FlaskClient) -> None:
    response = client.get(f"/api/abort/{status}")

    assert response.json is not None
    assert (response.status_code, response.json["code"]) == (500, "internal_error")


def test_a_method_that_is_not_offered_names_those_that_are(client: FlaskClient) -> None:
    response = client.put("/api/whoami")

    assert response.status_code == 405
    assert {"GET", "PATCH"} <= set(response.headers["Allow"].split(", "))


def test_each_field_that_does_not_fit_is_named(client: FlaskClient) -> None:
    response = client.post("/api/wish", json={"amount": "many"})

    assert response.json is not None
    assert (response.status_code, response.json["code"]) == (422, "invalid_input")
    assert {finding["field"] for finding in response.json["errors"]} == {"amount", "name"}
    assert "many" not in response.text


@pytest.mark.parametrize("body", ["{", "", "\x00"])
def test_what_is_no_json_is_invalid_input(body: str, client: FlaskClient) -> None:
    response = client.post("/api/wish", data=body, headers=JSON)

    assert response.json is not None
    assert (response.status_code, response.json["code"]) == (422, "invalid_input")


def test_a_body_over_one_megabyte_is_too_large(client: FlaskClient) -> None:
    response = client.post("/api/wish", data=b" " * (1024 * 1024 + 1), headers=JSON)

    assert response.json is not None
    assert (response.status_code, response.json["code"]) == (413, "too_large")


def test_graphs_own_pause_is_passed_on(client: FlaskClient) -> None:
    response = client.get("/api/busy")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "13")


def test_a_bug_has_an_id_and_no_content(client: FlaskClient, logs: list[EventDict]) -> None:
    response = client.get("/api/bug")

    assert response.json is not None
    assert (response.status_code, response.json["code"]) == (500, "internal_error")
    assert "canary" not in response.text
    assert [entry["error_id"] for entry in logs] == [response.json["error_id"]]


def test_a_person_gets_a_page(client: FlaskClient) -> None:
    response = client.get("/nowhere", headers=BROWSER)

    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert "Aquí no hay nada" in response.text
    assert 'href="/"' in response.text


def test_a_person_is_given_the_id_to_pass_on(client: FlaskClient, logs: list[EventDict]) -> None:
    response = client.get("/api/bug", headers=BROWSER)

    assert f"<code>{logs[0]['error_id']}</code>" in response.text
    assert "canary" not in response.text


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html;q=0.9"])
def test_a_program_gets_no_page(accept: str, client: FlaskClient) -> None:
    assert client.get("/nowhere", headers={"Accept": accept}).mimetype == "application/problem+json"


def test_every_code_has_a_title_and_a_page_in_both_languages() -> None:
    assert {*CODES.values(), *STATUS_CODES.values()} <= set(TITLES)
    assert set(TITLES) <= set(MESSAGES["es"])
    assert set(MESSAGES["es"]) == set(MESSAGES["en"])
