"""What a text must become so that a spreadsheet program shows it as it is, and takes it for nothing else.

Subjects, names and notes come from strangers. A cell of ours is never a formula or a link, whatever it says.
"""

import re

# What a cell can hold, in the UTF-16 units that Excel counts.
LONGEST = 32_767
# XML 1.0 has no way to write these; half a surrogate pair is no character at all.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# In a workbook, _x000D_ stands for the character with that number (ECMA-376 part 1, 22.9.2.19).
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_UNUSUAL = re.compile(f"\r|{_UNWRITABLE.pattern}|{_ESCAPE.pattern}")
# With these a spreadsheet program begins a formula when somebody types them; full-width ones do in East Asia.
_BEGIN_FORMULAS = tuple("=+-@\t\n＝＋－＠")


def cell_text(text: str) -> str:
    """The text as a cell may hold it: no control characters, not too long, no escape by accident."""
    if len(text) <= LONGEST // 2 and not _UNUSUAL.search(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPE.sub("_x005F_", _shortened(_UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)))


def is_like_a_formula(text: str) -> bool:
    """Whether it would become a formula as soon as somebody edits the cell, unless it is marked as text."""
    return text.startswith(_BEGIN_FORMULAS)


def _shortened(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    # A pair that is cut in half at the end is left out.
    return units[: 2 * (LONGEST - 1)].decode("utf-16-le", errors="ignore") + "…"
