"""How many stories the machine tells, how long they are, and what dice they are thrown with."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import Machine
from tests.machine.program import Program

# So many long stories with the run's own seed instead: `TEST_STORIES=500 pytest tests/machine`.
STORIES = os.environ.get("TEST_STORIES")
IS_THOROUGH = STORIES is not None


@dataclass(frozen=True)
class Profile:
    name: str
    seed: int
    stories: int
    steps: int


# The same stories with every change.
FIXED = Profile("fixed", seed=1, stories=10, steps=25)
# Enough to meet each mistake, not to shrink the story in which it shows.
ONLY_FIND = (Phase.generate,)


def profile(run_seed: int) -> Profile:
    """As the environment wants it."""
    return Profile("thorough", run_seed, stories=int(STORIES), steps=60) if STORIES else FIXED


def tell(program: Program, profile: Profile, phases: Sequence[Phase] = tuple(Phase)) -> None:
    """Raises AssertionError for the first story, made short, after which something is not as it must be."""
    print(f"{profile.name}: seed {profile.seed}, {profile.stories} stories of up to {profile.steps} steps")
    machine = type("Story", (Machine,), {"program": program})
    run_state_machine_as_test(
        seed(profile.seed)(machine),
        settings=settings(
            max_examples=profile.stories,
            stateful_step_count=profile.steps,
            phases=phases,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
