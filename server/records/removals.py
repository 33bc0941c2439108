"""Taking records out of the register and back. The row stays, so that no sync brings its mail in again."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from server.accounts.viewer import Viewer
from server.records.changes import Deed, EditConflict, change
from server.records.models import Action, Record, RecordState
from server.records.register import RecordNotFound, RecordView, get_record, get_records
from server.records.rights import Right


def delete_record(
    session: Session, viewer: Viewer, record_id: uuid.UUID, *, version: int, now: datetime
) -> None:
    """Take a record out, if `version` is still current. The mail stays in its mailboxes.

    Raises RecordNotFound, ContentHidden, NotTheAuthor and EditConflict.
    """
    view = get_record(session, viewer, record_id)
    if view.record.version != version:
        view.rights.require(Right.DELETE)
        raise EditConflict
    delete(session, view, Deed(viewer.person_id, now))


def restore_record(session: Session, viewer: Viewer, record_id: uuid.UUID, *, now: datetime) -> RecordView:
    """Take a deletion back; a record that stands is left as it is.

    Raises RecordNotFound, ContentHidden, NotTheAuthor and EditConflict.
    """
    view = get_records(session, viewer, [record_id]).get(record_id)
    if view is None:
        raise RecordNotFound
    if view.record.state is RecordState.DELETED:
        restore(session, view, Deed(viewer.person_id, now))
    return get_record(session, viewer, record_id)


def delete(session: Session, view: RecordView, deed: Deed) -> None:
    """Raises RecordNotFound, ContentHidden, NotTheAuthor and EditConflict."""
    if view.record.state is RecordState.DELETED:
        raise RecordNotFound
    view.rights.require(Right.DELETE)
    values = {"state": RecordState.DELETED, "deleted_at": deed.at, "deleted_by_id": deed.person_id}
    change(session, view.record, Action.DELETED, values, deed, {})


def restore(session: Session, view: RecordView, deed: Deed) -> None:
    """Raises RecordNotFound, ContentHidden, NotTheAuthor and EditConflict."""
    if view.record.state is RecordState.FILED:
        raise RecordNotFound
    view.rights.require(Right.RESTORE)
    bring_back(session, view.record, deed)


def bring_back(session: Session, record: Record, deed: Deed) -> None:
    """Let a deleted record stand again, whoever deleted it. Raises EditConflict."""
    values = {"state": RecordState.FILED, "deleted_at": None, "deleted_by_id": None}
    change(session, record, Action.RESTORED, values, deed, {})
