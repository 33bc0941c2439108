"""A look at an xlsx file before it is read: a small hostile file may ask for all memory of the machine."""

import io
from contextlib import suppress
from xml.parsers import expat
from zipfile import ZipFile

from server.clients.import_refused import ImportRefused

MAX_UNPACKED_BYTES = 128 * 1024 * 1024
MAX_ELEMENTS = 8_000_000
MAX_CELLS_OF_ROW = 16_384  # as many as a spreadsheet program allows
_DEPTH_OF_CELL = 4  # worksheet, sheetData, row, cell


def inspect_workbook(content: bytes) -> None:
    """Refuse packed zeros, XML entities and endless rows.

    Raises ImportRefused, and zipfile.BadZipFile for a damaged archive.
    """
    with ZipFile(io.BytesIO(content)) as archive:
        # A member never unpacks to more than its entry announces.
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise ImportRefused(
                "The workbook unpacks to more than 128 MB: keep only the sheet with the clients."
            )
        gauge = _Gauge()
        for member in archive.infolist():
            # Any member may serve as a sheet, whatever its name; pictures fail at their first byte.
            with archive.open(member) as file, suppress(expat.ExpatError):
                gauge.parser().ParseFile(file)


class _Gauge:
    """Counts the elements of all parts of one workbook, and those inside each row."""

    def __init__(self) -> None:
        self._elements = self._depth = self._cells = 0

    def parser(self) -> expat.XMLParserType:
        self._depth = 0
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse_definitions
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        return parser

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._depth < _DEPTH_OF_CELL:
            self._cells = 0
        elif self._depth == _DEPTH_OF_CELL:
            self._cells += 1
        if self._elements > MAX_ELEMENTS or self._cells > MAX_CELLS_OF_ROW:
            raise ImportRefused(
                "The workbook has far more cells than a list of clients: keep only its sheet."
            )

    def _end(self, _name: str) -> None:
        self._depth -= 1


def _refuse_definitions(*_: object) -> None:
    # Entities can multiply without end; no spreadsheet program writes a document type.
    raise ImportRefused(
        "The workbook holds XML definitions: save it again as .xlsx in a spreadsheet program."
    )
