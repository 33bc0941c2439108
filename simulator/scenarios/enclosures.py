"""Small real files to attach: a PDF of one page and a workbook of one sheet, equal bytes for equal text."""

import base64
import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from simulator.values import Json

_PDF = "application/pdf"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OFFICE = "http://schemas.openxmlformats.org"
_RELATIONSHIP = f"{_OFFICE}/officeDocument/2006/relationships"
_RELATIONSHIPS = f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_XLSX}.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    f' ContentType="{_XLSX.removesuffix(".sheet")}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_RELATIONSHIPS}<Relationship Id="rId1" Type="{_RELATIONSHIP}/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_OFFICE}/spreadsheetml/2006/main" xmlns:r="{_RELATIONSHIP}">'
    '<sheets><sheet name="Hoja1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_RELATIONSHIPS}<Relationship Id="rId1" Type="{_RELATIONSHIP}/worksheet"'
    ' Target="worksheets/sheet1.xml"/></Relationships>',
}


def enclosure(name: str, text: str) -> Json:
    """A file attachment as Graph shows it; the ending of `name` (.pdf or .xlsx) decides what it is."""
    kind, content = (_PDF, pdf(text)) if name.endswith(".pdf") else (_XLSX, workbook([[text]]))
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": name,
        "contentType": kind,
        "size": len(content),
        "isInline": False,
        "contentBytes": base64.b64encode(content).decode("ascii"),
    }


def pdf(text: str) -> bytes:
    """A page of A4 with one line of text (PDF 1.4; characters outside Latin-1 become question marks)."""
    line = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    stream = f"BT /F1 12 Tf 72 770 Td ({line}) Tj ET".encode("latin-1", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    return _with_cross_references(objects)


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """An Office Open XML workbook of one sheet of texts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {**_PARTS, "xl/worksheets/sheet1.xml": _sheet(rows)}.items():
            # A ZipInfo without a date is of 1980: equal rows then give equal bytes.
            package.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8"?>\n{content}')
    return file.getvalue()


def _with_cross_references(objects: Sequence[bytes]) -> bytes:
    file, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, entries)
    return b"%b%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        file,
        table,
        size,
        len(file),
    )


def _sheet(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>' for text in row) for row in rows)
    data = "".join(f"<row>{row}</row>" for row in cells)
    return f'<worksheet xmlns="{_OFFICE}/spreadsheetml/2006/main"><sheetData>{data}</sheetData></worksheet>'
