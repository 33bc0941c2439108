"""When the log says that the app's credential ends."""

from datetime import UTC, datetime, timedelta

import pytest

from server.ingest.credential import is_to_be_announced
from server.ingest.models import AppCredential

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def announced(ends: datetime, readings: list[datetime]) -> list[float]:
    """How many days before its end a credential is announced that is looked up at these times."""
    known, days = None, []
    for now in readings:
        if is_to_be_announced(known, ends, now):
            days.append((ends - now) / DAY)
        known = AppCredential(expires_at=ends, read_at=now)
    return days


def test_the_end_is_announced_thirty_days_seven_and_one_before_it() -> None:
    assert announced(NOW + 40 * DAY, [NOW + n * DAY for n in range(41)]) == [30, 7, 1]


def test_looking_more_often_announces_nothing_more() -> None:
    days = announced(NOW + 40 * DAY, [NOW + n * DAY / 24 for n in range(24 * 40)])

    assert days == [30, 7, 1]


@pytest.mark.parametrize(("left", "times"), [(31, 0), (29, 1), (6, 1), (0.5, 1)])
def test_whoever_looks_for_the_first_time_is_told_once(left: float, times: int) -> None:
    assert len(announced(NOW + left * DAY, [NOW, NOW])) == times


def test_another_credential_is_announced_anew() -> None:
    old = AppCredential(expires_at=NOW + 5 * DAY, read_at=NOW)

    assert is_to_be_announced(old, NOW + 6 * DAY, NOW)
    assert not is_to_be_announced(old, NOW + 5 * DAY, NOW)
