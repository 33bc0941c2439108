"""Who may call Graph, and what for."""

from datetime import timedelta

import httpx
import pytest

from simulator import Simulator
from simulator.tenant import CLIENT_ID
from tests.contract.conftest import ANA, LUIS
from tests.contract.letters import letter
from tests.contract.samples import assert_same_shape, sample

pytestmark = pytest.mark.integration


def as_person(
    simulator: Simulator, person: str, scope: str = "https://graph.microsoft.com/.default"
) -> dict[str, str]:
    asked = {"person": person, "client_id": CLIENT_ID, "scope": scope}
    token = httpx.post(f"{simulator.url}/simulator/tokens", json=asked).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer rubbish"}, {"Authorization": "Basic YTpi"}],
)
def test_without_a_token_nothing_is_answered(firm: Simulator, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{firm.url}/v1.0/users/{ANA}/messages", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert "Bearer" in answer.headers["www-authenticate"]


def test_a_token_for_the_own_api_is_no_token_for_graph(firm: Simulator) -> None:
    headers = as_person(firm, ANA, f"api://{CLIENT_ID}/access_as_user")

    answer = httpx.get(f"{firm.url}/v1.0/me", headers=headers)

    assert answer.status_code == 401


def test_an_expired_token_is_refused(graph: httpx.Client, firm: Simulator) -> None:
    firm.clock.advance(timedelta(hours=2))

    assert graph.get(f"/users/{ANA}").status_code == 401


def test_an_error_has_the_shape_of_graphs(graph: httpx.Client) -> None:
    answer = graph.get("/users/nobody@ribera.example", headers={"client-request-id": "mine"})

    expected = sample("docs/batch_response_mixed.json")["responses"][0]["body"]
    assert_same_shape(answer.json(), expected)
    assert answer.json()["error"]["innerError"]["client-request-id"] == "mine"
    assert answer.headers["client-request-id"] == "mine"


def test_a_refused_permission_is_answered_with_403(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.refuse_permission("Mail.Read")

    answer = graph.get(f"/users/{ANA}/messages")

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")
    assert graph.get(f"/users/{ANA}").status_code == 200


def test_a_permission_that_was_never_granted_is_missed(graph: httpx.Client, firm: Simulator) -> None:
    firm.application.permissions -= {"Mail.ReadWrite", "Mail.Read"}

    assert graph.get(f"/users/{ANA}/messages").status_code == 403


def test_a_scoped_application_reaches_its_mailboxes_only(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.limit_mailboxes([ANA])

    refused = graph.get(f"/users/{LUIS}/messages")

    assert graph.get(f"/users/{ANA}/messages").status_code == 200
    assert refused.status_code == 403
    assert "[RAOP]" in refused.json()["error"]["message"]


def test_a_person_reaches_the_own_mailbox_only(firm: Simulator) -> None:
    headers = as_person(firm, LUIS)
    own = firm.world.user(LUIS).id

    with httpx.Client(base_url=f"{firm.url}/v1.0", headers=headers) as me:
        assert me.get("/me/messages").status_code == 200
        assert me.get(f"/users/{own}/messages").status_code == 200
        assert me.get(f"/users/{ANA}/messages").status_code == 403
        assert me.get("/me").json()["userPrincipalName"] == LUIS


def test_a_person_needs_the_scope(firm: Simulator) -> None:
    headers = as_person(firm, LUIS, "https://graph.microsoft.com/User.Read")

    assert httpx.get(f"{firm.url}/v1.0/me/messages", headers=headers).status_code == 403


def test_an_application_is_nobody(graph: httpx.Client) -> None:
    assert graph.get("/me/messages").status_code == 400


def test_an_unavailable_mailbox_says_so_until_it_is_back(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.mailbox_unavailable(ANA, "MailboxNotEnabledForRESTAPI")

    gone = graph.get(f"/users/{ANA}/messages")
    other = graph.get(f"/users/{LUIS}/messages")
    firm.faults.mailbox_available(ANA)
    back = graph.get(f"/users/{ANA}/messages")

    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "MailboxNotEnabledForRESTAPI")
    assert (other.status_code, back.status_code) == (200, 200)


def test_a_claims_challenge_names_what_is_missing(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.challenge_claims()

    challenged = graph.get(f"/users/{ANA}")

    assert challenged.status_code == 401
    assert 'error="insufficient_claims"' in challenged.headers["www-authenticate"]
    assert graph.get(f"/users/{ANA}").status_code == 200


def test_sending_needs_its_own_permission(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.refuse_permission("Mail.Send")

    answer = graph.post(f"/users/{ANA}/sendMail", json={"message": letter()})

    assert answer.status_code == 403
