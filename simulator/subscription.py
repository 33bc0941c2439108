"""One subscription: what it watches, and what of a change it tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.changes import MessageChange
from simulator.messages import Message
from simulator.tenant import TENANT_ID
from simulator.values import Json, long_timestamp

Predicate = Callable[[Message], bool]


@dataclass(frozen=True)
class Scope:
    """The messages that a resource such as `users/{id}/mailFolders('inbox')/messages?$filter=…` names."""

    user_id: str
    folder_id: str | None
    predicate: Predicate
    excluded_folder_id: str

    def holds(self, message: Message | None) -> bool:
        if message is None or message.folder_id == self.excluded_folder_id:
            return False
        return self.folder_id in (None, message.folder_id) and self.predicate(message)


@dataclass
class Subscription:
    """A subscription as Graph keeps it; `paused` ones wait for a renewed authorisation."""

    id: str
    application_id: str
    creator_id: str
    resource: str
    scope: Scope
    change_types: frozenset[str]
    change_type: str
    notification_url: str
    lifecycle_url: str | None
    expires: datetime
    client_state: str | None
    tls_version: str
    immutable_ids: bool
    paused: bool = False

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "resource": self.resource,
            "applicationId": self.application_id,
            "changeType": self.change_type,
            "clientState": self.client_state,
            "notificationUrl": self.notification_url,
            "notificationQueryOptions": None,
            "notificationContentType": None,
            "lifecycleNotificationUrl": self.lifecycle_url,
            "expirationDateTime": long_timestamp(self.expires),
            "creatorId": self.creator_id,
            "includeResourceData": None,
            "latestSupportedTlsVersion": self.tls_version,
            "encryptionCertificate": None,
            "encryptionCertificateId": None,
            "notificationUrlAppId": None,
        }

    def told(self, change: MessageChange) -> list[Json]:
        """The notifications that a change gives rise to, in order."""
        if change.user_id != self.scope.user_id:
            return []
        told = self._told(change.before, change.after)
        return [self._notification(kind, message) for kind, message in told if kind in self.change_types]

    def updated(self, message: Message) -> list[Json]:
        """The notification that a message was touched, if the subscription asked for such."""
        wanted = "updated" in self.change_types and self.scope.holds(message)
        return [self._notification("updated", message)] if wanted else []

    def lifecycle(self, event: str) -> Json:
        return {"lifecycleEvent": event, **self._envelope()}

    def _told(self, before: Message | None, after: Message | None) -> list[tuple[str, Message]]:
        was, now = self.scope.holds(before), self.scope.holds(after)
        if before and after and was and now and self._id_of(before) == self._id_of(after):
            return [("updated", after)]
        gone = [("deleted", before)] if before and was else []
        new = [("created", after)] if after and now else []
        return gone + new

    def _id_of(self, message: Message) -> str:
        return message.identifier(self.immutable_ids)

    def _notification(self, kind: str, message: Message) -> Json:
        # Whatever folder was subscribed to, the resource names user and message only.
        resource = f"Users/{self.scope.user_id}/Messages/{self._id_of(message)}"
        data: Mapping[str, Any] = {
            "@odata.type": "#Microsoft.Graph.Message",
            "@odata.id": resource,
            "@odata.etag": message.etag,
            "id": self._id_of(message),
        }
        return {**self._envelope(), "changeType": kind, "resource": resource, "resourceData": data}

    def _envelope(self) -> Json:
        return {
            "subscriptionId": self.id,
            "subscriptionExpirationDateTime": long_timestamp(self.expires, "+00:00"),
            "clientState": self.client_state,
            "tenantId": TENANT_ID,
        }
