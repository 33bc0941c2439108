"""When the credentials of the app registration end."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from simulator import Simulator
from simulator.tenant import CLIENT_ID, CLIENT_SECRET, TENANT_ID
from tests.contract.conftest import trusting

pytestmark = pytest.mark.integration

OWN = f"/applications(appId='{CLIENT_ID}')"
READING = "Application.Read.All"


def test_an_app_may_not_read_its_registration_unless_it_is_granted(
    graph: httpx.Client, firm: Simulator
) -> None:
    before = graph.get(OWN)
    firm.faults.grant_permission(READING)
    granted = graph.get(OWN)
    firm.faults.clear()

    assert (before.status_code, before.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert granted.status_code == 200
    assert graph.get(OWN).status_code == 403


def test_the_ends_of_secrets_and_certificates_are_told(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.grant_permission(READING)
    firm.faults.secret_ends(in_days=20)

    found = graph.get(OWN, params={"$select": "id,appId,passwordCredentials,keyCredentials"}).json()

    assert set(found) == {"@odata.context", "id", "appId", "passwordCredentials", "keyCredentials"}
    (secret,), (certificate,) = found["passwordCredentials"], found["keyCredentials"]
    left = datetime.fromisoformat(secret["endDateTime"]) - datetime.now(UTC)
    assert timedelta(days=19, hours=23) < left < timedelta(days=20, hours=1)
    assert (secret["secretText"], CLIENT_SECRET.startswith(secret["hint"])) == (None, True)
    registered = firm.application.certificates[0].not_valid_after_utc
    assert datetime.fromisoformat(certificate["endDateTime"]) == registered
    assert certificate["type"] == "AsymmetricX509Cert"


def test_another_application_is_not_found(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.grant_permission(READING)

    answer = graph.get("/applications(appId='00000000-0000-4000-8000-000000000000')")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "Request_ResourceNotFound")


def test_a_secret_that_has_ended_gets_no_token(firm: Simulator) -> None:
    def ask() -> httpx.Response:
        return httpx.post(
            f"{firm.login_url}/{TENANT_ID}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "scope": "https://graph.microsoft.com/.default",
            },
            verify=trusting(firm),
        )

    firm.faults.secret_ends(in_days=30)
    before = ask()
    firm.clock.advance(timedelta(days=31))
    after = ask()
    firm.faults.secret_ends(in_days=730)

    assert (before.status_code, after.status_code, ask().status_code) == (200, 401, 200)
    assert after.json()["error_codes"] == [7000222]
