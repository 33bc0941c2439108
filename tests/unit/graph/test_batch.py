"""Many requests in one, and each answer for itself."""

from datetime import UTC, datetime

import msgspec
import pytest

from server.graph.answer import Answer
from server.graph.batch import batch_body, read_batch
from server.graph.errors import GraphError, GraphUnavailable, NotFound, UnreadableAnswer

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def read(responses: list[dict[str, object]], count: int) -> list[Answer | GraphError]:
    return read_batch(Answer(200, msgspec.json.encode({"responses": responses})), count, now=NOW)


def test_each_request_is_named_by_its_place() -> None:
    body = msgspec.json.decode(batch_body(["/users/1/messages/a", "/users/1/messages/b"], "x"))

    assert [(r["id"], r["method"], r["url"], r["headers"]) for r in body["requests"]] == [
        ("0", "GET", "/users/1/messages/a", {"Prefer": "x"}),
        ("1", "GET", "/users/1/messages/b", {"Prefer": "x"}),
    ]


def test_answers_that_come_in_any_order_stand_at_their_place() -> None:
    first, second = read(
        [{"id": "1", "status": 200, "body": {"id": "b"}}, {"id": "0", "status": 200, "body": {"id": "a"}}], 2
    )

    assert (first, second) == (Answer(200, b'{"id":"a"}'), Answer(200, b'{"id":"b"}'))


def test_a_refused_part_keeps_its_own_waiting_time() -> None:
    refused = {"id": "0", "status": 429, "headers": {"Retry-After": "7"}, "body": {"error": {"code": "x"}}}

    first, second = read([refused, {"id": "1", "status": 404, "body": {"error": {"code": "y"}}}], 2)

    assert isinstance(first, GraphUnavailable)
    assert first.retry_after == 7.0
    assert isinstance(second, NotFound)


def test_a_part_without_an_answer_may_be_asked_for_again() -> None:
    first, second = read([{"id": "1", "status": 200, "body": {}}], 2)

    assert isinstance(first, UnreadableAnswer)
    assert isinstance(second, Answer)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"responses":[{"id":"0"}]}', b'{"responses":[{"id'])
def test_an_answer_that_is_no_batch_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        read_batch(Answer(200, body), 1, now=NOW)
