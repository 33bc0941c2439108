"""Reading notifications, and telling genuine ones from forged ones."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.graph.notifications import (
    MAX_ITEMS,
    KnownSubscription,
    Notification,
    NotNotifications,
    hash_client_state,
    is_genuine,
    parse,
)

SAMPLES = Path(__file__).parents[4] / "shared" / "graph-samples" / "docs"
TENANT = "7b1d2c3e-5a60-4f7b-8c9d-0e1f2a3b4c5d"
KNOWN = KnownSubscription(account_id=1, client_state_hash=hash_client_state("secret"))


def item(**changes: Any) -> dict[str, Any]:
    return {
        "subscriptionId": "s-1",
        "changeType": "created",
        "clientState": "secret",
        "tenantId": TENANT,
        "resource": "Users/u/Messages/m-1",
        "resourceData": {"id": "m-1"},
        **changes,
    }


def read(*items: object) -> list[Notification]:
    return parse(json.dumps({"value": list(items)}).encode())


def test_a_genuine_item_is_taken() -> None:
    (notification,) = read(item())

    assert is_genuine(notification, KNOWN, TENANT)
    assert notification.message_id == "m-1"


@pytest.mark.parametrize(
    "changes",
    [
        {"clientState": "guess"},
        {"clientState": ""},
        {"clientState": None},
        {"tenantId": "11111111-5a60-4f7b-8c9d-0e1f2a3b4c5d"},
        {"tenantId": None},
    ],
)
def test_a_forged_item_is_not(changes: dict[str, Any]) -> None:
    (notification,) = read(item(**changes))

    assert not is_genuine(notification, KNOWN, TENANT)


def test_an_item_of_an_unknown_subscription_is_not_genuine() -> None:
    (notification,) = read(item())

    assert not is_genuine(notification, None, TENANT)


def test_a_bad_item_does_not_sink_the_good_ones() -> None:
    received = read(item(), 7, None, {"resourceData": "x"}, [], item(resourceData={"id": "m-2"}))

    assert [notification.message_id for notification in received] == ["m-1", "m-2"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"value":3}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_collection_is_refused(body: bytes) -> None:
    with pytest.raises(NotNotifications):
        parse(body)


def test_more_items_than_graph_would_send_are_refused() -> None:
    with pytest.raises(NotNotifications):
        read(*[item()] * (MAX_ITEMS + 1))


@given(st.binary())
def test_no_body_makes_it_fail_in_another_way(body: bytes) -> None:
    try:
        parse(body)
    except NotNotifications:
        return


@pytest.mark.parametrize("name", ["notification_basic_message.json", "notification_basic_generic_page.json"])
def test_microsofts_own_examples_can_be_read(name: str) -> None:
    if not SAMPLES.exists():
        pytest.skip("the samples of Microsoft's documentation are not beside this checkout")

    received = parse((SAMPLES / name).read_bytes())

    assert received
    assert all(notification.message_id for notification in received)
