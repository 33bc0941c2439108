"""Records: the list, one of them, and what people write."""

import uuid
from typing import Any

from apiflask import APIBlueprint
from flask import request

from server.records.register import EditConflict, Filters, classify, get_record, list_records
from server.web.context import bitacora
from server.web.identity import current_viewer, signed_in
from server.web.problems import Problem
from server.web.schemas.records import ClassificationIn, RecordOut, RecordsIn, RecordsOut
from server.web.shown import show_record

records_api = APIBlueprint("records", __name__, url_prefix="/api/records", tag="Records")


@records_api.get("")
@signed_in
@records_api.input(RecordsIn, location="query", arg_name="query")
@records_api.output(RecordsOut)
def records(query: RecordsIn) -> RecordsOut:
    """The register, newest first; filters combine."""
    filters = Filters(**query.model_dump(exclude={"cursor", "limit"}))
    with bitacora().database.reading() as session:
        page = list_records(session, current_viewer(), filters, cursor=query.cursor, limit=query.limit)
        return RecordsOut(items=[show_record(view) for view in page.items], next=page.next)


@records_api.get("/<uuid:record_id>")
@signed_in
@records_api.output(RecordOut)
def record(record_id: uuid.UUID) -> tuple[RecordOut, int, dict[str, str]]:
    """One record; its ETag is the version that an edit must name."""
    with bitacora().database.reading() as session:
        shown = show_record(get_record(session, current_viewer(), record_id))
    return shown, 200, _etag(shown)


@records_api.patch("/<uuid:record_id>")
@signed_in
@records_api.input(ClassificationIn, arg_name="changes")
@records_api.output(RecordOut)
def classify_record(record_id: uuid.UUID, changes: ClassificationIn) -> tuple[RecordOut, int, dict[str, str]]:
    """Set reason and area, if the record is still as the caller saw it (If-Match)."""
    viewer, version = current_viewer(), _expected_version()
    wanted = changes.model_dump(exclude_unset=True)
    try:
        with bitacora().database.writing() as session:
            shown = show_record(classify(session, viewer, record_id, wanted, version=version))
    except EditConflict:
        # Both values, so that a person can choose.
        raise Problem("edit_conflict", current=_current(record_id)) from None
    return shown, 200, _etag(shown)


def _current(record_id: uuid.UUID) -> dict[str, Any]:
    with bitacora().database.reading() as session:
        return show_record(get_record(session, current_viewer(), record_id)).model_dump(mode="json")


def _etag(shown: RecordOut) -> dict[str, str]:
    return {"ETag": f'"{shown.version}"'}


def _expected_version() -> int:
    value = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not value:
        raise Problem("version_needed")
    if not value.isdigit():
        raise Problem("invalid_input", detail="If-Match must be the ETag of the record")
    return int(value)
