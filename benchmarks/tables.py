"""Tables on the terminal, and the numbers in them."""

from collections.abc import Sequence


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print Markdown: the first column to the left, numbers to the right."""
    texts = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(headings))]
    lines = [f"| {' | '.join(_padded(row, widths))} |" for row in texts]
    rule = "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])])
    print("\n".join(["", lines[0], f"|{rule}|", *lines[1:]]), flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by this share of all (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(share * len(ranked) + 0.5) - 1))]


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f}"


def microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f}"


def times(value: float, peer: float) -> str:
    """How many times the peer's value it is."""
    return f"{value / peer:.2f} ×" if peer else "–"


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *others = zip(row, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]
