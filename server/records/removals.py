"""Taking records out of the register and back. The row stays, so that no sync brings its mail in again."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from server.accounts.viewer import Viewer
from server.records.changes import Change, Deed, EditConflict, change_all
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
    deed = Deed(viewer.person_id, now)
    change_all(session, [deletion(view, deed)], deed)


def restore_record(session: Session, viewer: Viewer, record_id: uuid.UUID, *, now: datetime) -> RecordView:
    """Take a deletion back; a record that stands is left as it is.

    Raises RecordNotFound, ContentHidden, NotTheAuthor and EditConflict.
    """
    view = get_records(session, viewer, [record_id]).get(record_id)
    if view is None:
        raise RecordNotFound
    if view.record.state is RecordState.DELETED:
        change_all(session, [restoration(view)], Deed(viewer.person_id, now))
    return get_record(session, viewer, record_id)


def deletion(view: RecordView, deed: Deed) -> Change:
    """What takes the record out. Raises RecordNotFound, ContentHidden and NotTheAuthor."""
    if view.record.state is RecordState.DELETED:
        raise RecordNotFound
    view.rights.require(Right.DELETE)
    values = {"state": RecordState.DELETED, "deleted_at": deed.at, "deleted_by_id": deed.person_id}
    return Change(view.record, Action.DELETED, values, {})


def restoration(view: RecordView) -> Change:
    """What brings the record back. Raises RecordNotFound, ContentHidden and NotTheAuthor."""
    if view.record.state is RecordState.FILED:
        raise RecordNotFound
    view.rights.require(Right.RESTORE)
    return _return(view.record)


def bring_back(session: Session, record: Record, deed: Deed) -> None:
    """Let a deleted record stand again, whoever deleted it. Raises EditConflict."""
    change_all(session, [_return(record)], deed)


def _return(record: Record) -> Change:
    values = {"state": RecordState.FILED, "deleted_at": None, "deleted_by_id": None}
    return Change(record, Action.RESTORED, values, {})
