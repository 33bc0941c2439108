"""The page on reliability against the tests: what it names exists, and no fault test goes unnamed."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text()
NAMED = set(re.findall(r"(tests/[\w/]+\.py)::(\w+)", PAGE))
FAULT_TESTS = [
    (str(path.relative_to(ROOT)), node)
    for path in sorted((ROOT / "tests" / "faults").glob("test_*.py"))
    for node in ast.parse(path.read_text()).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
]
of_each_fault_test = pytest.mark.parametrize(
    ("path", "test"), FAULT_TESTS, ids=[test.name for _, test in FAULT_TESTS]
)


def test_every_test_that_the_page_names_exists() -> None:
    missing = [(path, name) for path, name in NAMED if f"\ndef {name}(" not in (ROOT / path).read_text()]

    assert missing == []


def test_every_promise_has_its_assertion() -> None:
    asserted = (ROOT / "tests" / "invariants.py").read_text()

    promises = re.findall(r"^\| I\d+ \|.*`(\w+)` \|$", PAGE, re.MULTILINE)

    assert len(promises) == 13
    assert [name for name in promises if f"\ndef {name}(" not in asserted] == []


@of_each_fault_test
def test_a_fault_test_is_named_on_the_page(path: str, test: ast.FunctionDef) -> None:
    assert (path, test.name) in NAMED


@of_each_fault_test
def test_a_fault_test_says_what_happens_and_ends_in_the_invariants(path: str, test: ast.FunctionDef) -> None:
    called = {
        node.func.id
        for node in ast.walk(test)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert ast.get_docstring(test)
    assert "check_invariants" in called
