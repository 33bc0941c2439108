"""The one reader of Graph's error JSON."""

import json
from datetime import UTC, datetime

import pytest

from server.graph.errors import (
    AlreadyExists,
    DeltaExpired,
    GraphDenied,
    GraphError,
    GraphRejected,
    GraphUnavailable,
    LifetimeTooLong,
    NotFound,
    ResourceNotFound,
    from_response,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def answer(status: int, code: str = "", message: str = "", **headers: str) -> GraphError:
    body = json.dumps({"error": {"code": code, "message": message, "innerError": {"request-id": "r-1"}}})
    return from_response(status, {k.replace("_", "-"): v for k, v in headers.items()}, body.encode(), now=NOW)


@pytest.mark.parametrize(
    ("status", "code", "message", "expected"),
    [
        (401, "InvalidAuthenticationToken", "", GraphDenied),
        (403, "ErrorAccessDenied", "", GraphDenied),
        (404, "MailboxNotEnabledForRESTAPI", "", GraphDenied),
        (404, "ErrorItemNotFound", "", NotFound),
        (404, "ResourceNotFound", "", ResourceNotFound),
        (404, "Request_ResourceNotFound", "", ResourceNotFound),
        (409, "ResourceAlreadyExists", "", AlreadyExists),
        (410, "SyncStateNotFound", "", DeltaExpired),
        (400, "syncStateNotFound", "", DeltaExpired),
        (429, "ApplicationThrottled", "", GraphUnavailable),
        (503, "ServiceUnavailable", "", GraphUnavailable),
        (
            400,
            "ExtensionError",
            "Subscription expiration can only be 10070 minutes in the future.",
            LifetimeTooLong,
        ),
        (400, "ErrorInvalidIdMalformed", "", GraphRejected),
    ],
)
def test_an_answer_becomes_the_error_that_says_what_to_do(
    status: int, code: str, message: str, expected: type[GraphError]
) -> None:
    error = answer(status, code, message)

    assert type(error) is expected
    assert (error.status, error.code, error.request_id) == (status, code, "r-1")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("Tue, 24 Nov 2026 09:00:30 GMT", 30.0), ("Mon, 23 Nov 2026 09:00:30 GMT", 0.0)],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(value: str, seconds: float) -> None:
    error = answer(429, "ApplicationThrottled", retry_after=value)

    assert isinstance(error, GraphUnavailable)
    assert error.retry_after == seconds


@pytest.mark.parametrize("value", ["", "soon", "-"])
def test_a_retry_after_that_is_none_says_nothing(value: str) -> None:
    error = answer(429, "ApplicationThrottled", retry_after=value)

    assert isinstance(error, GraphUnavailable)
    assert error.retry_after is None


@pytest.mark.parametrize("body", [b"", b"<html>gateway</html>", b'{"error":', b"\xff\xfe", b"[]"])
def test_a_body_that_is_no_json_still_gives_an_error(body: bytes) -> None:
    error = from_response(502, {}, body, now=NOW)

    assert isinstance(error, GraphUnavailable)


def test_the_text_quotes_nothing_of_graphs_message() -> None:
    error = answer(400, "BadRequest", "The subject 'Secreto' is too long")

    assert "Secreto" not in str(error)
