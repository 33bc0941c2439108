"""The subscriptions of the application and what they tell about the world."""

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlsplit

from simulator.caller import Caller
from simulator.changes import MessageChange
from simulator.errors import GraphError, bad_request
from simulator.faults import Faults
from simulator.folders import DELETED_FOREVER
from simulator.handshake import check_endpoint
from simulator.notifications import Notifications
from simulator.resource import parsed_resource
from simulator.subscription import Scope, Subscription
from simulator.tenant import is_loopback
from simulator.values import Json, instant
from simulator.world import World

SHORTEST = timedelta(minutes=45)
MOST_PER_MAILBOX = 1000
CLIENT_STATE_LENGTH = 128
CHANGE_TYPES = frozenset({"created", "updated", "deleted"})
LifecycleEvent = Literal["missed", "subscriptionRemoved", "reauthorizationRequired"]


class Subscriptions:
    """Keeps subscriptions and turns changes of messages into notifications."""

    def __init__(self, world: World, notifications: Notifications, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._notifications = notifications
        self._lock = threading.RLock()
        self._by_id: dict[str, Subscription] = {}
        self._by_user: defaultdict[str, dict[str, Subscription]] = defaultdict(dict)
        self._held: dict[str, list[Json]] = {}
        world.on_change(self._tell)

    def create(self, request: Mapping[str, Any], caller: Caller, *, immutable_ids: bool) -> Subscription:
        """Checks the request and both addresses, then keeps the subscription; raises GraphError.

        The addresses are asked while the caller waits, with no lock held.
        """
        subscription = self._requested(request, caller, immutable_ids)
        self._check_room(subscription)
        for url in (subscription.notification_url, subscription.lifecycle_url):
            if url is not None:
                check_endpoint(url)
        with self._lock:
            self._check_room(subscription)
            self._keep(subscription)
        return subscription

    def get(self, identifier: str, application_id: str) -> Subscription:
        """The application's living subscription of that id; raises GraphError 404."""
        with self._lock:
            self._forget_expired()
            subscription = self._by_id.get(identifier)
        if subscription is None or subscription.application_id != application_id:
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        return subscription

    def listed(self, application_id: str | None = None) -> list[Subscription]:
        """The living subscriptions, of one application or of all; none outlives its mailbox."""
        with self._lock:
            self._forget_expired()
            return [s for s in self._by_id.values() if application_id in (None, s.application_id)]

    def update(self, identifier: str, request: Mapping[str, Any], application_id: str) -> Subscription:
        """Changes expiry or address as PATCH does, which also renews the authorisation; raises GraphError."""
        current = self.get(identifier, application_id)
        refused = sorted(set(request) - {"expirationDateTime", "notificationUrl", "@odata.type"})
        if refused:
            raise bad_request(
                f"{', '.join(refused)} cannot be changed; create another subscription.", "ValidationError"
            )
        changed = replace(current, paused=False)
        if "expirationDateTime" in request:
            changed.expires = self._expiry(request)
        if "notificationUrl" in request:
            changed.notification_url = _checked_url(request, "notificationUrl")
        for url in self._asked_again(current, changed):
            check_endpoint(url)
        with self._lock:
            self.get(identifier, application_id)
            self._keep(changed)
        self._flush(changed)
        return changed

    def lose(self, mailbox: str | None = None) -> None:
        """Ends the subscriptions of a mailbox (None: all) without a word."""
        user_id = mailbox and self._world.user(mailbox).id
        with self._lock:
            for subscription in self.listed():
                if user_id in (None, subscription.scope.user_id):
                    self._drop(subscription.id)

    def reauthorize(self, identifier: str, application_id: str) -> None:
        """Renews the authorisation and sends what was held back; raises GraphError 404."""
        subscription = self.get(identifier, application_id)
        subscription.paused = False
        self._flush(subscription)

    def delete(self, identifier: str, application_id: str) -> None:
        with self._lock:
            self.get(identifier, application_id)
            self._drop(identifier)

    def lifecycle(self, event: LifecycleEvent, mailbox: str | None = None) -> int:
        """Sends a lifecycle event for the subscriptions of a mailbox (None: all); returns how many were told.

        `subscriptionRemoved` ends them, `reauthorizationRequired` holds their notifications until renewed.
        """
        user_id = mailbox and self._world.user(mailbox).id
        concerned = [s for s in self.listed() if user_id in (None, s.scope.user_id)]
        for subscription in concerned:
            self._apply(event, subscription)
            if subscription.lifecycle_url:
                self._notifications.put(subscription.lifecycle_url, [subscription.lifecycle(event)])
        return len(concerned)

    def _apply(self, event: LifecycleEvent, subscription: Subscription) -> None:
        with self._lock:
            if event == "subscriptionRemoved":
                self._drop(subscription.id)
            if event == "reauthorizationRequired":
                subscription.paused = True

    def _tell(self, change: MessageChange) -> None:
        for subscription in self._watching(change.user_id):
            items = subscription.told(change)
            if items:
                self._put(subscription, items + self._aftermath(subscription, change))

    def _watching(self, user_id: str) -> list[Subscription]:
        with self._lock:
            now = self._world.now()
            return [s for s in self._by_user[user_id].values() if s.expires > now]

    def _aftermath(self, subscription: Subscription, change: MessageChange) -> list[Json]:
        if not change.arrival or change.after is None:
            return []
        times = self._notifications.chance.randint(*self._notifications.rules.updates_after_arrival)
        return subscription.updated(change.after) * times

    def _put(self, subscription: Subscription, items: Sequence[Json]) -> None:
        if subscription.paused:
            self._held.setdefault(subscription.id, []).extend(items)
        else:
            self._notifications.put(subscription.notification_url, items)

    def _flush(self, subscription: Subscription) -> None:
        held = self._held.pop(subscription.id, [])
        if held:
            self._notifications.put(subscription.notification_url, held)

    def _requested(self, request: Mapping[str, Any], caller: Caller, immutable_ids: bool) -> Subscription:
        _check_complete(request)
        lifecycle_url = request.get("lifecycleNotificationUrl")
        return Subscription(
            id=self._new_id(),
            application_id=caller.application.client_id,
            creator_id=caller.object_id,
            resource=request["resource"],
            scope=self._scope(request["resource"], caller),
            change_types=frozenset(request["changeType"].split(",")),
            change_type=request["changeType"],
            notification_url=_checked_url(request, "notificationUrl"),
            lifecycle_url=_checked_url(request, "lifecycleNotificationUrl") if lifecycle_url else None,
            expires=self._expiry(request),
            client_state=request.get("clientState"),
            tls_version=request.get("latestSupportedTlsVersion") or "v1_2",
            immutable_ids=immutable_ids,
        )

    def _asked_again(self, current: Subscription, changed: Subscription) -> list[str]:
        if self._faults.subscriptions.asks_at_renewal:
            return [url for url in (changed.notification_url, changed.lifecycle_url) if url]
        is_moved = changed.notification_url != current.notification_url
        return [changed.notification_url] if is_moved else []

    def _scope(self, text: str, caller: Caller) -> Scope:
        resource = parsed_resource(text)
        user = caller.mailbox_owner(self._world, resource.owner, "Mail.Read")
        self._check_mailbox(user.id)
        with self._world.lock:
            box = self._world.mailbox(user.id)
            folder_id = box.folder(resource.folder).id if resource.folder else None
            return Scope(user.id, folder_id, resource.predicate, box.folder(DELETED_FOREVER).id)

    def _check_mailbox(self, user_id: str) -> None:
        try:
            self._faults.check_mailbox(user_id)
        except GraphError as error:
            # https://github.com/microsoftgraph/aspnet-webhooks-rest-sample/issues/18
            status = HTTPStatus(error.status).phrase.replace(" ", "")
            message = f"Operation: Create; Exception: [Status Code: {status}; Reason: {error.message}]"
            raise GraphError(error.status, "ExtensionError", message) from error

    def _new_id(self) -> str:
        with self._world.lock:
            return self._world.ids.guid()

    def _expiry(self, request: Mapping[str, Any]) -> datetime:
        now = self._world.now()
        expires = instant(request["expirationDateTime"])
        if expires is None or expires <= now:
            raise bad_request("Subscription expiration must be a date in the future.", "InvalidRequest")
        longest = self._faults.subscriptions.longest_minutes
        if expires > now + timedelta(minutes=longest):
            raise bad_request(
                f"Subscription expiration can only be {longest} minutes in the future.", "ExtensionError"
            )
        return max(expires, now + SHORTEST)

    def _check_room(self, new: Subscription) -> None:
        living = self.listed()
        for old in living:
            if _same(old, new):
                raise GraphError(
                    409,
                    "ExtensionError",
                    f"Subscription Id {old.id} already exists for the requested combination",
                )
        if Counter(s.scope.user_id for s in living)[new.scope.user_id] >= MOST_PER_MAILBOX:
            raise GraphError(
                403, "ExtensionError", "The mailbox has reached its limit of 1000 subscriptions."
            )

    def _forget_expired(self) -> None:
        now = self._world.now()
        for identifier, subscription in list(self._by_id.items()):
            if subscription.expires <= now or not self._world.find_user(subscription.scope.user_id):
                self._drop(identifier)

    def _keep(self, subscription: Subscription) -> None:
        self._by_id[subscription.id] = subscription
        self._by_user[subscription.scope.user_id][subscription.id] = subscription

    def _drop(self, identifier: str) -> None:
        subscription = self._by_id.pop(identifier, None)
        if subscription is not None:
            del self._by_user[subscription.scope.user_id][identifier]


def _same(old: Subscription, new: Subscription) -> bool:
    return (
        old.application_id == new.application_id
        and old.change_types == new.change_types
        and old.resource.strip("/").lower() == new.resource.strip("/").lower()
    )


def _check_complete(request: Mapping[str, Any]) -> None:
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not isinstance(request.get(name), str) or not request[name]:
            raise bad_request(f"The property '{name}' is required.", "InvalidRequest")
    if not set(request["changeType"].split(",")) <= CHANGE_TYPES:
        raise bad_request("changeType must be a list of created, updated and deleted.", "InvalidRequest")
    if len(request.get("clientState") or "") > CLIENT_STATE_LENGTH:
        raise bad_request("clientState must not be longer than 128 characters.", "InvalidRequest")
    if request.get("includeResourceData"):
        raise bad_request(
            "The simulator sends no resource data; leave includeResourceData out.", "NotSupported"
        )


def _checked_url(request: Mapping[str, Any], name: str) -> str:
    url = str(request[name])
    if urlsplit(url).scheme != "https" and not is_loopback(url):
        raise bad_request(
            f"{name} must be an https address; http is accepted for loopback only.", "ValidationError"
        )
    return url
