"""Several requests in one."""

from typing import Any

import httpx
import pytest

from simulator import Simulator
from tests.contract.conftest import ANA, LUIS
from tests.contract.letters import letter
from tests.contract.samples import assert_same_shape, sample

pytestmark = pytest.mark.integration


def get(identifier: str, url: str = f"/users/{ANA}", **more: Any) -> dict[str, Any]:
    return {"id": identifier, "method": "GET", "url": url, **more}


def batch(graph: httpx.Client, *requests: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = graph.post("/$batch", json={"requests": list(requests)})
    assert answer.status_code == 200, answer.text
    return {response["id"]: response for response in answer.json()["responses"]}


def test_each_request_has_its_own_answer(graph: httpx.Client) -> None:
    found = batch(
        graph, get("1"), get("2", "/users/nobody"), get("3", "users/ana%40ribera.example?$select=mail")
    )

    assert {key: each["status"] for key, each in found.items()} == {"1": 200, "2": 404, "3": 200}
    assert found["3"]["body"]["mail"] == ANA
    assert_same_shape(found["2"]["body"], sample("docs/batch_response_mixed.json")["responses"][0]["body"])


def test_requests_with_bodies_change_things(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = firm.world.deliver(letter())
    url = f"/users/{ANA}/messages/{found}"
    patch = {
        "id": "1",
        "method": "PATCH",
        "url": url,
        "body": {"isRead": True},
        "headers": {"Content-Type": "application/json", "Prefer": 'IdType="ImmutableId"'},
    }

    answer = batch(graph, patch)["1"]

    assert (answer["body"]["isRead"], answer["body"]["id"]) == (True, found)


def test_a_request_waits_for_those_it_depends_on(graph: httpx.Client) -> None:
    found = batch(
        graph,
        get("1", "/users/nobody"),
        get("2", dependsOn=["1"]),
        get("3", dependsOn=["2"]),
        get("4"),
        get("5", dependsOn=["4"]),
    )

    assert [found[key]["status"] for key in "12345"] == [404, 424, 424, 200, 200]


def test_a_throttled_request_waits_by_itself(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(429, retry_after=7, path=f"/users/{LUIS}/messages")

    found = batch(graph, get("1", f"/users/{ANA}/messages"), get("2", f"/users/{LUIS}/messages"))

    assert (found["1"]["status"], found["2"]["status"]) == (200, 429)
    assert found["2"]["headers"]["Retry-After"] == "7"


def test_requests_inside_are_logged(graph: httpx.Client, firm: Simulator) -> None:
    batch(graph, get("1", f"/users/{ANA}/messages"), get("2", f"/users/{ANA}/messages"))

    assert firm.requests.count(path="/messages", mailbox=firm.world.user(ANA).id, status=200) == 2
    assert firm.requests.count(path="/$batch") == 1


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [get(str(number)) for number in range(21)],
        [get("a"), get("A")],
        [{"method": "GET", "url": "/users"}],
        [get("1", "https://graph.microsoft.com/v1.0/users")],
        [{"id": "1", "method": "POST", "url": "/x", "body": {}}],
    ],
)
def test_a_batch_that_is_none_is_refused(graph: httpx.Client, requests: list[dict[str, Any]]) -> None:
    assert graph.post("/$batch", json={"requests": requests}).status_code == 400
