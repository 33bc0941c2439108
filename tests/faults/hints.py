"""Notifications made by hand, as Graph would send them, for what the simulator does not send by itself."""

from collections.abc import Iterable, Sequence
from typing import Any

from simulator.subscription import Subscription
from simulator.tenant import TENANT_ID
from tests.stepped import Stepped


def subscription_of(program: Stepped, mailbox: str) -> Subscription:
    """The one living subscription of a mailbox."""
    owner = program.simulator.world.user(mailbox).id
    (found,) = [s for s in program.simulator.subscriptions.listed() if s.scope.user_id == owner]
    return found


def hints(subscription: Subscription, graph_ids: Iterable[str], **changes: Any) -> list[dict[str, Any]]:
    """An item for each message, with the subscription's own secret."""
    return [
        {
            "subscriptionId": subscription.id,
            "clientState": subscription.client_state,
            "tenantId": TENANT_ID,
            "changeType": "created",
            "resource": f"Users/{subscription.scope.user_id}/Messages/{graph_id}",
            "resourceData": {"@odata.type": "#Microsoft.Graph.Message", "id": graph_id},
            **changes,
        }
        for graph_id in graph_ids
    ]


def post(program: Stepped, items: Sequence[Any]) -> int:
    """One delivery of these items; gives the status of the answer."""
    with program.caller() as graph:
        return graph.post("/graph/notifications", json={"value": list(items)}).status_code
