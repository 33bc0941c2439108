"""What subscribers are told, and what becomes of it on the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from simulator import Simulator
from simulator.delivery import DeliveryRules
from tests.contract.conftest import ANA, LUIS
from tests.contract.letters import letter, person
from tests.contract.receiver import Receiver
from tests.contract.samples import assert_same_shape, sample

pytestmark = pytest.mark.integration

ONCE = DeliveryRules(retry_gaps=(0.01, 0.02), updates_after_arrival=(1, 1))
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}


@pytest.fixture(autouse=True)
def short_gaps(firm: Simulator) -> None:
    firm.notifications.rules = ONCE


def watch(
    graph: httpx.Client, receiver: Receiver, *, mailbox: str = ANA, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    wanted = {
        "changeType": "created,updated,deleted",
        "notificationUrl": f"{receiver.url}/hook",
        "lifecycleNotificationUrl": f"{receiver.url}/life",
        "resource": f"/users/{mailbox}/messages",
        "expirationDateTime": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        "clientState": "secret",
    }
    answer = graph.post("/subscriptions", json=wanted, headers=headers)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_notification_has_the_recorded_shape(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    subscription = watch(graph, receiver)
    firm.world.deliver(letter())
    firm.notifications.wait_until_idle()

    item = receiver.items[0]
    assert_same_shape({"value": [item]}, sample("docs/notification_basic_message.json"))
    oid, message_id = firm.world.user(ANA).id, item["resourceData"]["id"]
    assert item["resource"] == item["resourceData"]["@odata.id"] == f"Users/{oid}/Messages/{message_id}"
    assert (item["subscriptionId"], item["clientState"]) == (subscription["id"], "secret")
    assert graph.get(f"/users/{ANA}/messages/{message_id}").json()["subject"] == "Facturas"
    assert receiver.headers[0]["Content-Type"] == "application/json; charset=utf-8"
    assert not {"Authorization", "User-Agent"} & set(receiver.headers[0])


def test_a_new_mail_is_created_and_then_updated_a_few_times(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    firm.notifications.rules = DeliveryRules()
    watch(graph, receiver)
    for _ in range(20):
        firm.world.deliver(letter())
    firm.notifications.wait_until_idle()

    assert receiver.kinds.count("created") == 20
    assert 20 <= receiver.kinds.count("updated") <= 60


def test_immutable_ids_are_told_to_those_who_asked(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    watch(graph, receiver, headers=IMMUTABLE)
    (found,) = firm.world.deliver(letter())
    firm.world.move(ANA, found, "archive")
    firm.notifications.wait_until_idle()

    assert receiver.kinds == ["created", "updated", "updated"]
    assert {item["resourceData"]["id"] for item in receiver.items} == {found}


def test_a_move_is_a_deletion_and_a_creation_with_default_ids(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    (found,) = firm.world.deliver(letter())
    watch(graph, receiver)
    firm.world.move(ANA, found, "archive")
    firm.world.delete(ANA, found)
    firm.notifications.wait_until_idle()

    assert receiver.kinds == ["deleted", "created", "deleted"]
    ids = [item["resourceData"]["id"] for item in receiver.items]
    assert ids[0] != ids[1] == ids[2]


def test_a_draft_that_is_sent_keeps_its_immutable_id(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    watch(graph, receiver, headers=IMMUTABLE)
    draft = firm.world.save_draft(ANA, {"toRecipients": [person("c@x.example")]})
    firm.world.send_draft(ANA, draft)
    firm.notifications.wait_until_idle()

    assert receiver.kinds == ["created", "updated", "updated", "updated"]
    assert {item["resourceData"]["id"] for item in receiver.items} == {draft}


def test_only_the_watched_mailbox_is_told_of(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    watch(graph, receiver)
    firm.world.deliver(letter(to=LUIS))
    firm.notifications.wait_until_idle()

    assert receiver.items == []


def test_what_is_not_accepted_comes_again(graph: httpx.Client, firm: Simulator, receiver: Receiver) -> None:
    watch(graph, receiver)
    receiver.statuses = [503, 500]
    firm.world.deliver(letter())
    firm.notifications.wait_until_idle()

    assert sorted(receiver.kinds) == ["created", "updated"]
    assert firm.notifications.lost == 0


def test_what_is_never_accepted_is_lost(graph: httpx.Client, firm: Simulator, receiver: Receiver) -> None:
    watch(graph, receiver)
    receiver.statuses = [503] * 10
    firm.world.deliver(letter())
    firm.notifications.wait_until_idle()

    assert (receiver.items, firm.notifications.lost) == ([], 2)


def test_many_changes_travel_together(graph: httpx.Client, firm: Simulator, receiver: Receiver) -> None:
    watch(graph, receiver)
    with firm.world.lock:
        for _ in range(100):
            firm.world.deliver(letter())
    firm.notifications.wait_until_idle()

    assert len(receiver.items) == 200
    assert len(receiver.posts) < 100


def test_notifications_can_be_dropped(graph: httpx.Client, firm: Simulator, receiver: Receiver) -> None:
    watch(graph, receiver)
    firm.faults.drop_notifications(count=2)
    firm.world.deliver(letter())
    firm.world.deliver(letter())
    firm.notifications.wait_until_idle()
    firm.faults.drop_notifications(share=0.3)
    for _ in range(50):
        firm.world.deliver(letter())
    firm.notifications.wait_until_idle()

    assert len(receiver.items) == firm.notifications.delivered
    assert 50 < len(receiver.items) - 2 < 90
    assert firm.notifications.lost == 104 - len(receiver.items)


def test_notifications_can_be_doubled(graph: httpx.Client, firm: Simulator, receiver: Receiver) -> None:
    watch(graph, receiver)
    firm.faults.duplicate_notifications(5)
    firm.world.deliver(letter())
    firm.notifications.wait_until_idle()

    assert sorted(receiver.kinds) == ["created"] * 5 + ["updated"] * 5


def test_notifications_can_overtake_each_other(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    watch(graph, receiver)
    firm.faults.reorder_notifications()
    with firm.world.lock:
        for _ in range(20):
            firm.world.deliver(letter())
    firm.notifications.wait_until_idle()

    assert receiver.kinds != ["created", "updated"] * 20
    assert sorted(receiver.kinds) == ["created"] * 20 + ["updated"] * 20


@pytest.mark.parametrize("event", ["missed", "subscriptionRemoved", "reauthorizationRequired"])
def test_a_lifecycle_event_has_the_recorded_shape(
    graph: httpx.Client, firm: Simulator, receiver: Receiver, event: Any
) -> None:
    subscription = watch(graph, receiver)

    told = firm.subscriptions.lifecycle(event, ANA)

    firm.notifications.wait_until_idle()
    assert told == 1
    assert_same_shape(receiver.posts[0], sample(f"docs/lifecycle_{event}.json"))
    assert receiver.items[0]["lifecycleEvent"] == event
    alive = graph.get(f"/subscriptions/{subscription['id']}").status_code == 200
    assert alive == (event != "subscriptionRemoved")


@pytest.mark.parametrize("by", ["reauthorize", "patch"])
def test_notifications_wait_for_a_renewed_authorisation(
    graph: httpx.Client, firm: Simulator, receiver: Receiver, by: str
) -> None:
    path = f"/subscriptions/{watch(graph, receiver)['id']}"
    firm.subscriptions.lifecycle("reauthorizationRequired")
    firm.world.deliver(letter())
    firm.notifications.wait_until_idle()
    held = [item for item in receiver.items if "changeType" in item]

    if by == "reauthorize":
        graph.post(f"{path}/reauthorize")
    else:
        expires = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        graph.patch(path, json={"expirationDateTime": expires})

    firm.notifications.wait_until_idle()
    assert held == []
    assert [item["changeType"] for item in receiver.items if "changeType" in item] == ["created", "updated"]


def test_a_reset_forgets_every_subscription(graph: httpx.Client, firm: Simulator, receiver: Receiver) -> None:
    watch(graph, receiver)

    firm.reset()

    assert graph.get("/subscriptions").json()["value"] == []
