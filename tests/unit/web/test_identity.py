"""Who gets in, by which key, and for how long."""

from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.accounts.models import Person, StaffAddress
from server.accounts.people import recognise
from server.db import Database
from tests.unit.graph.issuer import ANA_ID, Clock, Issuer

HOME = {"Origin": "http://localhost:8000"}


def by_token(client: FlaskClient, token: str, method: str = "GET") -> TestResponse:
    return client.open("/api/whoami", method=method, headers={"Authorization": f"Bearer {token}"})


def enter(client: FlaskClient) -> TestResponse:
    return client.post("/api/enter")


def people(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(person.name, person.address) for person in session.query(Person)]


def code(response: TestResponse) -> Any:
    assert response.json is not None
    return response.json["code"]


def test_a_token_of_the_pane_opens_the_door(client: FlaskClient, issuer: Issuer) -> None:
    response = by_token(client, issuer.token())

    assert response.json == {"id": 1, "name": "Ana Ribera", "administrator": False}


def test_a_bad_token_is_answered_with_the_failed_check(client: FlaskClient, issuer: Issuer) -> None:
    response = by_token(client, issuer.token(aud="https://graph.microsoft.com"))

    assert (response.status_code, code(response)) == (401, "sign_in_needed")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json is not None
    assert response.json["detail"] == "The access token was refused: audience"


def test_a_bad_token_is_not_saved_by_a_good_cookie(client: FlaskClient) -> None:
    enter(client)

    assert by_token(client, "not a token").status_code == 401


def test_nobody_is_sent_away_for_keys_that_cannot_be_fetched(client: FlaskClient, issuer: Issuer) -> None:
    issuer.failure = httpx.ConnectError("down")

    response = by_token(client, issuer.token())

    assert (response.status_code, code(response)) == (503, "microsoft_busy")


@pytest.mark.parametrize(
    ("roles", "is_administrator"),
    [(["Administrator"], True), (["Reader"], False), (["administrator"], False), ("Administrator", False)],
)
def test_only_the_role_makes_an_administrator(
    roles: object, is_administrator: bool, client: FlaskClient, issuer: Issuer
) -> None:
    response = by_token(client, issuer.token(roles=roles))

    assert response.json is not None
    assert response.json["administrator"] is is_administrator


def test_a_token_may_write_without_naming_an_origin(client: FlaskClient, issuer: Issuer) -> None:
    assert by_token(client, issuer.token(), "POST").status_code == 200


def test_somebody_seen_twice_is_one_person(client: FlaskClient, issuer: Issuer, database: Database) -> None:
    by_token(client, issuer.token())
    by_token(client, issuer.token())

    assert people(database) == [("Ana Ribera", "ana@ribera.example")]


def test_a_new_name_is_taken_over_and_makes_no_second_person(
    client: FlaskClient, issuer: Issuer, database: Database
) -> None:
    by_token(client, issuer.token())
    response = by_token(client, issuer.token(name="Ana Ruiz", preferred_username="ana.ruiz@ribera.example"))

    assert response.json == {"id": 1, "name": "Ana Ruiz", "administrator": False}
    assert people(database) == [("Ana Ruiz", "ana.ruiz@ribera.example")]


def test_the_same_address_on_another_object_id_is_somebody_else(
    client: FlaskClient, issuer: Issuer, database: Database
) -> None:
    other = "00000000-0000-4000-8000-00000000000f"
    with database.writing() as session:
        session.add(StaffAddress(address="ana2@ribera.example", entra_id=other, name="Ana"))

    by_token(client, issuer.token())
    by_token(client, issuer.token(oid=other))

    assert len(people(database)) == 2


def test_someone_who_was_shut_out_stays_out(client: FlaskClient, issuer: Issuer, database: Database) -> None:
    with database.writing() as session:
        recognise(session, entra_id=ANA_ID, name="Ana", address="ana@ribera.example").active = False
    enter(client)

    by_cookie = client.get("/api/whoami")
    by_bearer = by_token(client, issuer.token(roles=["Administrator"]))

    assert (by_cookie.status_code, code(by_cookie)) == (403, "not_a_member")
    assert (by_bearer.status_code, code(by_bearer)) == (403, "not_a_member")


def test_a_reader_does_not_stand_in_the_writers_queue(
    client: FlaskClient, issuer: Issuer, database: Database
) -> None:
    by_token(client, issuer.token())

    with database.writing():
        assert by_token(client, issuer.token()).status_code == 200


def test_a_session_opens_the_door(client: FlaskClient) -> None:
    enter(client)

    assert client.get("/api/whoami").json == {"id": 1, "name": "Ana Ribera", "administrator": True}


def test_without_any_key_the_door_stays_shut(client: FlaskClient) -> None:
    response = client.get("/api/whoami")

    assert (response.status_code, code(response)) == (401, "sign_in_needed")


def test_another_scheme_than_bearer_opens_nothing(client: FlaskClient) -> None:
    response = client.get("/api/whoami", headers={"Authorization": "Basic YW5hOmFuYQ=="})

    assert response.status_code == 401


def test_a_cookie_that_was_changed_opens_nothing(client: FlaskClient) -> None:
    enter(client)
    cookie = client.get_cookie("bitacora")
    assert cookie is not None
    client.set_cookie("bitacora", cookie.value.replace(cookie.value[10], "_", 1))

    assert client.get("/api/whoami").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://localhost:8000.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_cookie_does_not_write_for_other_sites(
    headers: dict[str, str], method: str, client: FlaskClient
) -> None:
    enter(client)

    response = client.open("/api/whoami", method=method, headers=headers)

    assert (response.status_code, code(response)) == (403, "origin_refused")


@pytest.mark.parametrize("headers", [HOME, {"Sec-Fetch-Site": "same-origin"}])
def test_a_cookie_writes_for_our_own_pages(headers: dict[str, str], client: FlaskClient) -> None:
    enter(client)

    assert client.post("/api/whoami", headers=headers).status_code == 200


def test_a_session_ends_after_half_an_hour_of_rest(client: FlaskClient, clock: Clock) -> None:
    enter(client)
    clock.advance(minutes=30)

    assert client.get("/api/whoami").status_code == 401


def test_work_keeps_a_session_alive_until_eight_hours_are_over(client: FlaskClient, clock: Clock) -> None:
    enter(client)

    for _ in range(16):
        assert client.get("/api/whoami").status_code == 200
        clock.advance(minutes=29, seconds=59)
    clock.advance(seconds=16)

    assert client.get("/api/whoami").status_code == 401


def test_the_cookie_is_not_rewritten_within_a_minute(client: FlaskClient, clock: Clock) -> None:
    enter(client)
    clock.advance(seconds=59)
    early = client.get("/api/whoami")
    clock.advance(seconds=1)
    late = client.get("/api/whoami")

    assert ("Set-Cookie" in early.headers, "Set-Cookie" in late.headers) == (False, True)


def test_entering_leaves_nothing_of_an_earlier_session(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"

    enter(client)

    with client.session_transaction() as session:
        assert "planted" not in session
