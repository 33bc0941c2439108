"""Records: one of them, and what people write."""

import re
import uuid
from typing import Any

from apiflask import APIBlueprint
from flask import request

from server.records.changes import EditConflict, history
from server.records.edits import CHOICES, create_record, edit_record
from server.records.register import get_record
from server.records.removals import delete_record, restore_record
from server.records.rights import NotByHand
from server.web.context import bitacora
from server.web.identity import current_viewer, signed_in
from server.web.problems import Problem
from server.web.schemas.records import RecordOut
from server.web.schemas.writing import ChangeOut, EditIn, HistoryOut, NewRecordIn
from server.web.shown import show_record

records_api = APIBlueprint("records", __name__, url_prefix="/api/records", tag="Records")
VERSION = re.compile(r"[0-9]{1,9}")


@records_api.get("/<uuid:record_id>")
@signed_in
@records_api.output(RecordOut)
def record(record_id: uuid.UUID) -> tuple[RecordOut, int, dict[str, str]]:
    """One record; its ETag is the version that an edit must name."""
    with bitacora().database.reading() as session:
        shown = show_record(get_record(session, current_viewer(), record_id))
    return shown, 200, _etag(shown)


@records_api.post("")
@signed_in
@records_api.input(NewRecordIn, arg_name="new")
@records_api.output(RecordOut, status_code=201)
def create(new: NewRecordIn) -> tuple[RecordOut, int, dict[str, str]]:
    """Note a communication down by hand. Its author is the caller, its time the server's unless said."""
    parts, viewer = bitacora(), current_viewer()
    with parts.database.writing() as session:
        view = create_record(session, viewer, new.client, new.fields(), now=parts.clock())
        shown = show_record(view)
    return shown, 201, _etag(shown)


@records_api.patch("/<uuid:record_id>")
@signed_in
@records_api.input(EditIn, arg_name="changes")
@records_api.output(RecordOut)
def edit(record_id: uuid.UUID, changes: EditIn) -> tuple[RecordOut, int, dict[str, str]]:
    """Write the fields that are named, if the record is still as the caller saw it (If-Match)."""
    parts, viewer, version, wanted = bitacora(), current_viewer(), _expected_version(), changes.fields()
    try:
        with parts.database.writing() as session:
            view = edit_record(session, viewer, record_id, wanted, version=version, now=parts.clock())
            shown = show_record(view)
    except EditConflict:
        # Both values, so that a person can choose.
        raise Problem("edit_conflict", current=_current(record_id)) from None
    except NotByHand as error:
        errors = [{"field": name, "message": str(error)} for name in sorted(wanted.keys() - CHOICES)]
        raise Problem("automatic_record", errors=errors) from None
    return shown, 200, _etag(shown)


@records_api.delete("/<uuid:record_id>")
@signed_in
@records_api.output({}, status_code=204)
def delete(record_id: uuid.UUID) -> tuple[str, int]:
    """Take the record out of the register, if it is still as the caller saw it (If-Match).

    The mail stays in its mailboxes, and no sync brings the record back.
    """
    parts, viewer, version = bitacora(), current_viewer(), _expected_version()
    try:
        with parts.database.writing() as session:
            delete_record(session, viewer, record_id, version=version, now=parts.clock())
    except EditConflict:
        raise Problem("edit_conflict", current=_current(record_id)) from None
    return "", 204


@records_api.post("/<uuid:record_id>/restore")
@signed_in
@records_api.output(RecordOut)
def restore(record_id: uuid.UUID) -> tuple[RecordOut, int, dict[str, str]]:
    """Take a deletion back: who deleted the record may, and an administrator."""
    parts, viewer = bitacora(), current_viewer()
    with parts.database.writing() as session:
        shown = show_record(restore_record(session, viewer, record_id, now=parts.clock()))
    return shown, 200, _etag(shown)


@records_api.get("/<uuid:record_id>/history")
@signed_in
@records_api.output(HistoryOut)
def record_history(record_id: uuid.UUID) -> HistoryOut:
    """What people did to the record, oldest first."""
    viewer = current_viewer()
    with bitacora().database.reading() as session:
        view = get_record(session, viewer, record_id)
        items = history(session, viewer, view.record, restricted=view.restricted)
        return HistoryOut(items=[ChangeOut.model_validate(item) for item in items])


def _current(record_id: uuid.UUID) -> dict[str, Any]:
    with bitacora().database.reading() as session:
        return show_record(get_record(session, current_viewer(), record_id)).model_dump(mode="json")


def _etag(shown: RecordOut) -> dict[str, str]:
    return {"ETag": f'"{shown.version}"'}


def _expected_version() -> int:
    value = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not value:
        raise Problem("version_needed")
    if not VERSION.fullmatch(value):
        raise Problem("invalid_input", detail="If-Match must be the ETag of the record")
    return int(value)
