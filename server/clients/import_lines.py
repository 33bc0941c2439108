"""The meaning of a list of clients: rows of text become clients, or errors that name line and value."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from server.addresses import normalise, without_invisible
from server.clients.faults import Fault, LineError
from server.clients.import_file import Row
from server.clients.models import Section
from server.clients.nif import normalise_nif
from server.clients.vocabulary import REQUIRED_COLUMNS, column_of, section_of

MAX_LENGTH = 500  # of a value, in characters; `faults` tells it to people

# Stricter than the RFCs: what no mail system in use would deliver is a slip of the keyboard.
_MAIL_ADDRESS = re.compile(r'[^\s@"(),:;<>\[\\\]]+@(?:[a-z0-9-]+\.)+[a-z0-9-]{2,}')


class CardLine(NamedTuple):
    """A line of a client card; `address` is the form of `email` that is compared, both may be empty."""

    section: Section
    label: str
    email: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class ListedClient:
    code: str
    name: str
    nif: str
    lines: tuple[CardLine, ...]


@dataclass(frozen=True, slots=True)
class ParsedImport:
    """What a list says. With any error the list is not to be imported and `clients` is empty."""

    clients: tuple[ListedClient, ...]
    errors: tuple[LineError, ...]


def is_mail_address(text: str) -> bool:
    """Whether a mail system in use would deliver to it."""
    return bool(_MAIL_ADDRESS.fullmatch(normalise(text)))


def tidy(text: str) -> str:
    """A value as a card keeps it: composed, on one line, without what nobody sees."""
    return unicodedata.normalize("NFC", without_invisible(" ".join(text.split())))


def parse_rows(rows: Iterable[Row]) -> ParsedImport:
    """Understand a list whose first row holds the headings, in English or Spanish.

    All faults of the list are reported, ordered by line. A name or NIF may stay empty in further lines of
    a client; the label and phone columns may be left out.
    """
    rows = iter(rows)
    headings = next(rows, None)
    if headings is None:
        return ParsedImport((), (LineError(1, Fault.NO_HEADINGS),))
    if errors := list(_faults_of_headings(headings)):
        return ParsedImport((), tuple(sorted(errors)))
    return _parse_lines(_columns(headings.values), rows)


def _faults_of_headings(row: Row) -> Iterator[LineError]:
    columns = [column_of(heading) for heading in row.values]
    for position, (heading, column) in enumerate(zip(row.values, columns, strict=True)):
        if column is None and heading.strip():
            yield LineError(row.line, Fault.UNKNOWN_COLUMN, heading.strip())
        elif column is not None and column in columns[:position]:
            yield LineError(row.line, Fault.REPEATED_COLUMN, heading.strip())
    for name in REQUIRED_COLUMNS:
        if name not in columns:
            yield LineError(row.line, Fault.MISSING_COLUMN, name)


def _columns(headings: Sequence[str]) -> Mapping[int, str]:
    named = ((position, column_of(heading)) for position, heading in enumerate(headings))
    return {position: column for position, column in named if column is not None}


@dataclass(slots=True)
class _Stated:
    """A value and the first line that states it."""

    value: str = ""
    line: int = 0


@dataclass(slots=True)
class _Draft:
    """What the lines read so far say of one client."""

    code: str
    line: int
    name: _Stated = field(default_factory=_Stated)
    nif: _Stated = field(default_factory=_Stated)
    lines: dict[CardLine, None] = field(default_factory=dict)


def _parse_lines(columns: Mapping[int, str], rows: Iterator[Row]) -> ParsedImport:
    drafts: dict[str, _Draft] = {}
    errors: list[LineError] = []
    for row in rows:
        values = _values_of(columns, row)
        errors += _faults_of_values(columns, row)
        errors += _faults_of_line(row.line, values)
        if code := values["code"]:
            errors += _add(drafts.setdefault(code, _Draft(code, row.line)), row.line, values)
    errors += (LineError(d.line, Fault.NO_NAME, client=d.code) for d in drafts.values() if not d.name.value)
    if errors:
        return ParsedImport((), tuple(sorted(errors)))
    return ParsedImport(tuple(map(_client, drafts.values())), ())


def _values_of(columns: Mapping[int, str], row: Row) -> dict[str, str]:
    values = dict.fromkeys(("label", "phone", *REQUIRED_COLUMNS), "")
    for position, value in enumerate(row.values):
        if position in columns:
            values[columns[position]] = tidy(value)
    values["nif"] = normalise_nif(values["nif"])
    return values


def _faults_of_values(columns: Mapping[int, str], row: Row) -> Iterator[LineError]:
    for position, value in enumerate(row.values):
        if len(value) > MAX_LENGTH:
            yield LineError(row.line, Fault.TOO_LONG, value)
        elif value.strip() and position not in columns:
            yield LineError(row.line, Fault.NO_HEADING, value.strip())
        elif value.startswith("="):
            yield LineError(row.line, Fault.FORMULA, value)


def _faults_of_line(line: int, values: Mapping[str, str]) -> Iterator[LineError]:
    reached_at = values["email"] or values["phone"]
    if not values["code"]:
        yield LineError(line, Fault.NO_CODE)
    if values["section"] and section_of(values["section"]) is None:
        yield LineError(line, Fault.BAD_SECTION, values["section"])
    if reached_at and not values["section"]:
        yield LineError(line, Fault.NO_SECTION, reached_at)
    if values["email"] and not is_mail_address(values["email"]):
        yield LineError(line, Fault.BAD_ADDRESS, values["email"])


def _add(draft: _Draft, line: int, values: Mapping[str, str]) -> Iterator[LineError]:
    section = section_of(values["section"])
    if section and (values["email"] or values["phone"]):
        address = normalise(values["email"])
        draft.lines[CardLine(section, values["label"], values["email"], address, values["phone"])] = None
    for stated, value, fault in (
        (draft.name, values["name"], Fault.TWO_NAMES),
        (draft.nif, values["nif"], Fault.TWO_NIFS),
    ):
        if value and not stated.value:
            stated.value, stated.line = value, line
        elif value and value != stated.value:
            yield LineError(line, fault, value, draft.code, stated.value, stated.line)


def _client(draft: _Draft) -> ListedClient:
    return ListedClient(draft.code, draft.name.value, draft.nif.value, tuple(draft.lines))
