"""What people do to several records at once: bulk, moves, and undo."""

import uuid
from collections.abc import Callable

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from server.accounts.viewer import Viewer
from server.records.batches import (
    Done,
    classify_all,
    delete_all,
    move_all,
    move_thread,
    restore_all,
    undo_batch,
)
from server.records.register import get_record
from server.web.context import bitacora
from server.web.identity import current_viewer, signed_in
from server.web.problems import Problem, code_of
from server.web.schemas.writing import BatchOut, BulkIn, MovedOut, MoveIn, RefusedOut
from server.web.shown import show_record

batches_api = APIBlueprint("batches", __name__, url_prefix="/api", tag="Records")


@batches_api.post("/records/bulk")
@signed_in
@batches_api.input(BulkIn, arg_name="wish")
@batches_api.output(BatchOut)
def bulk(wish: BulkIn) -> BatchOut:
    """Classify, delete, restore or move records; each is done or refused by itself."""
    parts, viewer, act = bitacora(), current_viewer(), _act(wish)
    with parts.database.writing() as session:
        return _show(act(session, viewer))


@batches_api.post("/records/<uuid:record_id>/move")
@signed_in
@batches_api.input(MoveIn, arg_name="wish")
@batches_api.output(MovedOut)
def move(record_id: uuid.UUID, wish: MoveIn) -> MovedOut:
    """Move the record, or all of its thread that the caller may move, to another client."""
    parts, viewer = bitacora(), current_viewer()
    with parts.database.writing() as session:
        if wish.scope == "thread":
            done = move_thread(session, viewer, record_id, wish.client, now=parts.clock())
        else:
            done = move_all(session, viewer, [record_id], wish.client, now=parts.clock())
        if refusal := done.refused.get(record_id):
            raise refusal
        record = show_record(get_record(session, viewer, record_id))
        return MovedOut(record=record, **dict(_show(done)))


@batches_api.post("/batches/<uuid:batch_id>/undo")
@signed_in
@batches_api.output(BatchOut)
def undo(batch_id: uuid.UUID) -> BatchOut:
    """Put back what the batch changed; what somebody changed since is refused."""
    parts, viewer = bitacora(), current_viewer()
    with parts.database.writing() as session:
        return _show(undo_batch(session, viewer, batch_id, now=parts.clock()))


def _act(wish: BulkIn) -> Callable[[Session, Viewer], Done]:
    now = bitacora().clock()
    match wish.action:
        case "classify":
            wanted: dict[str, int | None] = {
                field: getattr(wish, field) for field in ("reason", "area") if field in wish.model_fields_set
            }
            if not wanted:
                raise Problem("invalid_input", errors=[{"field": "reason", "message": "or area is needed"}])
            return lambda session, viewer: classify_all(session, viewer, wish.ids, wanted, now=now)
        case "delete":
            return lambda session, viewer: delete_all(session, viewer, wish.ids, now=now)
        case "restore":
            return lambda session, viewer: restore_all(session, viewer, wish.ids, now=now)
        case "move":
            client = wish.client
            if client is None:
                raise Problem("invalid_input", errors=[{"field": "client", "message": "is needed"}])
            return lambda session, viewer: move_all(session, viewer, wish.ids, client, now=now)


def _show(done: Done) -> BatchOut:
    refused = [RefusedOut(id=record_id, code=code_of(kind)) for record_id, kind in done.refused.items()]
    return BatchOut(batch=done.batch_id, done=list(done.done), refused=refused)
