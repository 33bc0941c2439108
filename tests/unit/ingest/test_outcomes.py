"""What a fault means for the work."""

from datetime import UTC, datetime, timedelta

import pytest

from server.graph.errors import (
    AnswerTooLarge,
    DeltaExpired,
    GraphDenied,
    GraphRejected,
    GraphUnavailable,
    NotFound,
    ResourceNotFound,
)
from server.graph.messages import UnreadableMessage
from server.ingest.models import Kind
from server.ingest.outcomes import (
    DENIED_PAUSE,
    LONGEST_PAUSE,
    MAX_ATTEMPTS,
    Outcome,
    Park,
    Wait,
    WaitMailbox,
    outcome,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def verdict_on(
    error: Exception, attempts: int = 0, *, kind: Kind = Kind.MESSAGE, jitter: float = 0
) -> Outcome:
    return outcome(error, kind, attempts, NOW, jitter)


def throttled(seconds: float) -> GraphUnavailable:
    error = GraphUnavailable("busy", status=429)
    error.retry_after = seconds
    return error


def test_a_throttled_mailbox_is_left_alone_for_as_long_as_graph_says() -> None:
    verdict = verdict_on(throttled(120.0), jitter=0.5)

    assert isinstance(verdict, WaitMailbox)
    assert verdict.until >= NOW + timedelta(seconds=120)
    assert not verdict.denied


def test_the_pause_grows_with_each_attempt_and_ends_somewhere() -> None:
    pauses = [verdict_on(GraphUnavailable("away"), attempts) for attempts in range(40)]

    untils = [verdict.until for verdict in pauses if isinstance(verdict, Wait)]
    assert untils == sorted(untils)
    assert untils[-1] == NOW + LONGEST_PAUSE
    assert untils[1] > untils[0]


@pytest.mark.parametrize(
    "error", [GraphDenied("no licence", status=403), ResourceNotFound("no such user", status=404)]
)
def test_a_refusal_marks_the_mailbox_as_needing_a_person(error: Exception) -> None:
    verdict = verdict_on(error)

    assert isinstance(verdict, WaitMailbox)
    assert verdict.denied


def test_a_refusal_that_lasts_concerns_the_item_alone_and_is_set_aside_at_last() -> None:
    error = GraphDenied("of this message only", status=403)
    verdicts = [verdict_on(error, n) for n in range(MAX_ATTEMPTS)]

    assert all(isinstance(verdict, Wait) for verdict in verdicts[1:-1])
    assert isinstance(verdicts[-1], Park)


@pytest.mark.parametrize("kind", [Kind.SYNC, Kind.SUBSCRIBE, Kind.RENEW, Kind.CENSUS])
@pytest.mark.parametrize("error", [GraphDenied("403", status=403), ResourceNotFound("404", status=404)])
def test_what_concerns_the_mailbox_is_never_set_aside_for_a_refusal(error: Exception, kind: Kind) -> None:
    verdicts = [verdict_on(error, attempts, kind=kind) for attempts in range(1, 40)]

    assert verdicts == [Wait(NOW + DENIED_PAUSE)] * 39


def test_a_message_that_is_not_there_yet_gets_ten_minutes() -> None:
    verdicts = [verdict_on(NotFound("404"), n) for n in range(6)]

    waits = [verdict.until - NOW for verdict in verdicts if isinstance(verdict, Wait)]
    assert sum(waits, timedelta()) >= timedelta(minutes=10)
    assert isinstance(verdicts[-1], Park)


def test_an_error_of_ours_is_not_repeated() -> None:
    assert isinstance(verdict_on(GraphRejected("400")), Park)


@pytest.mark.parametrize(
    "error", [UnreadableMessage("odd"), KeyError("bug"), DeltaExpired("410"), AnswerTooLarge("64 MB")]
)
def test_a_poisonous_item_is_set_aside_after_five_tries(error: Exception) -> None:
    verdicts = [verdict_on(error, n) for n in range(MAX_ATTEMPTS)]

    assert all(isinstance(verdict, Wait) for verdict in verdicts[:-1])
    assert isinstance(verdicts[-1], Park)
