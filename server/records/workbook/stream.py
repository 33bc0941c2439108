"""The workbook as a stream of bytes: its first rows are on their way before the last are read.

openpyxl makes everything but the rows, which are put between the head and the tail of their sheet. See
docs/decisions/0021-workbook-rows-are-streamed.md.
"""

import io
from collections.abc import Generator, Iterable, Iterator
from datetime import tzinfo
from zipfile import ZIP_DEFLATED, ZipFile

from server.accounts.viewer import Viewer
from server.db import Database
from server.records.filters import Filters
from server.records.lists import list_records
from server.records.register import RecordView
from server.records.workbook.frame import RECORDS_PART, build_frame
from server.records.workbook.line import line_of, xml_of
from server.records.workbook.totals import Totals
from server.records.workbook.words import Words

PAGE = 1000
# A sheet of Excel has 1,048,576 rows. What is filed while the workbook is being written must fit in too.
MOST_RECORDS = 1_000_000


class TooManyRecords(Exception):
    """More records than a sheet has rows."""


def pages_of(database: Database, viewer: Viewer, filters: Filters) -> Iterator[tuple[RecordView, ...]]:
    """All records, newest first, a page at a time and each in a transaction of its own.

    One long transaction would keep SQLite from taking its log back into the database.
    """
    cursor: str | None = None
    while True:
        with database.reading() as session:
            page = list_records(session, viewer, filters, cursor=cursor, limit=PAGE)
        yield page.items
        cursor = page.next
        if cursor is None:
            return


def stream_workbook(
    pages: Iterable[Iterable[RecordView]], words: Words, zone: tzinfo, totals: Totals
) -> Generator[bytes]:
    """The bytes of an xlsx file, a piece for each page; `totals` grows with them.

    Raises TooManyRecords.
    """
    outlet = _Outlet()
    with ZipFile(outlet, "w", ZIP_DEFLATED) as archive:
        frame = build_frame(words, totals)
        with archive.open(RECORDS_PART, "w") as sheet:
            sheet.write(frame.head)
            for page in pages:
                rows = []
                for view in page:
                    line = line_of(view, words, zone)
                    totals.add(line, restricted=view.restricted)
                    rows.append(xml_of(line, totals.records + 1, frame.styles))
                if totals.records > MOST_RECORDS:
                    raise TooManyRecords
                sheet.write("".join(rows).encode())
                yield outlet.take()
            frame = build_frame(words, totals)
            sheet.write(frame.tail)
        for name, content in frame.parts.items():
            archive.writestr(name, content)
    yield outlet.take()


class _Outlet(io.RawIOBase):
    """Where the archive writes to: holds the bytes until they are taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]  # the archive gives bytes
        self._held += content
        return len(content)

    def take(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held
