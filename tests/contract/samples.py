"""Recorded and documented answers of Microsoft Graph, kept beside the checkout."""

import json
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / "shared" / "graph-samples"


def sample(name: str) -> dict[str, Any]:
    """A sample such as `docs/message_get_full.json`; skips the test where there are none."""
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"the samples of Graph's answers are not there: {path.name}")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def assert_same_shape(found: object, expected: object, path: str = "") -> None:
    """Compares keys at every depth and the kinds of values, where both have one."""
    if isinstance(expected, dict) and isinstance(found, dict):
        assert set(found) == set(expected), f"{path}: {set(found) ^ set(expected)}"
        for key in expected:
            assert_same_shape(found[key], expected[key], f"{path}/{key}")
    elif isinstance(expected, list) and isinstance(found, list):
        for ours, theirs in zip(found[:1], expected[:1], strict=False):
            assert_same_shape(ours, theirs, f"{path}[]")
    elif found is not None and expected is not None:
        assert type(found) is type(expected), path
