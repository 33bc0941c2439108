"""What can be wrong in a line of a list of clients, and how it is told."""

from dataclasses import dataclass
from enum import StrEnum

from server.clients.vocabulary import COLUMNS

_SHOWN_LENGTH = 80
_COLUMNS = ", ".join(COLUMNS)


class Fault(StrEnum):
    NO_HEADINGS = "no_headings"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    REPEATED_COLUMN = "repeated_column"
    NO_HEADING = "no_heading"
    TOO_LONG = "too_long"
    FORMULA = "formula"
    NO_CODE = "no_code"
    NO_NAME = "no_name"
    NO_SECTION = "no_section"
    BAD_SECTION = "bad_section"
    BAD_ADDRESS = "bad_address"
    TWO_NAMES = "two_names"
    TWO_NIFS = "two_nifs"


@dataclass(frozen=True, slots=True, order=True)
class LineError:
    """One fault; `other` is the value in `other_line` that contradicts `value`."""

    line: int
    fault: Fault
    value: str = ""
    client: str = ""
    other: str = ""
    other_line: int = 0

    def __str__(self) -> str:
        told = _TEXTS[self.fault].format(
            value=_shortened(self.value),
            client=_shortened(self.client),
            other=_shortened(self.other),
            other_line=self.other_line,
        )
        return f"line {self.line}: {told}"


def _shortened(value: str) -> str:
    return value if len(value) <= _SHOWN_LENGTH else f"{value[:_SHOWN_LENGTH]}…"


_TEXTS = {
    Fault.NO_HEADINGS: f"the file is empty; its first line must hold {_COLUMNS}",
    Fault.MISSING_COLUMN: 'the column "{value}" is missing',
    Fault.UNKNOWN_COLUMN: f'"{{value}}" is not one of the columns {_COLUMNS}',
    Fault.REPEATED_COLUMN: 'the column "{value}" stands twice',
    Fault.NO_HEADING: '"{value}" stands in a column without a heading',
    Fault.TOO_LONG: '"{value}" is longer than 500 characters',
    Fault.FORMULA: '"{value}" is a formula; save the list with values instead of formulas',
    Fault.NO_CODE: "the client has no code",
    Fault.NO_NAME: 'client "{client}" has no name',
    Fault.NO_SECTION: '"{value}" stands in no section; write identification, address or contact',
    Fault.BAD_SECTION: '"{value}" is not a section; write identification, address or contact',
    Fault.BAD_ADDRESS: '"{value}" is not a mail address',
    Fault.TWO_NAMES: 'client "{client}" is called "{value}" here and "{other}" in line {other_line}',
    Fault.TWO_NIFS: 'client "{client}" has the NIF "{value}" here and "{other}" in line {other_line}',
}
