"""The page on what the register must do, against the tests: each number has its line, each test exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "requirements.md").read_text()
LINES = re.findall(r"^\| S(\d+) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
NUMBERS = [1, 2, 3, 8, *range(13, 52), *range(72, 89)]

_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_the_page_names_exists() -> None:
    named = set(_TEST.findall(PAGE))

    missing = [(path, name) for path, name in named if f"\ndef {name}(" not in (ROOT / path).read_text()]

    assert named
    assert missing == []


def test_every_number_has_one_line() -> None:
    assert [int(number) for number, _, _ in LINES] == NUMBERS


def test_what_is_there_names_its_proof_and_what_is_missing_says_so() -> None:
    unproved = [
        number
        for number, says, proof in LINES
        if not _TEST.findall(proof) and not says.startswith("Not yet: ")
    ]

    assert unproved == []
