"""Files as people and attackers make them, read into rows of text."""

import io
import warnings
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from server.clients.import_file import MAX_BYTES, MAX_ROWS, Row, read_file, read_rows
from server.clients.import_refused import ImportRefused

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def xlsx(*rows: list[Any]) -> bytes:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(row)
    return saved(workbook)


def with_part(workbook: bytes, name: str, content: str) -> bytes:
    """The workbook with one of its parts replaced, as an attacker would."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source:
        parts = {part: source.read(part) for part in source.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for part, data in (parts | {name: content.encode()}).items():
            target.writestr(part, data)
    return file.getvalue()


def sheet_of(rows: str) -> bytes:
    return with_part(
        xlsx(["code"]), SHEET, f"<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>"
    )


def test_a_workbook_gives_its_first_sheet() -> None:
    workbook = Workbook()
    workbook.worksheets[0].append(["code", "name"])
    workbook.create_sheet("otra").append(["nothing of this"])

    assert read_rows(saved(workbook)) == [Row(1, ("code", "name"))]


def test_numbers_and_dates_become_the_text_that_one_sees() -> None:
    content = xlsx([7, 600123456.0, 2.5, date(2026, 11, 24), True])

    [row] = read_rows(content)

    assert row.values[:3] == ("7", "600123456", "2.5")
    assert row.values[3].startswith("2026-11-24")


def test_empty_rows_are_left_out_and_lines_still_counted() -> None:
    content = xlsx(["code", None, "name"], [], [None, "  "], ["C01", None, None])

    assert read_rows(content) == [Row(1, ("code", "", "name")), Row(4, ("C01",))]


def test_a_formula_gives_its_stored_value_and_is_not_computed() -> None:
    cells = '<row><c t="str"><f>CONCATENATE("C","01")</f><v>C01</v></c><c><f>1+1</f></c><c><v>5</v></c></row>'

    assert read_rows(sheet_of(cells)) == [Row(1, ("C01", "", "5"))]


def test_a_workbook_that_openpyxl_warns_about_is_read_in_silence() -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["code"])
    sheet.add_data_validation(DataValidation(type="list", formula1='"a,b"'))
    content = with_part(
        saved(workbook),
        SHEET,
        f"""<worksheet {NAMESPACE}>
        <sheetData><row><c t="inlineStr"><is><t>code</t></is></c></row></sheetData>
        <extLst><ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}"/></extLst></worksheet>""",
    )

    with warnings.catch_warnings(record=True) as caught:
        rows = read_rows(content)

    assert rows == [Row(1, ("code",))]
    assert caught == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_csv_file_is_read_however_it_was_saved(delimiter: str, encoding: str, ending: str) -> None:
    lines = [("código", "nombre"), ("C01", "Panadería, Uno; SL")]
    text = ending.join(delimiter.join(f'"{value}"' for value in line) for line in lines)

    rows = read_rows(text.encode(encoding))

    assert rows == [Row(1, lines[0]), Row(2, lines[1])]


def test_a_row_is_numbered_by_the_line_where_it_begins() -> None:
    text = 'code,name\nC01,"Talleres\nDos"\n\nC03,Tres\n'

    assert [row.line for row in read_rows(text.encode())] == [1, 2, 5]


def test_an_empty_file_has_no_rows() -> None:
    assert read_rows(b"") == []


def test_a_file_on_disk_is_read(tmp_path: Path) -> None:
    path = tmp_path / "clientes.csv"
    path.write_text("code,name\n")

    assert read_file(path) == [Row(1, ("code", "name"))]


def test_a_file_that_is_not_there_is_told_by_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "clientes.csv")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x" * (MAX_BYTES + 1), "10 MB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
        (b"PK\x03\x04 and then nothing", "cannot be read as a workbook"),
        (b"code,\x81name\n", "neither a workbook nor text"),
        (b"\xff\xfe\x00\xd8\x00", "neither a workbook nor text"),
        (b'code,name\nC01,"Uno\n', "Line 2 is not csv"),
        (b'code,name\nC01,"Bar "Pepe" SL"\n', "Line 2 is not csv"),
        (b"code\n" + b"x" * 200_000, "Line 2 is not csv"),
        (b"," * 60 + b"code\n", "more than 50 columns"),
        (b"C01\n" * (MAX_ROWS + 1), "more than 200,000 rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_file_that_is_no_list_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        read_rows(content)


def test_a_document_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")

    with pytest.raises(ImportRefused, match="cannot be read as a workbook"):
        read_rows(file.getvalue())


def test_a_damaged_sheet_is_refused() -> None:
    with pytest.raises(ImportRefused, match="cannot be read as a workbook"):
        read_rows(sheet_of("<row><c><v>7</c></row>"))


def test_packed_zeros_are_refused_unread() -> None:
    content = with_part(xlsx(["code"]), SHEET, "0" * (129 * 1024 * 1024))

    with pytest.raises(ImportRefused, match="unpacks to more than 128 MB"):
        read_rows(content)


def test_an_endless_row_is_refused() -> None:
    with pytest.raises(ImportRefused, match="far more cells"):
        read_rows(sheet_of(f"<row>{'<c/>' * 20_000}</row>"))


def test_a_long_list_is_no_endless_row() -> None:
    assert len(read_rows(sheet_of("<row><c><v>7</v></c><c><v>8</v></c></row>" * 9_000))) == 9_000


def test_endless_elements_are_refused() -> None:
    with pytest.raises(ImportRefused, match="far more cells"):
        read_rows(sheet_of("<row/>" * 8_000_001))


@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "other.bin"]
)
def test_entities_are_refused_wherever_they_hide(part: str) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE worksheet [<!ENTITY l0 "ha">{laughs}]><worksheet>&l11;</worksheet>'

    with pytest.raises(ImportRefused, match="XML definitions"):
        read_rows(with_part(xlsx(["code"]), part, bomb))


def test_a_file_of_this_machine_cannot_be_drawn_in(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("do not tell")
    sheet = f"""<!DOCTYPE w [<!ENTITY s SYSTEM "{secret.as_uri()}">]><worksheet {NAMESPACE}><sheetData><row>
        <c t="inlineStr"><is><t>&s;</t></is></c></row></sheetData></worksheet>"""

    with pytest.raises(ImportRefused, match="XML definitions"):
        read_rows(with_part(xlsx(["code"]), SHEET, sheet))


def test_a_row_far_below_costs_nothing() -> None:
    content = sheet_of('<row r="1"><c><v>7</v></c></row><row r="2000000000"><c><v>8</v></c></row>')

    assert read_rows(content) == [Row(1, ("7",))]


def test_columns_far_to_the_right_are_refused() -> None:
    with pytest.raises(ImportRefused, match="more than 50 columns"):
        read_rows(sheet_of('<row r="1"><c r="A1"><v>7</v></c><c r="AY1"><v>8</v></c></row>'))
