"""The workbook without its rows, as openpyxl makes it: sheets, formats, filter, summary and chart."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font

from server.records.workbook.line import COLUMNS, Styles
from server.records.workbook.text import cell_text, is_like_a_formula
from server.records.workbook.totals import Totals
from server.records.workbook.words import Words

RECORDS_PART = "xl/worksheets/sheet1.xml"
WIDTHS = (12, 8, 18, 11, 10, 28, 22, 50, 60, 20, 18, 13, 36, 11, 40, 30, 12)
# The first blocks of the summary have a chart, each so many rows high.
CHARTS, CHART_ROWS = 2, 18
_END_OF_ROWS = b"</sheetData>"
_BOLD = Font(bold=True)


@dataclass(frozen=True, slots=True)
class Frame:
    """The sheet of records before and after its rows, and all other parts of the file by name."""

    head: bytes
    tail: bytes
    parts: dict[str, bytes]
    styles: Styles


def build_frame(words: Words, totals: Totals) -> Frame:
    """Build it for so many records. Before these are counted, head and styles are good already."""
    workbook = Workbook(write_only=True)
    workbook.properties.creator = "Bitácora"
    workbook.properties.title = words.records
    styles = _records_sheet(workbook, words, totals.records)
    _summary_sheet(workbook, words, totals)
    content = io.BytesIO()
    workbook.save(content)
    with ZipFile(content) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    head, end, tail = parts.pop(RECORDS_PART).partition(_END_OF_ROWS)
    return Frame(head, end + tail, parts, styles)


def _records_sheet(workbook: Workbook, words: Words, records: int) -> Styles:
    sheet = workbook.create_sheet(words.records)
    for column, width in zip(COLUMNS, WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{COLUMNS[-1]}{records + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.append([_cell(sheet, heading, font=_BOLD) for heading in words.headings])
    return Styles(
        date=_cell(sheet, "", number_format=words.date_format).style_id,
        time=_cell(sheet, "", number_format="hh:mm").style_id,
        marked=_cell(sheet, "=").style_id,
    )


def _summary_sheet(workbook: Workbook, words: Words, totals: Totals) -> None:
    sheet = workbook.create_sheet(words.summary)
    sheet.column_dimensions["A"].width = 40
    rows = 0
    for word, number in ((words.records, totals.records), (words.private, totals.restricted)):
        sheet.append([_cell(sheet, word, font=_BOLD), number])
        rows += 1
    for place, (heading, counted) in enumerate(_blocks(words, totals)):
        sheet.append([])
        sheet.append([_cell(sheet, word, font=_BOLD) for word in (heading, words.count, words.share)])
        rows += 2
        for name, count in counted:
            share = _cell(sheet, count / totals.records, number_format="0.0 %")
            sheet.append([_cell(sheet, name or words.none), count, share])
        if counted and place < CHARTS:
            sheet.add_chart(_chart(sheet, heading, rows, len(counted)), f"E{2 + CHART_ROWS * place}")
        rows += len(counted)


def _blocks(words: Words, totals: Totals) -> Iterator[tuple[str, Sequence[tuple[str, int]]]]:
    """Months in their order, everything else with the most frequent first."""
    heading = dict(zip(COLUMNS, words.headings, strict=True))
    yield words.month, sorted(totals.months.items())
    yield heading["J"], _ranked(totals.reasons)
    yield heading["K"], _ranked(totals.areas)
    yield heading["G"], _ranked(totals.persons)
    yield heading["C"], _ranked(totals.types)


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _chart(sheet: Any, heading: str, row: int, length: int) -> BarChart:
    """Columns for a block whose heading stands in `row`."""
    chart = BarChart()
    chart.title = heading
    chart.legend = None
    chart.height, chart.width = 8.5, 20
    chart.add_data(Reference(sheet, min_col=2, min_row=row, max_row=row + length), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=row + 1, max_row=row + length))
    # Without these two, newer versions of Excel hide the axes.
    chart.x_axis.delete = chart.y_axis.delete = False
    return chart


def _cell(sheet: Any, value: str | float, **style: Any) -> Cell:
    """A cell with a format; a text stays one, whatever it begins with."""
    cell: Cell = WriteOnlyCell(sheet, value=cell_text(value) if isinstance(value, str) else value)
    for name, wanted in style.items():
        setattr(cell, name, wanted)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = is_like_a_formula(value)
    return cell
