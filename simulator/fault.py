"""The kinds of faults and what each is made of."""

from dataclasses import dataclass
from typing import Literal

BadNotification = Literal[
    "null", "text", "empty", "no_resource", "unknown_subscription", "wrong_client_state", "other_tenant"
]
Poison = Literal["json", "types", "cut", "html", "error"]
TokenFault = Literal["unavailable", "secret_expired", "invalid_client"]
# Accepted by the service, though 10,080 are documented and 4,230 were.
LONGEST_MINUTES = 10_070


@dataclass
class CallFault:
    """What becomes of the next `count` requests that fit; a `status` of None lets the true answer through."""

    status: int | None
    path: str = ""
    method: str | None = None
    mailbox: str | None = None
    count: int = 1
    retry_after: int | str | None = None
    code: str | None = None
    html_body: bool = False
    body: str | None = None
    cut_body: bool = False
    duplicate_keys: bool = False
    false_gzip: bool = False
    drop: bool = False
    reset: bool = False
    delay: float = 0.0
    claims: str | None = None

    def fits(self, method: str, path: str, mailbox: str | None) -> bool:
        return (
            self.count > 0
            and self.path in path
            and self.method in (None, method)
            and self.mailbox in (None, mailbox)
        )


@dataclass
class DeltaFaults:
    """How many of the next delta pages are odd, and how."""

    empty_pages: int = 0
    replayed_pages: int = 0
    looping_pages: int = 0
    loop_length: int = 1
    denied_pages: int = 0
    hide_moves: bool = False


@dataclass
class NotificationFaults:
    """What happens to notifications between mailbox and subscriber."""

    drop_share: float = 0.0
    drop_count: int = 0
    copies: int = 1
    shuffled: bool = False
    delay: float = 0.0
    late_count: int | None = None
    bad: BadNotification | None = None
    bad_count: int = 0


@dataclass
class SubscriptionFaults:
    """What differs from the service as it is today."""

    longest_minutes: int = LONGEST_MINUTES
    asks_at_renewal: bool = False
