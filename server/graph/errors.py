"""What can go wrong with Microsoft Graph, named by what the caller should do about it.

`from_response` is the only reader of Graph's error JSON.
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

import msgspec


class GraphError(Exception):
    """A call to Microsoft Graph did not succeed; `status`, `code` and `request_id` are Graph's own."""

    def __init__(self, message: str, *, status: int = 0, code: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id


class GraphUnavailable(GraphError):
    """Busy, throttled or out of reach: worth another try, after `retry_after` seconds where Graph said so."""

    retry_after: float | None = None


class GraphDenied(GraphError):
    """Graph knows us and refuses: a permission, a licence or the mailbox itself is missing."""


class CredentialRefused(GraphDenied):
    """Microsoft does not accept the app's own secret or certificate."""


class ConsentNeeded(GraphError):
    """Microsoft wants the person at its own page first: to agree, or to sign in again."""


class NotFound(GraphError):
    """What was asked for does not exist, or not yet, or no more under this id."""


class ResourceNotFound(NotFound):
    """Not an item but what it belongs to does not exist: the user, and with them the mailbox, or the
    subscription.
    """


class DeltaExpired(GraphError):
    """The delta link is too old: the folder must be read from the beginning."""


class LifetimeTooLong(GraphError):
    """The subscription asked for more days than the service grants."""


class AlreadyExists(GraphError):
    """What was to be created is there already."""


class GraphRejected(GraphError):
    """Graph does not understand the request: an error of ours, not worth repeating."""


class AnswerTooLarge(GraphError):
    """The answer has more bytes than are read, and will have them the next time."""


class UnreadableAnswer(GraphUnavailable):
    """The answer was cut, or was no JSON; the next one may be whole."""


DELTA_EXPIRED_CODES = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
RESOURCE_CODES = frozenset({"resourcenotfound", "request_resourcenotfound"})
DENIED_CODES = frozenset({"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "errorinvaliduser"})
TRANSIENT_STATUS = frozenset({408, 423, 429, 500, 502, 503, 504, 507, 509})


class _Inner(msgspec.Struct, rename="kebab"):
    request_id: str = ""


class _Error(msgspec.Struct, rename="camel"):
    code: str = ""
    message: str = ""
    inner_error: _Inner = msgspec.field(default_factory=_Inner)


class _Body(msgspec.Struct):
    error: _Error


def from_response(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> GraphError:
    """Turn an answer of 400 or above into the error that says what to do."""
    error = _read(body)
    kind = _kind(status, error)
    # Graph's message may quote what was asked for; status and code are safe to show and to log. Of the
    # message only this is kept: an access policy of Exchange has another remedy than a missing permission.
    policy = " RAOP" if "[RAOP]" in error.message else ""
    found = kind(
        f"Microsoft Graph answered {status} {error.code}{policy}".strip(),
        status=status,
        code=error.code,
        request_id=error.inner_error.request_id,
    )
    if isinstance(found, GraphUnavailable):
        found.retry_after = _retry_after(headers, now)
    return found


def _kind(status: int, error: _Error) -> type[GraphError]:
    code = error.code.casefold()
    if status == 410 or code in DELTA_EXPIRED_CODES:
        return DeltaExpired
    if status in TRANSIENT_STATUS:
        return GraphUnavailable
    if status in {401, 403} or code in DENIED_CODES:
        return GraphDenied
    if status == 404:
        return ResourceNotFound if code in RESOURCE_CODES else NotFound
    if status == 409:
        return AlreadyExists
    if status == 400 and code == "extensionerror" and "expiration" in error.message:
        return LifetimeTooLong
    return GraphRejected


def _read(body: bytes) -> _Error:
    try:
        return msgspec.json.decode(body, type=_Body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Error()


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
