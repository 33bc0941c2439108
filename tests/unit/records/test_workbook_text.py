"""What strangers write, in a cell: readable, harmless, and otherwise as it was."""

import re
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.records.workbook.text import LONGEST, cell_text, is_like_a_formula

# Text of all kinds, with what is dangerous in a workbook more frequent than chance would have it.
PIECES = st.sampled_from(
    ["_x000D_", "_x005F_", "_", "x000d_", "\r", "\r\n", "\x00", "\ud800", "\ufffe", "😀", "]]>"]
)
TEXTS = st.lists(PIECES | st.text(st.characters(exclude_categories=()), max_size=20)).map("".join)


def shown(text: str) -> str:
    """What a spreadsheet program makes of a cell: the XML read, and the escapes in it resolved."""
    read = ElementTree.fromstring(f"<t>{escape(text)}</t>".encode()).text or ""  # noqa: S314  # our own
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), read)


@given(TEXTS)
@example("_x000D_x000D_")
@example("_x005F_x000D_")
def test_a_cell_shows_the_text_and_marks_what_cannot_be_shown(text: str) -> None:
    expected = re.sub("\r\n?", "\n", text)
    expected = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", expected)

    assert shown(cell_text(text)) == expected


@given(st.sampled_from(["x", "😀", "_x000D_", "é\x00"]), st.integers(LONGEST // 8, 2 * LONGEST))
def test_a_cell_is_never_longer_than_excel_allows(piece: str, times: int) -> None:
    result = shown(cell_text(piece * times))

    assert len(result.encode("utf-16-le")) // 2 <= LONGEST
    assert result.startswith(piece.replace("\x00", "\ufffd"))


def test_what_is_too_long_says_so_at_its_end_and_keeps_its_characters_whole() -> None:
    assert cell_text("x" * LONGEST) == "x" * LONGEST
    assert cell_text("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"
    assert cell_text("y" + "😀" * LONGEST) == "y" + "😀" * ((LONGEST - 2) // 2) + "…"


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_what_begins_like_a_formula_is_noticed(beginning: str) -> None:
    assert is_like_a_formula(cell_text(beginning + "1+1"))


@pytest.mark.parametrize("text", ["", "1+1", "a=b", " =1", "'=1"])
def test_what_does_not_is_left_alone(text: str) -> None:
    assert not is_like_a_formula(text)
