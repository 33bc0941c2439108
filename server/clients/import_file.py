"""A list of clients as a file, xlsx or csv, read into rows of text without trusting the file in anything."""

import csv
import io
import warnings
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from openpyxl import load_workbook

from server.clients.import_refused import ImportRefused
from server.clients.workbook_guard import inspect_workbook

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 50
_LAST_LINE_OF_EXCEL = 1_048_576
_ZIP_MARK = b"PK\x03\x04"
_OLD_OFFICE_MARK = b"\xd0\xcf\x11\xe0"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"


class Row(NamedTuple):
    """`line` counts from 1 as a spreadsheet program or an editor does."""

    line: int
    values: tuple[str, ...]


def read_file(path: Path) -> list[Row]:
    """As `read_rows`, from a file on disk. Raises OSError when it cannot be opened."""
    with path.open("rb") as file:
        return read_rows(file.read(MAX_BYTES + 1))


def read_rows(content: bytes) -> list[Row]:
    """The rows that hold anything: of the first sheet of an xlsx file, or of a csv file.

    A csv file may be UTF-8, UTF-16 with a mark or Windows-1252, separated by comma, semicolon or tab. Of a
    formula, the value that the spreadsheet program stored is read; nothing is computed.
    Raises ImportRefused when the file is no such list, or is too large.
    """
    if len(content) > MAX_BYTES:
        raise ImportRefused("The file is larger than 10 MB: split the list into several files.")
    if content.startswith(_OLD_OFFICE_MARK):
        raise ImportRefused("The file is an old .xls or has a password: save it as .xlsx without a password.")
    if content.startswith(_ZIP_MARK):
        return _sheet_rows(content)
    return _within_limits(_csv_rows(_decoded(content)))


def _sheet_rows(content: bytes) -> list[Row]:
    try:
        inspect_workbook(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which nobody reads
            return _within_limits(_first_sheet(content))
    except ImportRefused:
        raise
    except Exception as error:
        # openpyxl fails on a damaged workbook anywhere and with any exception.
        raise ImportRefused(
            "The file cannot be read as a workbook: save it as .xlsx in a spreadsheet program."
        ) from error


def _first_sheet(content: bytes) -> Iterator[Row]:
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    if not workbook.worksheets:
        raise ImportRefused("The workbook has no sheet: write the list of clients into its first sheet.")
    cells = workbook.worksheets[0].iter_rows(
        max_row=_LAST_LINE_OF_EXCEL, max_col=MAX_COLUMNS + 1, values_only=True
    )
    for line, values in enumerate(cells, start=1):
        yield Row(line, tuple(map(_text, values)))


def _text(value: object) -> str:
    """A cell as a person sees it: a telephone number, say, is a number without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv_rows(text: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter_of(text), strict=True)
    line = 1
    try:
        for values in reader:
            yield Row(line, tuple(values))
            line = reader.line_num + 1  # a quoted value may hold line breaks
    except csv.Error as error:
        raise ImportRefused(f"Line {line} is not csv ({error}): check its quotation marks.") from error


def _delimiter_of(text: str) -> str:
    headings = text.partition("\n")[0]
    return max(_DELIMITERS, key=headings.count)


def _decoded(content: bytes) -> str:
    candidates = ("utf-16",) if content.startswith(_UTF_16_MARKS) else ("utf-8-sig", "windows-1252")
    for encoding in candidates:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportRefused("The file is neither a workbook nor text: save the list as .xlsx or as csv in UTF-8.")


def _within_limits(rows: Iterable[Row]) -> list[Row]:
    filled = (row for row in map(_without_empty_end, rows) if row.values)
    kept = list(islice(filled, MAX_ROWS + 1))
    if len(kept) > MAX_ROWS:
        raise ImportRefused(f"The list has more than {MAX_ROWS:,} rows: split it into several files.")
    if any(len(row.values) > MAX_COLUMNS for row in kept):
        raise ImportRefused(
            f"The list has more than {MAX_COLUMNS} columns: keep only those of the list of clients."
        )
    return kept


def _without_empty_end(row: Row) -> Row:
    end = len(row.values)
    while end and not row.values[end - 1].strip():
        end -= 1
    return Row(row.line, row.values[:end])
