"""A mailbox is never sent more requests than Exchange serves."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.ingest.allowance import BURST, LIMIT, SHARE, WINDOW, is_left, spend

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOST_IN_A_STEP = 60


@given(st.lists(st.tuples(st.integers(1, MOST_IN_A_STEP), st.integers(0, 3_000)), max_size=400))
def test_no_ten_minutes_see_more_than_the_limit(steps: list[tuple[int, int]]) -> None:
    spent_until, now = None, NOW
    sent: list[tuple[datetime, int]] = []
    for requests, pause_ms in steps:
        now += timedelta(milliseconds=pause_ms)
        if is_left(spent_until, now):
            spent_until = spend(spent_until, requests, now)
            sent.append((now, requests))

    for begin, _ in sent:
        assert sum(requests for at, requests in sent if begin <= at < begin + WINDOW) <= LIMIT


def test_a_hungry_mailbox_gets_nearly_all_that_is_served() -> None:
    spent_until, now, sent = None, NOW, 0
    while now < NOW + 6 * WINDOW:
        if is_left(spent_until, now):
            spent_until = spend(spent_until, 20, now)
            sent += 20
        now += timedelta(milliseconds=250)

    assert 0.88 * LIMIT * 6 < sent <= LIMIT * 6


@given(st.integers(1, BURST), st.integers(0, 7_200))
def test_after_a_clock_was_set_back_a_mailbox_rests_no_longer_than_after_a_burst(
    requests: int, seconds: int
) -> None:
    spent_until = spend(None, requests, NOW)
    earlier = NOW - timedelta(seconds=seconds)

    assert is_left(spent_until, earlier) or is_left(spent_until, earlier + BURST * SHARE)


def test_whoever_overdraws_the_allowance_makes_the_mailbox_rest() -> None:
    spent_until = spend(None, 5_000, NOW)

    assert not is_left(spent_until, NOW)
    assert is_left(spent_until, NOW + BURST * SHARE)


def test_a_clock_that_was_set_back_blocks_nothing() -> None:
    spent_until = spend(None, 900, NOW)
    earlier = NOW - timedelta(hours=2)

    assert is_left(spent_until, earlier)
    assert spend(spent_until, 1, earlier) < earlier + WINDOW
