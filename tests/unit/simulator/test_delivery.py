"""When Graph holds notifications back."""

import pytest

from simulator.delivery import FEWEST_ANSWERS, WINDOW_S, Answers


def after(*durations: float) -> Answers:
    answers = Answers()
    for second, duration in enumerate(durations):
        answers.add(second / 100, duration)
    return answers


@pytest.mark.parametrize(
    ("slow", "late", "verdict"),
    [(0, 0, "prompt"), (10, 0, "prompt"), (11, 0, "slow"), (0, 15, "slow"), (0, 16, "drop")],
)
def test_the_share_of_slow_answers_decides(slow: int, late: int, verdict: str) -> None:
    durations = [4.0] * slow + [10.0] * late + [0.1] * (100 - slow - late)

    assert after(*durations).verdict() == verdict


def test_few_answers_are_not_judged() -> None:
    assert after(*[10.0] * (FEWEST_ANSWERS - 1)).verdict() == "prompt"


def test_answers_of_long_ago_are_forgotten() -> None:
    answers = after(*[10.0] * 200)

    answers.add(WINDOW_S + 10, 0.1)

    assert answers.verdict() == "prompt"
