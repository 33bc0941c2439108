"""The register as an Excel workbook: all of one client, or what a filter leaves."""

import re
from itertools import chain

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response

from server.clients.search import client_card
from server.records.filters import Filters
from server.records.lists import total_records
from server.records.visibility import may_see_client
from server.records.workbook.stream import MOST_RECORDS, PAGE, pages_of, stream_workbook
from server.records.workbook.totals import Totals
from server.records.workbook.words import WORDS
from server.web.context import bitacora
from server.web.identity import current_viewer, signed_in
from server.web.language import asked_language
from server.web.problems import Problem
from server.web.schemas.search import FiltersIn

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK = FileSchema(type="string", format="binary")

workbook_api = APIBlueprint("workbook", __name__, url_prefix="/api", tag="Records")


@workbook_api.get("/records.xlsx")
@signed_in
@workbook_api.input(FiltersIn, location="query", arg_name="query")
@workbook_api.output(WORKBOOK, content_type=XLSX)
def workbook(query: FiltersIn) -> Response:
    """What the filters leave, newest first, as a workbook with a summary."""
    return _download(query.filters(), query.client)


@workbook_api.get("/clients/<code>/records.xlsx")
@signed_in
@workbook_api.output(WORKBOOK, content_type=XLSX)
def client_workbook(code: str) -> Response:
    """All records of one client, newest first, as a workbook with a summary."""
    with bitacora().database.reading() as session:
        if client_card(session, code, allowed=may_see_client(current_viewer())) is None:
            raise Problem("not_found")
    return _download(Filters(client=code), code)


def _download(filters: Filters, client: str | None) -> Response:
    """The answer begins with the first page of records; a small workbook is finished before it begins.

    How long a large one will be, nobody knows before its end. X-Total-Rows is exact, X-Expected-Bytes is
    guessed from the first page: enough for a bar that shows how far it is.
    """
    parts, viewer, language = bitacora(), current_viewer(), asked_language()
    with parts.database.reading() as session:
        total = total_records(session, viewer, filters)
    if total > MOST_RECORDS:
        raise Problem("too_many_records", total=total, most=MOST_RECORDS)
    totals = Totals()
    pages = pages_of(parts.database, viewer, filters)
    pieces = stream_workbook(pages, WORDS[language], parts.settings.zone, totals)
    first = next(pieces)
    if total <= PAGE:
        response = Response(b"".join([first, *pieces]), mimetype=XLSX)
    else:
        response = Response(chain([first], pieces), mimetype=XLSX)
        # A person who goes away in the middle ends the reading, too.
        response.call_on_close(pieces.close)
        response.headers["X-Expected-Bytes"] = str(len(first) * total // PAGE)
    response.headers["X-Total-Rows"] = str(total)
    response.headers["Content-Language"] = language
    response.headers.set("Content-Disposition", "attachment", filename=_file_name(client))
    return response


def _file_name(client: str | None) -> str:
    today = bitacora().clock().astimezone(bitacora().settings.zone).date()
    of_client = f"-{re.sub(r'[^A-Za-z0-9_.-]', '_', client)}" if client else ""
    return f"bitacora{of_client}-{today}.xlsx"
