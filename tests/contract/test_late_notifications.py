"""Notifications that come late, spoiled, again or not at all, by the simulator's clock."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from simulator import Simulator
from simulator.delivery import DeliveryRules
from tests.contract.conftest import ANA, LUIS
from tests.contract.letters import letter
from tests.contract.receiver import Receiver
from tests.contract.test_notifications import watch
from tests.contract.test_subscriptions import in_future, wanted

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
MARTA = "marta@ribera.example"


@pytest.fixture(autouse=True)
def created_only(firm: Simulator) -> None:
    firm.notifications.rules = DeliveryRules(updates_after_arrival=(0, 0))


def test_a_late_notification_comes_when_the_time_has_passed(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    watch(graph, receiver)
    firm.faults.delay_notifications(4 * 3_600, count=1)
    late, prompt = (firm.world.deliver(letter())[0] for _ in range(2))
    firm.notifications.wait_until_quiet()
    before = len(receiver.items)

    firm.clock.advance(4 * HOUR)

    firm.notifications.wait_until_idle()
    assert (before, len(receiver.items)) == (1, 2)
    box = firm.world.mailbox(ANA)
    found = [item["resourceData"]["id"] for item in receiver.items]
    assert found == [box.message(each).rest_id for each in (prompt, late)]


def test_a_late_notification_speaks_of_a_subscription_that_was_renewed_or_deleted(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    old = watch(graph, receiver)
    firm.faults.delay_notifications(60)
    firm.world.deliver(letter())
    graph.patch(f"/subscriptions/{old['id']}", json={"expirationDateTime": in_future(48 * HOUR)})
    firm.world.deliver(letter())
    graph.delete(f"/subscriptions/{old['id']}")

    firm.clock.advance(HOUR)

    firm.notifications.wait_until_idle()
    first, second = receiver.items
    assert first["subscriptionId"] == second["subscriptionId"] == old["id"]
    assert first["subscriptionExpirationDateTime"] < second["subscriptionExpirationDateTime"]


def test_several_mailboxes_come_in_one_request(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    for mailbox in (ANA, LUIS, MARTA):
        watch(graph, receiver, mailbox=mailbox)
    firm.faults.delay_notifications(60)
    for mailbox in (ANA, LUIS, MARTA):
        firm.world.deliver(letter(to=mailbox))

    firm.clock.advance(HOUR)

    firm.notifications.wait_until_idle()
    (post,) = receiver.posts
    assert len({item["subscriptionId"] for item in post["value"]}) == 3


@pytest.mark.parametrize(
    "kind",
    ["null", "text", "empty", "no_resource", "unknown_subscription", "wrong_client_state", "other_tenant"],
)
def test_a_bad_item_comes_among_fifty(
    graph: httpx.Client, firm: Simulator, receiver: Receiver, kind: Any
) -> None:
    subscription = watch(graph, receiver)
    firm.faults.delay_notifications(60)
    firm.faults.slip_in_bad_notifications(kind)
    for _ in range(49):
        firm.world.deliver(letter())

    firm.clock.advance(HOUR)

    firm.notifications.wait_until_idle()
    (post,) = receiver.posts
    good = [item for item in post["value"] if is_good(item, subscription)]
    assert (len(post["value"]), len(good)) == (50, 49)


def is_good(item: Any, subscription: dict[str, Any]) -> bool:
    return (
        isinstance(item, dict)
        and item.get("subscriptionId") == subscription["id"]
        and item.get("clientState") == "secret"
        and not item["tenantId"].startswith("0000")
        and "resourceData" in item
    )


def test_everything_can_be_sent_once_more(graph: httpx.Client, firm: Simulator, receiver: Receiver) -> None:
    old = watch(graph, receiver)
    firm.world.deliver(letter())
    graph.delete(f"/subscriptions/{old['id']}")
    firm.notifications.wait_until_idle()

    firm.faults.repeat_notifications()

    firm.notifications.wait_until_idle()
    assert receiver.items[0] == receiver.items[1]
    assert len(receiver.items) == 2


def test_the_same_seed_loses_the_same_notifications(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    def lost(seed: int) -> list[bool]:
        firm.faults.drop_notifications(share=0.3, seed=seed)
        counts = [firm.notifications.lost]
        for _ in range(30):
            firm.world.deliver(letter())
            counts.append(firm.notifications.lost)
        return [after > before for before, after in pairwise(counts)]

    watch(graph, receiver)

    assert lost(7) == lost(7) != lost(8)


def test_who_is_away_for_an_hour_is_told_afterwards(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    watch(graph, receiver)
    receiver.statuses = [503] * 10
    firm.world.deliver(letter())
    firm.notifications.wait_until_quiet()
    waiting = firm.notifications.waiting
    receiver.statuses = []

    firm.clock.advance(HOUR)

    firm.notifications.wait_until_idle()
    assert (waiting, receiver.kinds, firm.notifications.lost) == (1, ["created"], 0)


def test_who_is_away_for_four_hours_is_never_told(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    watch(graph, receiver)
    receiver.statuses = [503] * 10
    firm.world.deliver(letter())
    firm.notifications.wait_until_quiet()

    firm.clock.advance(4 * HOUR)

    firm.notifications.wait_until_idle()
    receiver.statuses = []
    firm.world.deliver(letter("later"))
    firm.notifications.wait_until_idle()
    assert (receiver.kinds, firm.notifications.lost) == (["created"], 1)


@pytest.mark.parametrize("minutes", [10_080, 10_070, 4_230])
def test_the_longest_life_of_a_subscription_can_be_set(
    graph: httpx.Client, firm: Simulator, receiver: Receiver, minutes: int
) -> None:
    firm.faults.limit_subscriptions(minutes)
    most = timedelta(minutes=minutes)

    refused = graph.post("/subscriptions", json=wanted(receiver, expirationDateTime=in_future(most + HOUR)))
    made = graph.post("/subscriptions", json=wanted(receiver, expirationDateTime=in_future(most - HOUR)))
    late = graph.patch(
        f"/subscriptions/{made.json()['id']}", json={"expirationDateTime": in_future(most + HOUR)}
    )

    assert (refused.status_code, made.status_code, late.status_code) == (400, 201, 400)
    for answer in (refused, late):
        assert answer.json()["error"]["code"] == "ExtensionError"
        assert answer.json()["error"]["message"] == (
            f"Subscription expiration can only be {minutes} minutes in the future."
        )


def test_an_answer_lost_leaves_the_subscription(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    firm.faults.next_call(path="/subscriptions", method="POST", drop=True)
    with pytest.raises(httpx.RemoteProtocolError):
        graph.post("/subscriptions", json=wanted(receiver))
    (made,) = graph.get("/subscriptions").json()["value"]

    firm.faults.next_call(path="/subscriptions", method="PATCH", drop=True)
    with pytest.raises(httpx.RemoteProtocolError):
        graph.patch(f"/subscriptions/{made['id']}", json={"expirationDateTime": in_future(72 * HOUR)})

    (renewed,) = graph.get("/subscriptions").json()["value"]
    assert renewed["expirationDateTime"] > made["expirationDateTime"]
    assert graph.post("/subscriptions", json=wanted(receiver)).status_code == 409


def test_a_subscription_can_be_lost_without_a_word(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    ids = {mailbox: watch(graph, receiver, mailbox=mailbox)["id"] for mailbox in (ANA, LUIS)}

    firm.faults.lose_subscriptions(ANA)

    renewal = {"expirationDateTime": in_future(48 * HOUR)}
    statuses = [graph.patch(f"/subscriptions/{ids[each]}", json=renewal).status_code for each in ids]
    assert statuses == [404, 200]
    firm.notifications.wait_until_idle()
    assert receiver.items == []


def test_a_renewal_may_be_refused_while_the_subscription_lives(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    path = f"/subscriptions/{watch(graph, receiver)['id']}"
    firm.faults.next_call(404, method="PATCH", path="/subscriptions/", code="ResourceNotFound")

    answer = graph.patch(path, json={"expirationDateTime": in_future(48 * HOUR)})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ResourceNotFound")
    assert graph.get(path).status_code == 200


def test_both_addresses_may_be_asked_again_at_renewal(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    path = f"/subscriptions/{watch(graph, receiver)['id']}"
    firm.faults.validate_at_renewal()

    renewed = graph.patch(path, json={"expirationDateTime": in_future(48 * HOUR)})
    firm.faults.clear()
    graph.patch(path, json={"expirationDateTime": in_future(72 * HOUR)})

    assert renewed.status_code == 200
    assert [path for path, _ in receiver.handshakes] == ["/hook", "/life"] * 2
