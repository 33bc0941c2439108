"""The real MSAL signs in at the simulator."""

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from simulator import Simulator
from simulator.tenant import CLIENT_ID, CLIENT_SECRET, TENANT_ID
from tests.contract.conftest import ANA, LUIS, trusting
from tests.contract.samples import assert_same_shape, sample

pytestmark = [
    pytest.mark.integration,
    # MSAL recommends form_post; the code comes in the query here, as a GET that carries a Lax cookie.
    pytest.mark.filterwarnings("ignore:response_mode='form_post' is recommended:UserWarning"),
]

GRAPH = ["https://graph.microsoft.com/.default"]
API = f"api://{CLIENT_ID}/access_as_user"
CALLBACK = "http://localhost:8000/sign-in/callback"
PANE = "http://localhost:8000/addin/taskpane/"


@pytest.fixture(autouse=True)
def own_authority_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """requests, which MSAL uses, lets these win over the authority that it is told to trust."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


def msal_app(simulator: Simulator, credential: Any = CLIENT_SECRET) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        CLIENT_ID,
        authority=f"{simulator.login_url}/{TENANT_ID}",
        client_credential=credential,
        instance_discovery=False,
        verify=str(simulator.ca_bundle),
    )


def choose(simulator: Simulator, url: str, person: str) -> str:
    """Picks a person on the sign-in page as a browser does; returns the address it is sent back to."""
    page = httpx.get(url)
    assert person in page.text
    answer = httpx.post(url, data={"person": person})
    assert answer.status_code == 302
    return answer.headers["location"]


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def verified(simulator: Simulator, token: str, audience: str) -> dict[str, Any]:
    """A token's claims, checked with the published keys."""
    keys = httpx.get(
        f"{simulator.login_url}/{TENANT_ID}/discovery/v2.0/keys", verify=trusting(simulator)
    ).json()
    kid = jwt.get_unverified_header(token)["kid"]
    key = jwt.PyJWK(next(key for key in keys["keys"] if key["kid"] == kid))
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], audience=audience)
    return claims


def person_token(simulator: Simulator, person: str, scope: str) -> dict[str, Any]:
    asked = {"person": person, "client_id": CLIENT_ID, "scope": scope}
    answer: dict[str, Any] = httpx.post(f"{simulator.url}/simulator/tokens", json=asked).json()
    return answer


def test_a_secret_gives_a_token_for_the_application(firm: Simulator) -> None:
    answer = msal_app(firm).acquire_token_for_client(GRAPH)

    claims = verified(firm, answer["access_token"], "https://graph.microsoft.com")
    assert answer["token_type"] == "Bearer"
    assert (claims["appid"], claims["tid"], claims["idtyp"]) == (CLIENT_ID, TENANT_ID, "app")
    assert "Mail.ReadWrite" in claims["roles"]
    assert "scp" not in claims


@pytest.mark.parametrize("form", ["thumbprint", "public certificate"])
def test_a_certificate_gives_a_token_in_either_form_of_msal(firm: Simulator, form: str) -> None:
    pem = firm.client_certificate.read_text()
    certificate = x509.load_pem_x509_certificates(pem.encode())[0]
    credential = {"private_key": pem, "thumbprint": certificate.fingerprint(hashes.SHA1()).hex()}  # noqa: S303
    if form == "public certificate":
        credential = {"private_key": pem, "public_certificate": pem[pem.index("-----BEGIN CERT") :]}

    answer = msal_app(firm, credential).acquire_token_for_client(GRAPH)

    assert "access_token" in answer, answer


def test_an_unregistered_certificate_is_refused(firm: Simulator) -> None:
    firm.application.certificates.clear()
    pem = firm.client_certificate.read_text()
    credential = {"private_key": pem, "public_certificate": pem[pem.index("-----BEGIN CERT") :]}

    answer = msal_app(firm, credential).acquire_token_for_client(GRAPH)

    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [700027])


def test_a_wrong_secret_is_refused_with_401(firm: Simulator) -> None:
    answer = httpx.post(
        f"{firm.login_url}/{TENANT_ID}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": "wrong",
            "scope": GRAPH[0],
        },
        verify=trusting(firm),
    )

    assert answer.status_code == 401
    assert answer.json()["error_codes"] == [7000215]
    assert_same_shape(
        {**answer.json(), "claims": ""},
        {**sample("docs/obo_error_interaction_required_400.json"), "error_uri": ""},
    )


def test_a_person_signs_in_with_code_and_pkce(firm: Simulator) -> None:
    app = msal_app(firm)
    flow = app.initiate_auth_code_flow([API], redirect_uri=CALLBACK)

    back = choose(firm, flow["auth_uri"], ANA)
    answer = app.acquire_token_by_auth_code_flow(flow, query(back))

    assert back.startswith(CALLBACK)
    claims = verified(firm, answer["access_token"], CLIENT_ID)
    assert claims["iss"] == f"{firm.login_url}/{TENANT_ID}/v2.0"
    assert (claims["ver"], claims["azp"], claims["scp"]) == ("2.0", CLIENT_ID, "access_as_user")
    assert (claims["preferred_username"], claims["roles"]) == (ANA, ["Administrator"])
    assert claims["oid"] == firm.world.user(ANA).id
    assert answer["id_token_claims"]["nonce"]
    assert "scp" not in answer["id_token_claims"]


def test_a_code_works_once(firm: Simulator) -> None:
    app = msal_app(firm)
    flow = app.initiate_auth_code_flow([API], redirect_uri=CALLBACK)
    back = query(choose(firm, flow["auth_uri"], ANA))
    app.acquire_token_by_auth_code_flow(flow, back)

    answer = app.acquire_token_by_auth_code_flow(flow, back)

    assert answer["error"] == "invalid_grant"


def test_a_code_without_its_verifier_is_refused(firm: Simulator) -> None:
    app = msal_app(firm)
    flow = app.initiate_auth_code_flow([API], redirect_uri=CALLBACK)
    back = query(choose(firm, flow["auth_uri"], ANA))

    answer = app.acquire_token_by_auth_code_flow({**flow, "code_verifier": "x" * 43}, back)

    assert answer["error_codes"] == [501481]


def test_a_refresh_token_gives_a_new_token(firm: Simulator) -> None:
    app = msal_app(firm)
    flow = app.initiate_auth_code_flow([API], redirect_uri=CALLBACK)
    app.acquire_token_by_auth_code_flow(flow, query(choose(firm, flow["auth_uri"], LUIS)))
    (account,) = app.get_accounts()

    answer = app.acquire_token_silent([API], account, force_refresh=True)

    assert answer is not None
    assert answer["token_source"] == "identity_provider"
    assert "roles" not in verified(firm, answer["access_token"], CLIENT_ID)


def test_the_pane_token_is_exchanged_for_graph_on_behalf_of_the_person(firm: Simulator) -> None:
    pane = person_token(firm, LUIS, f"{API} openid profile")

    answer = msal_app(firm).acquire_token_on_behalf_of(
        pane["access_token"], ["https://graph.microsoft.com/Mail.Read"]
    )

    claims = verified(firm, answer["access_token"], "https://graph.microsoft.com")
    assert claims["oid"] == firm.world.user(LUIS).id
    assert claims["scp"].split()[0] == "Mail.Read"


def test_a_graph_token_cannot_be_exchanged(firm: Simulator) -> None:
    wrong = person_token(firm, LUIS, "https://graph.microsoft.com/Mail.Read")

    answer = msal_app(firm).acquire_token_on_behalf_of(wrong["access_token"], GRAPH)

    assert answer["error_codes"] == [500131]


def test_browser_code_is_redeemed_across_origins_only(firm: Simulator) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "redirect_uri": PANE,
        "scope": f"{API} openid offline_access",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "response_mode": "fragment",
        "state": "s",
    }
    authorize = f"{firm.browser_url}/{TENANT_ID}/oauth2/v2.0/authorize"

    def redeemed(headers: dict[str, str]) -> httpx.Response:
        back = choose(firm, str(httpx.URL(authorize, params=asked)), ANA)
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": parse_qs(urlsplit(back).fragment)["code"][0],
            "redirect_uri": PANE,
            "code_verifier": verifier,
        }
        url = f"{firm.login_url}/{TENANT_ID}/oauth2/v2.0/token"
        return httpx.post(url, data=form, headers=headers, verify=trusting(firm))

    assert redeemed({}).json()["error_codes"] == [9002327]
    answer = redeemed({"Origin": "http://localhost:8000"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"access_token", "id_token", "refresh_token"} <= set(answer.json())


def test_outlooks_broker_gets_a_token_and_the_account(firm: Simulator) -> None:
    answer = person_token(firm, ANA, f"{API} openid")

    assert verified(firm, answer["access_token"], CLIENT_ID)["azpacr"] == "0"
    assert verified(firm, answer["id_token"], CLIENT_ID)["oid"] == answer["account"]["localAccountId"]
    assert answer["account"]["username"] == ANA


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"redirect_uri": "https://elsewhere.example/sign-in/callback"}, 50011),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, 700016),
        ({"response_type": "id_token"}, 70005),
        ({"code_challenge_method": "plain"}, 501491),
    ],
)
def test_an_unsound_request_ends_on_a_page_and_not_at_its_redirect(
    firm: Simulator, change: dict[str, str], number: int
) -> None:
    asked = {"client_id": CLIENT_ID, "response_type": "code", "redirect_uri": CALLBACK, "scope": API}
    url = f"{firm.browser_url}/{TENANT_ID}/oauth2/v2.0/authorize"

    answer = httpx.get(url, params={**asked, **change})

    assert answer.status_code == 400
    assert f"AADSTS{number}" in answer.text


@pytest.mark.parametrize(("language", "title"), [("es-ES", "Elige una cuenta"), ("en-GB", "Pick an account")])
def test_the_sign_in_page_speaks_the_browsers_language(firm: Simulator, language: str, title: str) -> None:
    flow = msal_app(firm).initiate_auth_code_flow([API], redirect_uri=CALLBACK)

    page = httpx.get(flow["auth_uri"], headers={"Accept-Language": language})

    assert f"<h1>{title}</h1>" in page.text
    assert not re.search(r"info@ribera\.example", page.text)


def test_cancelling_and_silence_without_a_hint_are_errors_at_the_redirect(firm: Simulator) -> None:
    flow = msal_app(firm).initiate_auth_code_flow([API], redirect_uri=CALLBACK, state="mine")

    cancelled = httpx.post(flow["auth_uri"], data={"person": ""}).headers["location"]
    silent = httpx.get(f"{flow['auth_uri']}&prompt=none").headers["location"]

    assert query(cancelled) == {"error": "access_denied", "state": "mine"}
    assert query(silent) == {"error": "login_required", "state": "mine"}


def test_silence_with_a_hint_needs_no_page(firm: Simulator) -> None:
    app = msal_app(firm)
    flow = app.initiate_auth_code_flow([API], redirect_uri=CALLBACK, prompt="none", login_hint=LUIS)

    back = httpx.get(flow["auth_uri"]).headers["location"]

    answer = app.acquire_token_by_auth_code_flow(flow, query(back))
    assert answer["id_token_claims"]["preferred_username"] == LUIS


def test_the_metadata_is_a_part_of_microsofts(firm: Simulator) -> None:
    recorded = sample("azure-sdk-js/openid_configuration_v2.json")

    url = f"{firm.login_url}/{TENANT_ID}/v2.0/.well-known/openid-configuration"
    found = httpx.get(url, verify=trusting(firm)).json()

    assert set(found) <= set(recorded)
    assert found["authorization_endpoint"].startswith("http://localhost:")
    assert found["token_endpoint"].startswith(firm.login_url)


def test_the_keys_have_the_shape_of_microsofts(firm: Simulator) -> None:
    url = f"{firm.login_url}/{TENANT_ID}/discovery/v2.0/keys"

    found = httpx.get(url, verify=trusting(firm)).json()

    assert_same_shape(found, sample("docs/jwks_common_v2_shape.json"))
    assert found["keys"][0]["issuer"] == f"{firm.login_url}/{{tenantid}}/v2.0"


def test_a_rotated_key_signs_and_the_old_one_still_verifies(firm: Simulator) -> None:
    old = person_token(firm, ANA, API)["access_token"]

    assert httpx.post(f"{firm.url}/simulator/keys", json={"keep_old": True}).status_code == 204

    new = person_token(firm, ANA, API)["access_token"]
    assert jwt.get_unverified_header(old)["kid"] != jwt.get_unverified_header(new)["kid"]
    assert verified(firm, old, CLIENT_ID)["oid"] == verified(firm, new, CLIENT_ID)["oid"]


def test_a_foreign_tenant_is_unknown(firm: Simulator) -> None:
    url = f"{firm.login_url}/elsewhere.example/v2.0/.well-known/openid-configuration"

    answer = httpx.get(url, verify=trusting(firm))

    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])


def test_an_application_token_is_for_the_default_scope_only(firm: Simulator) -> None:
    answer = msal_app(firm).acquire_token_for_client(["https://graph.microsoft.com/Mail.Read"])

    assert answer["error_codes"] == [1002012]


def test_a_broken_token_endpoint_answers_503_and_recovers(firm: Simulator) -> None:
    firm.faults.token_endpoint("unavailable", count=1)
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": GRAPH[0],
    }
    url = f"{firm.login_url}/{TENANT_ID}/oauth2/v2.0/token"

    statuses = [httpx.post(url, data=form, verify=trusting(firm)).status_code for _ in range(2)]

    assert statuses == [503, 200]
