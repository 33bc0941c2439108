"""Everything that may go wrong, said in words: one method for each fault, all undone by `clear`."""

import random
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from simulator.errors import GraphError
from simulator.fault import (
    LONGEST_MINUTES,
    BadNotification,
    CallFault,
    DeltaFaults,
    NotificationFaults,
    Poison,
    SubscriptionFaults,
    TokenFault,
)
from simulator.limits import AT_ONCE, REQUESTS, WINDOW
from simulator.mutation import Mutation
from simulator.oauth_errors import OAuthError
from simulator.tenant import two_years_on

if TYPE_CHECKING:
    from simulator.cloud import Cloud

_UNAVAILABLE_STATUS = {
    "ErrorAccessDenied": 403,
    "MailboxInfoStale": 503,
    "MailboxStoreUnavailable": 503,
}
_UNAVAILABLE_TEXT = {
    "MailboxNotEnabledForRESTAPI": "REST API is not yet supported for this mailbox.",
    "MailboxInfoStale": "Mailbox info is stale.",
}
_OAUTH_FAULTS = {
    "unavailable": OAuthError(
        90033, "temporarily_unavailable", "A transient error has occurred.", status=503
    ),
    "secret_expired": OAuthError(
        7000222, "invalid_client", "The provided client secret keys are expired. Create new keys.", status=401
    ),
    "invalid_client": OAuthError(7000215, "invalid_client", "Invalid client secret provided.", status=400),
}


@dataclass
class _State:
    calls: list[CallFault] = field(default_factory=list)
    token: OAuthError | None = None
    token_count: int | None = None
    unavailable: dict[str, GraphError] = field(default_factory=dict)
    without_todo: set[str] = field(default_factory=set)
    granted: set[str] = field(default_factory=set)
    # By immutable id.
    fates: dict[str, CallFault] = field(default_factory=dict)


class Faults:
    """The faults of one simulator; chance is seeded."""

    def __init__(self, cloud: "Cloud", seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self.delta = DeltaFaults()
        self.notifications = NotificationFaults()
        self.subscriptions = SubscriptionFaults()
        self.foreign_link: str | None = None
        self.mutation: Mutation | None = None
        self._cloud = cloud
        self._lock = threading.Lock()
        self._state = _State()
        self._released = threading.Event()

    # Requests

    def next_call(
        self,
        status: int | None = None,
        *,
        path: str = "",
        method: str | None = None,
        mailbox: str | None = None,
        count: int = 1,
        retry_after: int | str | None = None,
        code: str | None = None,
        html_body: bool = False,
        body: str | None = None,
        cut_body: bool = False,
        duplicate_keys: bool = False,
        false_gzip: bool = False,
        drop: bool = False,
        reset: bool = False,
        delay: float = 0.0,
    ) -> None:
        """Answers the next `count` requests to Graph, those whose path contains `path`, otherwise than due.

        `retry_after` is seconds or an HTTP date, and who does not wait so long is counted as impatient;
        `html_body` and `body` replace the JSON, `cut_body` ends the answer in its middle, `duplicate_keys`
        says each key twice, `false_gzip` calls the body compressed, `drop` closes the connection and `reset`
        resets it once all is done, `delay` (seconds) holds the answer back. A request inside a batch is met
        too.
        Without a `status` Graph does what was asked. Requests to the identity platform are meant only
        where `path` is given, such as "/discovery/".
        """
        user = mailbox and self._cloud.world.user(mailbox).id
        fault = CallFault(
            status,
            path,
            method,
            user,
            count,
            retry_after,
            code,
            html_body,
            body,
            cut_body,
            duplicate_keys,
            false_gzip,
            drop,
            reset,
            delay,
        )
        with self._lock:
            self._state.calls.append(fault)

    def challenge_claims(
        self, claims: str = '{"access_token":{"nbf":{"essential":true}}}', *, count: int = 1
    ) -> None:
        """Answers the next Graph requests with 401 and a claims challenge (continuous access evaluation)."""
        with self._lock:
            self._state.calls.append(CallFault(401, "/v1.0/", count=count, claims=claims))

    def token_endpoint(self, fault: TokenFault = "unavailable", *, count: int | None = None) -> None:
        """Makes the token endpoint refuse, `count` times or until cleared."""
        with self._lock:
            self._state.token, self._state.token_count = _OAUTH_FAULTS[fault], count

    def refuse_permission(self, permission: str) -> None:
        """Takes a permission such as `Mail.Read` away from the application: 403 from now on."""
        self._cloud.application.refused.add(permission)

    def grant_permission(self, permission: str) -> None:
        """Gives the application a permission more, such as `Application.Read.All`."""
        self._state.granted.add(permission)
        self._cloud.application.permissions.add(permission)

    def secret_ends(self, in_days: float) -> None:
        """Moves the end of the application's secret; one in the past is refused where tokens are given."""
        self._cloud.application.secret_ends = self._cloud.clock() + timedelta(days=in_days)

    def limit_mailboxes(self, addresses: Collection[str]) -> None:
        """Limits the application to these mailboxes (RBAC for Applications): 403 for the others."""
        self._cloud.application.mailboxes = {self._cloud.world.user(address).id for address in addresses}

    def mailbox_unavailable(self, address: str, code: str = "MailboxNotEnabledForRESTAPI") -> None:
        """Answers each request for a mailbox with this error: 403, 503 or else 404, as befits the code."""
        status = _UNAVAILABLE_STATUS.get(code, 404)
        error = GraphError(status, code, _UNAVAILABLE_TEXT.get(code, "The mailbox is not available."))
        self._state.unavailable[self._cloud.world.user(address).id] = error

    def mailbox_available(self, address: str) -> None:
        """Ends `mailbox_unavailable` for that mailbox."""
        self._state.unavailable.pop(self._cloud.world.user(address).id, None)

    def todo_missing(self, address: str) -> None:
        """Takes the licence for To Do away from somebody: their tasks are refused with 403."""
        self._state.without_todo.add(self._cloud.world.user(address).id)

    # Limits

    def set_limits(
        self,
        *,
        concurrent: int | None = AT_ONCE,
        requests: int | None = REQUESTS,
        window_s: float = WINDOW.total_seconds(),
    ) -> None:
        """Limits each mailbox to so many requests at once and in a window; None lifts a limit."""
        self._cloud.limits.set(concurrent=concurrent, requests=requests, window_s=window_s)

    def close_mailbox(self, address: str, seconds: float) -> None:
        """Answers 429 to whatever a mailbox is asked in the next seconds (of the simulator's clock)."""
        self._cloud.limits.close(self._cloud.world.user(address).id, timedelta(seconds=seconds))

    # Messages

    def mutate_messages(
        self,
        *,
        seed: int = 0,
        nulls: float = 0.0,
        enums: float = 0.0,
        extras: float = 0.0,
        fields: Collection[str] | None = None,
    ) -> None:
        """Shows messages with nulls, unknown enum values and unknown fields, each with that chance (0 to 1).

        `fields` are those that may be null, None for all but the id. The same seed changes each message in
        the same way whenever it is shown.
        """
        self.mutation = Mutation(seed, nulls, enums, extras, fields)

    def poison_message(self, address: str, message_id: str, kind: Poison = "json") -> None:
        """Makes a message unreadable for good: its GET answers a body that is broken in this way.

        In lists and delta pages its recipients are a number.
        """
        body = '{"id": 7, "subject": 7, "toRecipients": 7}' if kind == "types" else '{"subject": "Fact'
        given = {
            "json": CallFault(None, body=body),
            "types": CallFault(None, body=body),
            "cut": CallFault(None, cut_body=True),
            "html": CallFault(None, html_body=True),
            "error": CallFault(500),
        }
        self._state.fates[self._named(address, message_id)] = given[kind]

    def hang_message(self, address: str, message_id: str, seconds: float = 3_600.0) -> None:
        """Makes the GET of a message wait for its answer, until the faults are cleared."""
        self._state.fates[self._named(address, message_id)] = CallFault(None, delay=seconds)

    def cure_message(self, address: str, message_id: str) -> None:
        """Ends `poison_message` and `hang_message` for what is asked from now on."""
        self._state.fates.pop(self._named(address, message_id), None)

    # Delta

    def expire_delta(self, *, status: int = 410, code: str = "SyncStateNotFound") -> None:
        """Forgets every delta link given out so far."""
        self._cloud.delta.expire(status, code)
        self._cloud.folder_delta.expire(status, code)

    def empty_delta_pages(self, count: int = 1) -> None:
        """Puts that many empty pages, each with a next link, before the true ones."""
        self.delta.empty_pages = count

    def replay_delta(self, count: int = 1) -> None:
        """Sends each of the next `count` delta pages a second time, under its next link."""
        self.delta.replayed_pages = count

    def loop_delta(self, count: int = 1, *, length: Literal[1, 2] = 1) -> None:
        """Makes the next `count` delta pages point to themselves, or two (`length`) to each other."""
        self.delta.looping_pages, self.delta.loop_length = count, length

    def remove_then_show_delta(self, count: int = 1) -> None:
        """Tells of all that the next `count` delta pages show as removed, a page before it is shown."""
        self.delta.denied_pages = count

    def foreign_next_link(self, url: str) -> None:
        """Makes the next page of anything point to `url`, as a forged answer would."""
        self.foreign_link = url

    def hide_moves_from_delta(self) -> None:
        """A moved message never shows up in its new folder's delta, as is known of immutable ids."""
        self.delta.hide_moves = True

    # Notifications

    def drop_notifications(self, share: float = 0.0, *, count: int = 0, seed: int | None = None) -> None:
        """Loses this share (0 to 1) of all notifications, and the next `count` in any case.

        A `seed` makes chance begin anew, here and wherever else it has a say.
        """
        if seed is not None:
            self.chance.seed(seed)
        self.notifications.drop_share, self.notifications.drop_count = share, count

    def duplicate_notifications(self, copies: int = 2) -> None:
        """Sends every notification that many times."""
        self.notifications.copies = copies

    def reorder_notifications(self) -> None:
        """Shuffles what is sent together and what is sent after another."""
        self.notifications.shuffled = True

    def delay_notifications(self, seconds: float, *, count: int | None = None) -> None:
        """Makes notifications, or the next `count`, late by that much of the simulator's time."""
        self.notifications.delay, self.notifications.late_count = seconds, count

    def slip_in_bad_notifications(self, kind: BadNotification = "null", *, count: int = 1) -> None:
        """Puts a bad item before each of the next `count` notifications, which come all the same."""
        self.notifications.bad, self.notifications.bad_count = kind, count

    def repeat_notifications(self) -> None:
        """Sends once more all that was sent so far, for subscriptions renewed or deleted meanwhile too."""
        self._cloud.notifications.repeat()

    # Subscriptions

    def lose_subscriptions(self, address: str | None = None) -> None:
        """Ends the subscriptions of a mailbox, or all, without telling anybody."""
        self._cloud.subscriptions.lose(address)

    def limit_subscriptions(self, minutes: int = LONGEST_MINUTES) -> None:
        """Refuses subscriptions that are to live longer, with Graph's 400."""
        self.subscriptions.longest_minutes = minutes

    def validate_at_renewal(self) -> None:
        """Asks both addresses again whenever a subscription is changed, as was seen in the field."""
        self.subscriptions.asks_at_renewal = True

    # Sent mail

    def change_ids_on_sending(self) -> None:
        """Gives the copy in Sent Items another immutable id than the draft's."""
        self._cloud.world.sent_items_change_id = True

    def clear(self) -> None:
        """Undoes every fault and lets delayed answers go."""
        application = self._cloud.application
        application.permissions -= self._state.granted
        application.refused.clear()
        application.mailboxes = None
        application.secret_ends = two_years_on()
        with self._lock:
            self._state = _State()
        self.release()
        self.delta, self.notifications = DeltaFaults(), NotificationFaults()
        self.subscriptions = SubscriptionFaults()
        self.foreign_link = self.mutation = None
        self._cloud.limits.set()
        self._cloud.world.sent_items_change_id = False

    def release(self) -> None:
        """Lets delayed answers go; the faults stay."""
        with self._lock:
            released, self._released = self._released, threading.Event()
        released.set()

    # Asked by the routes

    def take_call(
        self, method: str, path: str, mailbox: str | None, *, named: bool = False
    ) -> CallFault | None:
        """The fault that this request falls victim to, counted; if `named`, only one that names a path."""
        with self._lock:
            fitting = (f for f in self._state.calls if f.fits(method, path, mailbox))
            fault = next((f for f in fitting if f.path or not named), None)
            if fault is not None:
                fault.count -= 1
            return fault

    def fate(self, user_id: str | None, name: str) -> CallFault | None:
        """The fault of a message, named by either of its ids."""
        if user_id is None or not self._state.fates:
            return None
        try:
            return self._state.fates.get(self._named(user_id, name))
        except GraphError:
            return None

    def is_poisoned(self, message_id: str) -> bool:
        fate = self._state.fates.get(message_id)
        return fate is not None and not fate.delay

    def hold_back(self, seconds: float) -> None:
        """Waits that long, or until the faults are cleared."""
        self._released.wait(seconds)

    def check_token_endpoint(self) -> None:
        """Raises the OAuthError that the token endpoint is to answer with, if any."""
        with self._lock:
            error, left = self._state.token, self._state.token_count
            if error is None or left == 0:
                return
            self._state.token_count = None if left is None else left - 1
        raise error

    def check_mailbox(self, user_id: str) -> None:
        """Raises the GraphError of an unavailable mailbox."""
        error = self._state.unavailable.get(user_id)
        if error is not None:
            raise error

    def check_todo(self, user_id: str) -> None:
        """Raises GraphError for somebody without a licence for To Do."""
        if user_id in self._state.without_todo:
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")

    def _named(self, mailbox: str, message_id: str) -> str:
        with self._cloud.world.lock:
            return self._cloud.world.mailbox(mailbox).any_message(message_id).id
