"""Subscriptions: Graph's promise to report the changes of a mailbox for some days.

Graph calls the notification address while the creation is still open, so nothing may be locked then.
https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.models.subscription import Subscription as WireSubscription

from server.graph.client import GraphClient
from server.graph.errors import LifetimeTooLong, NotFound

# The reference says 10,080 minutes, the service has refused more than 10,070, older tenants 4,230.
LIFETIMES = tuple(timedelta(minutes=minutes) for minutes in (10_080, 10_070, 4_230))


@dataclass(frozen=True, slots=True)
class GrantedSubscription:
    graph_id: str
    resource: str
    expires_at: datetime


class _Wire(msgspec.Struct, rename="camel"):
    id: str
    resource: str
    expiration_date_time: datetime
    notification_url: str | None = None


class _Page(msgspec.Struct):
    value: list[_Wire]
    next_link: str = msgspec.field(name="@odata.nextLink", default="")


class Subscriptions:
    def __init__(self, client: GraphClient, public_url: str) -> None:
        self._client = client
        self._notification_url = f"{public_url}/graph/notifications"
        self._lifecycle_url = f"{public_url}/graph/lifecycle"
        self._lifetimes = LIFETIMES

    def create(self, mailbox: str, client_state: str, now: datetime) -> GrantedSubscription:
        """Ask for the changes of all messages of a mailbox, for as long as the service grants.

        Raises AlreadyExists and other GraphErrors.
        """
        return self._for_long(lambda lifetime: self._create(mailbox, client_state, now + lifetime))

    def renew(self, graph_id: str, now: datetime) -> GrantedSubscription:
        """Extend a subscription; this also answers a request for reauthorisation.

        Raises NotFound when Graph has forgotten it, and other GraphErrors.
        """
        return self._for_long(lambda lifetime: self._renew(graph_id, now + lifetime))

    def delete(self, graph_id: str) -> None:
        """End a subscription; one that is gone already is in order. Raises GraphError."""
        builder = self._client.sdk.subscriptions.by_subscription_id(graph_id)
        try:
            self._client.send(builder.to_delete_request_information())
        except NotFound:
            return

    def ours(self) -> list[GrantedSubscription]:
        """All subscriptions of this app that report to this server. Raises GraphError."""
        request = self._client.sdk.subscriptions.to_get_request_information()
        page = self._client.send(request).decode(_Page)
        found = list(page.value)
        while page.next_link:
            page = self._client.send(self._client.follow(page.next_link, request)).decode(_Page)
            found += page.value
        return [_granted(wire) for wire in found if wire.notification_url == self._notification_url]

    def _for_long(self, ask: Callable[[timedelta], GrantedSubscription]) -> GrantedSubscription:
        """Ask for the longest life that this service has not yet refused, and learn from a refusal."""
        for lifetime in self._lifetimes[:-1]:
            try:
                return ask(lifetime)
            except LifetimeTooLong:
                self._lifetimes = tuple(shorter for shorter in LIFETIMES if shorter < lifetime)
        return ask(self._lifetimes[-1])

    def _create(self, mailbox: str, client_state: str, expires_at: datetime) -> GrantedSubscription:
        body = WireSubscription(
            change_type="created,updated",
            notification_url=self._notification_url,
            lifecycle_notification_url=self._lifecycle_url,
            resource=f"/users/{mailbox}/messages",
            expiration_date_time=expires_at,
            client_state=client_state,
        )
        return self._send(self._client.sdk.subscriptions.to_post_request_information(body))

    def _renew(self, graph_id: str, expires_at: datetime) -> GrantedSubscription:
        builder = self._client.sdk.subscriptions.by_subscription_id(graph_id)
        body = WireSubscription(expiration_date_time=expires_at)
        return self._send(builder.to_patch_request_information(body))

    def _send(self, request: RequestInformation) -> GrantedSubscription:
        return _granted(self._client.send(request).decode(_Wire))


def _granted(wire: _Wire) -> GrantedSubscription:
    return GrantedSubscription(wire.id, wire.resource, wire.expiration_date_time.astimezone(UTC))
