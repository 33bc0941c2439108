"""A client's register as a workbook: how long it takes, how much memory, and the same rows by XlsxWriter.

Each figure comes from a process of its own. "Rows at hand" are the same page of records over and over, so
that the writers alone are compared; the other lines read every record from the database.
"""

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter
from openpyxl import Workbook

from benchmarks import apart, databases, filed_records, options
from benchmarks.circumstances import print_circumstances
from benchmarks.databases import Database, engine_at
from benchmarks.tables import median, print_table, times
from server import db
from server.accounts.viewer import OPERATOR
from server.db import Base
from server.records.filters import Filters
from server.records.register import RecordView
from server.records.workbook.line import Line, line_of
from server.records.workbook.stream import PAGE, pages_of, stream_workbook
from server.records.workbook.totals import Totals
from server.records.workbook.words import WORDS

ZONE = ZoneInfo("Europe/Madrid")
Pages = Iterable[Sequence[RecordView]]


@dataclass(frozen=True)
class Writing:
    """One workbook; the first piece is what a browser waits for before it can show anything."""

    seconds: float
    first_piece_s: float
    peak_bytes: int
    length: int


def main() -> None:
    asked = options.parser("benchmarks.workbook", __doc__ or "", rounds=3)
    asked.add_argument(
        "--rows", type=int, default=100_000, help="of the large register; the small has a tenth"
    )
    given = asked.parse_args()
    with databases.chosen(options.databases(given)) as chosen:
        for database in chosen:
            _compare(database, given)


def _compare(database: Database, given: argparse.Namespace) -> None:
    print_circumstances("Workbook of a client's register", database=database.title, seed=given.seed)
    sizes = {"C01": given.rows // 10, "C02": given.rows}
    with tempfile.TemporaryDirectory(prefix="bitacora-") as folder, database.new(Path(folder)) as url:
        with engine_at(url) as engine:
            Base.metadata.create_all(engine)
            mailboxes = filed_records.found(db.Database(engine))
            for code, rows in sizes.items():
                filed_records.fill(db.Database(engine), code, rows, mailboxes, given.seed)
        peaks = []
        for code, rows in sizes.items():
            taken = _take_turns(url, code, rows, given.rounds)
            print(f"\n{rows:,} records")
            _print(taken)
            peaks.append(median([writing.peak_bytes for writing in taken["Bitácora"]]))
    print(f"\npeak memory, {sizes['C02']:,} : {sizes['C01']:,} records: {times(peaks[1], peaks[0])}")


def _take_turns(url: str, code: str, rows: int, rounds: int) -> dict[str, list[Writing]]:
    """Product and peers one after the other, so that the machine's moods meet all of them."""
    taken: dict[str, list[Writing]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name in WAYS:
            with apart.process() as call:
                taken[name].append(call(_measure, name, url, code, rows))
    return taken


def _print(taken: dict[str, list[Writing]]) -> None:
    def middle(name: str, of: Callable[[Writing], float]) -> float:
        return median([of(writing) for writing in taken[name]])

    def seconds(name: str) -> float:
        return middle(name, lambda writing: writing.seconds)

    print_table(
        ["median of the rounds", "seconds", "to the first bytes", "peak MB", "file MB"],
        [
            [
                name,
                f"{seconds(name):.2f}",
                f"{middle(name, lambda writing: writing.first_piece_s):.2f}",
                f"{middle(name, lambda writing: writing.peak_bytes) / 1e6:.0f}",
                f"{middle(name, lambda writing: writing.length) / 1e6:.1f}",
            ]
            for name in taken
        ],
    )
    for name in taken:
        peer = XLSXWRITER_AT_HAND if name.endswith(AT_HAND) else XLSXWRITER
        if name != peer:
            print(f"{name} : {peer} = {times(seconds(name), seconds(peer))}")


def _measure(name: str, url: str, code: str, rows: int) -> Writing:
    with tempfile.TemporaryDirectory(prefix="bitacora-") as folder, engine_at(url) as engine:
        gc.freeze()  # as the server does
        pages: Pages = pages_of(db.Database(engine), OPERATOR, Filters(client=code))
        if name.endswith(AT_HAND):
            pages = repeat(next(iter(pages)), rows // PAGE)
        file = Path(folder) / "book.xlsx"
        began, first = time.perf_counter(), 0.0
        for _ in WAYS[name](pages, file):
            first = first or time.perf_counter() - began
        return Writing(time.perf_counter() - began, first, _peak_bytes(), file.stat().st_size)


def _bitacora(pages: Pages, file: Path) -> Iterator[None]:
    with file.open("wb") as out:
        for piece in stream_workbook(pages, WORDS["es"], ZONE, Totals()):
            out.write(piece)
            yield


def _xlsxwriter(pages: Pages, file: Path) -> Iterator[None]:
    """Its rows alone, without summary: date, time and texts, the memory constant."""
    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        day, hour = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "hh:mm"})
        for column, heading in enumerate(WORDS["es"].headings):
            sheet.write_string(0, column, heading)
        for row, line in enumerate(_lines(pages), start=1):
            moment, *texts = line
            sheet.write_datetime(row, 0, moment.date(), day)
            sheet.write_datetime(row, 1, moment.time(), hour)
            for column, text in enumerate(texts, start=2):
                if text:
                    sheet.write_string(row, column, text)
    yield


def _openpyxl(pages: Pages, file: Path) -> Iterator[None]:
    """Its own rows, in write-only mode and without formats."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(WORDS["es"].headings)
    for line in _lines(pages):
        moment, *texts = line
        sheet.append([moment.date(), moment.time(), *(text or None for text in texts)])
    book.save(file)
    yield


def _lines(pages: Pages) -> Iterator[Line]:
    for page in pages:
        for view in page:
            yield line_of(view, WORDS["es"], ZONE)


def _peak_bytes() -> int:
    """The most memory that this process ever held (VmHWM, see proc(5)); that of its parent does not count."""
    status = Path(f"/proc/{os.getpid()}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


AT_HAND = ", rows at hand"
XLSXWRITER = "XlsxWriter, constant memory"
XLSXWRITER_AT_HAND = XLSXWRITER + AT_HAND
WAYS: dict[str, Callable[[Pages, Path], Iterator[None]]] = {
    "Bitácora": _bitacora,
    XLSXWRITER: _xlsxwriter,
    f"Bitácora{AT_HAND}": _bitacora,
    XLSXWRITER_AT_HAND: _xlsxwriter,
    f"openpyxl, write-only{AT_HAND}": _openpyxl,
}


if __name__ == "__main__":
    main()
