"""Subscriptions: the handshake, the limits, the life of one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from werkzeug.wrappers import Response

from simulator import Simulator
from tests.contract.conftest import ANA, LUIS
from tests.contract.letters import letter
from tests.contract.receiver import Receiver, echo
from tests.contract.samples import assert_same_shape, sample

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)


def in_future(duration: timedelta) -> str:
    return (datetime.now(UTC) + duration).isoformat()


def wanted(receiver: Receiver, **changes: Any) -> dict[str, Any]:
    return {
        "changeType": "created,updated",
        "notificationUrl": f"{receiver.url}/hook",
        "lifecycleNotificationUrl": f"{receiver.url}/life",
        "resource": f"/users/{ANA}/messages",
        "expirationDateTime": in_future(DAY),
        "clientState": "secret",
        **changes,
    }


def test_a_subscription_has_the_shape_of_graphs(graph: httpx.Client, receiver: Receiver) -> None:
    answer = graph.post("/subscriptions", json=wanted(receiver))

    assert answer.status_code == 201
    assert_same_shape(answer.json(), sample("docs/subscription_create_response_outlook_message.json"))
    assert graph.get(answer.headers["location"]).json()["id"] == answer.json()["id"]


def test_both_addresses_are_asked_before_the_answer(graph: httpx.Client, receiver: Receiver) -> None:
    asked: list[str] = []

    def remember(token: str) -> Response:
        asked.append(token)
        return echo(token)

    receiver.validate = remember

    graph.post("/subscriptions", json=wanted(receiver, notificationUrl=f"{receiver.url}/hook?key=1"))

    assert [path for path, _ in receiver.handshakes] == ["/hook", "/life"]
    assert all(": " in token for token in asked)
    assert "Authorization" not in receiver.handshakes[0][1]


@pytest.mark.parametrize(
    "answer",
    [
        Response("no", content_type="text/plain"),
        Response(status=403),
        Response(status=202),
        Response("{token}", content_type="application/json"),
        Response("{quoted}", content_type="text/plain"),
    ],
)
def test_an_endpoint_that_does_not_echo_the_decoded_token_is_refused(
    graph: httpx.Client, receiver: Receiver, answer: Response
) -> None:
    def wrong(token: str) -> Response:
        text = answer.get_data(as_text=True)
        said = text.replace("{token}", token).replace("{quoted}", token.replace(" ", "+"))
        return Response(said, answer.status_code, content_type=answer.content_type)

    receiver.validate = wrong

    refused = graph.post("/subscriptions", json=wanted(receiver))

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "ValidationError")
    assert graph.get("/subscriptions").json()["value"] == []


def test_an_endpoint_that_is_down_is_refused(graph: httpx.Client, receiver: Receiver) -> None:
    answer = graph.post("/subscriptions", json=wanted(receiver, notificationUrl="http://127.0.0.1:9/hook"))

    assert answer.json()["error"]["code"] == "ValidationError"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expirationDateTime": in_future(timedelta(days=8))}, "ExtensionError"),
        ({"expirationDateTime": in_future(-DAY)}, "InvalidRequest"),
        ({"expirationDateTime": "tomorrow"}, "InvalidRequest"),
        ({"changeType": "moved"}, "InvalidRequest"),
        ({"changeType": ""}, "InvalidRequest"),
        ({"clientState": "x" * 129}, "InvalidRequest"),
        ({"notificationUrl": "http://firm.example/hook"}, "ValidationError"),
        ({"lifecycleNotificationUrl": "http://firm.example/hook"}, "ValidationError"),
        ({"resource": f"/users/{ANA}/events"}, "ExtensionError"),
        ({"resource": f"/users/{ANA}/messages?$filter=nonsense"}, "BadRequest"),
    ],
)
def test_what_graph_refuses_is_refused(
    graph: httpx.Client, receiver: Receiver, changes: dict[str, Any], code: str
) -> None:
    answer = graph.post("/subscriptions", json=wanted(receiver, **changes))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_short_life_is_raised_to_45_minutes(graph: httpx.Client, receiver: Receiver) -> None:
    soon = wanted(receiver, expirationDateTime=in_future(timedelta(minutes=5)))

    expires = graph.post("/subscriptions", json=soon).json()["expirationDateTime"]

    left = datetime.fromisoformat(expires) - datetime.now(UTC)
    assert timedelta(minutes=44) < left < timedelta(minutes=46)


def test_the_same_subscription_twice_is_a_conflict(graph: httpx.Client, receiver: Receiver) -> None:
    graph.post("/subscriptions", json=wanted(receiver))

    same = graph.post("/subscriptions", json=wanted(receiver, changeType="updated,created"))
    other = graph.post("/subscriptions", json=wanted(receiver, changeType="created"))

    assert (same.status_code, other.status_code) == (409, 201)


def test_a_subscription_for_nobody_or_without_permission_is_refused(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    nobody = graph.post("/subscriptions", json=wanted(receiver, resource="/users/nobody/messages"))
    firm.faults.refuse_permission("Mail.Read")
    refused = graph.post("/subscriptions", json=wanted(receiver))

    assert (nobody.status_code, refused.status_code) == (404, 403)


def test_a_subscription_is_renewed_and_deleted(graph: httpx.Client, receiver: Receiver) -> None:
    made = graph.post("/subscriptions", json=wanted(receiver)).json()
    path = f"/subscriptions/{made['id']}"

    renewed = graph.patch(path, json={"expirationDateTime": in_future(3 * DAY)})
    deleted = graph.delete(path)

    assert renewed.status_code == 200
    assert renewed.json()["expirationDateTime"] > made["expirationDateTime"]
    assert deleted.status_code == 204
    assert graph.patch(path, json={"expirationDateTime": in_future(DAY)}).status_code == 404


def test_a_new_address_is_asked_again_and_the_lifecycle_address_cannot_change(
    graph: httpx.Client, receiver: Receiver
) -> None:
    path = f"/subscriptions/{graph.post('/subscriptions', json=wanted(receiver)).json()['id']}"

    moved = graph.patch(path, json={"notificationUrl": f"{receiver.url}/moved"})
    refused = graph.patch(path, json={"lifecycleNotificationUrl": f"{receiver.url}/moved"})

    assert moved.json()["notificationUrl"].endswith("/moved")
    assert [path for path, _ in receiver.handshakes] == ["/hook", "/life", "/moved"]
    assert refused.status_code == 400


def test_an_expired_subscription_is_gone(
    graph: httpx.Client, firm: Simulator, receiver: Receiver, app_token: str
) -> None:
    soon = wanted(receiver, expirationDateTime=in_future(timedelta(minutes=45)))
    path = f"/subscriptions/{graph.post('/subscriptions', json=soon).json()['id']}"

    firm.clock.advance(timedelta(minutes=50))

    assert graph.get(path).status_code == 404
    firm.world.deliver(letter())
    firm.notifications.wait_until_idle()
    assert receiver.items == []


def test_reauthorizing_leaves_the_expiry(graph: httpx.Client, receiver: Receiver) -> None:
    made = graph.post("/subscriptions", json=wanted(receiver)).json()

    answer = graph.post(f"/subscriptions/{made['id']}/reauthorize")

    assert answer.status_code == 204
    found = graph.get(f"/subscriptions/{made['id']}").json()
    assert found["expirationDateTime"] == made["expirationDateTime"]


def test_a_folder_of_one_mailbox_can_be_watched(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    resource = f"users/{firm.world.user(ANA).id}/mailFolders('inbox')/messages?$filter=isRead eq false"
    graph.post("/subscriptions", json=wanted(receiver, resource=resource, changeType="created,deleted"))

    (found,) = firm.world.deliver(letter())
    firm.world.deliver(letter(to=LUIS))
    firm.world.update(ANA, found, {"isRead": True})
    firm.world.update(ANA, found, {"isRead": False})
    firm.world.move(ANA, found, "archive")

    firm.notifications.wait_until_idle()
    assert receiver.kinds == ["created", "deleted", "created", "deleted"]
