"""Change and lifecycle notifications: reading them and checking that they are genuine. Pure code.

A notification is a wake-up call, not data: basic ones carry no signature, so all that is taken from it
is which message of which subscription to look at.
https://learn.microsoft.com/graph/outlook-change-notifications-overview
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

import msgspec

MAX_ITEMS = 1_000
MAX_ID_LENGTH = 512


class NotNotifications(ValueError):
    """The body is not a collection of notifications."""


class _ResourceData(msgspec.Struct):
    id: str = ""


class Notification(msgspec.Struct, rename="camel", frozen=True):
    """One item of a delivery; a lifecycle notification has a `lifecycle_event`, a change has not."""

    subscription_id: str = ""
    client_state: str | None = None
    tenant_id: str | None = None
    change_type: str | None = None
    lifecycle_event: str | None = None
    resource_data: _ResourceData | None = None

    @property
    def message_id(self) -> str:
        return self.resource_data.id if self.resource_data else ""


class _Collection(msgspec.Struct):
    value: list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class KnownSubscription:
    """What we remember of a subscription, to compare a notification with."""

    account_id: int
    client_state_hash: str
    heard_at: datetime | None = None


def parse(body: bytes) -> list[Notification]:
    """Read a delivery. Items that cannot be read are left out, the others count.

    Raises NotNotifications if the body is no collection or holds more than MAX_ITEMS.
    """
    try:
        items = msgspec.json.decode(body, type=_Collection).value
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotNotifications("the body is not a collection of notifications") from error
    if len(items) > MAX_ITEMS:
        raise NotNotifications(f"more than {MAX_ITEMS} items in one delivery")
    return [item for raw in items if (item := _item(raw))]


def is_genuine(notification: Notification, subscription: KnownSubscription | None, tenant_id: str) -> bool:
    """Whether Graph sent it for a subscription of ours: known id, right clientState, right tenant."""
    if subscription is None or (notification.tenant_id or "").casefold() != tenant_id.casefold():
        return False
    received = hash_client_state(notification.client_state or "")
    return hmac.compare_digest(received, subscription.client_state_hash)


def hash_client_state(client_state: str) -> str:
    return hashlib.sha256(client_state.encode("utf-8", "surrogatepass")).hexdigest()


def _item(raw: msgspec.Raw) -> Notification | None:
    try:
        item = msgspec.json.decode(raw, type=Notification)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return item if len(item.message_id) <= MAX_ID_LENGTH else None
