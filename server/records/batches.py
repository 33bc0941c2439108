"""What people do to several records at once, and its undo. The only writer of the batches.

Each record is done or refused by itself. An undo puts back exactly what a batch changed, and refuses what
somebody changed since.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.viewer import Viewer
from server.records.assignments import About, put_back, standing, wait_for_filing, was_said
from server.records.changes import Deed, EditConflict, change, changes_of, values_before
from server.records.edits import CHOICES, edit
from server.records.models import Action, Batch, BatchAction, Record, RecordChange, RecordState
from server.records.moves import AlreadyThere, abouts, move, places_traded
from server.records.questions import ask_again
from server.records.register import RecordNotFound, RecordView, get_records
from server.records.removals import delete, restore
from server.records.rights import ContentHidden, NotByHand, NotTheAuthor, Right
from server.records.search import index_records
from server.records.tray import may_answer
from server.records.visibility import ClientNotThere, client_for, denied_to

REFUSALS = (RecordNotFound, ContentHidden, NotTheAuthor, NotByHand, AlreadyThere, EditConflict)
OPPOSITE = {
    Action.EDITED: Action.EDITED,
    Action.MOVED: Action.MOVED,
    Action.DELETED: Action.RESTORED,
    Action.RESTORED: Action.DELETED,
}
Act = Callable[[Session, RecordView, Deed], None]


class BatchNotFound(Exception):
    """There is no such batch, or it is not this person's to undo."""


class AlreadyUndone(Exception):
    """A batch is undone once."""


@dataclass(frozen=True, slots=True)
class Done:
    """The records that a batch or its undo changed, and why it did not change the others."""

    batch_id: uuid.UUID
    done: tuple[uuid.UUID, ...]
    refused: Mapping[uuid.UUID, type[Exception]]


def classify_all(
    session: Session,
    viewer: Viewer,
    record_ids: Collection[uuid.UUID],
    wanted: Mapping[str, int | None],
    *,
    now: datetime,
) -> Done:
    """Set reason, area or both. Raises UnknownChoice."""

    def act(session: Session, view: RecordView, deed: Deed) -> None:
        if view.record.state is RecordState.DELETED:
            raise RecordNotFound
        view.rights.require(Right.CLASSIFY)
        edit(session, view.record, {field: wanted[field] for field in CHOICES & wanted.keys()}, deed)

    return _each(session, viewer, BatchAction.CLASSIFY, record_ids, act, now)


def delete_all(session: Session, viewer: Viewer, record_ids: Collection[uuid.UUID], *, now: datetime) -> Done:
    return _each(session, viewer, BatchAction.DELETE, record_ids, delete, now)


def restore_all(
    session: Session, viewer: Viewer, record_ids: Collection[uuid.UUID], *, now: datetime
) -> Done:
    return _each(session, viewer, BatchAction.RESTORE, record_ids, restore, now)


def move_all(
    session: Session,
    viewer: Viewer,
    record_ids: Collection[uuid.UUID],
    client_code: str,
    *,
    for_thread: bool,
    now: datetime,
) -> Done:
    """Put records into the register of another client. Raises ClientNotThere."""
    client = client_for(session, viewer, client_code)
    wait_for_filing(session)
    act = partial(move, client=client, for_thread=for_thread)
    done = _each(session, viewer, BatchAction.MOVE, record_ids, act, now, to_client=client.id)
    index_records(session, done.done)
    return done


def begin_batch(
    session: Session, viewer: Viewer, action: BatchAction, before: dict[str, Any], now: datetime
) -> Batch:
    batch = Batch(id=uuid.uuid4(), person_id=viewer.person_id, at=now, action=action, before=before)
    session.add(batch)
    session.flush()
    return batch


def undo_batch(session: Session, viewer: Viewer, batch_id: uuid.UUID, *, now: datetime) -> Done:
    """Put back what the batch changed, as far as nobody changed it since.

    Raises BatchNotFound, AlreadyUndone, and EditConflict where nothing of it could be put back.
    """
    wait_for_filing(session)
    batch = session.get(Batch, batch_id, with_for_update=True)
    if batch is None or not (viewer.administrator or batch.person_id == viewer.person_id):
        raise BatchNotFound
    if batch.undone_at is not None:
        raise AlreadyUndone
    batch.undone_at = now
    if batch.action is BatchAction.DISMISS:
        return _undo_dismissal(session, viewer, batch)
    changes = changes_of(session, batch_id)
    refused = _refusals(session, viewer, batch, changes)
    kept = [each for each in changes if each.record_id not in refused]
    if changes and not kept:
        raise EditConflict
    _put_back(session, batch, kept, Deed(viewer.person_id, now))
    return Done(batch_id, tuple(each.record_id for each in kept), refused)


def _each(
    session: Session,
    viewer: Viewer,
    action: BatchAction,
    record_ids: Collection[uuid.UUID],
    act: Act,
    now: datetime,
    to_client: int | None = None,
) -> Done:
    views = _hold(session, viewer, record_ids)
    before = {}
    if to_client is not None:
        words = [about for view in views.values() for about in abouts(view.record, to_client)]
        before["words"] = standing(session, words)
    batch_id = begin_batch(session, viewer, action, before, now).id
    deed = Deed(viewer.person_id, now, batch_id)
    done: list[uuid.UUID] = []
    refused: dict[uuid.UUID, type[Exception]] = {}
    for record_id in dict.fromkeys(record_ids):
        try:
            if record_id not in views:
                raise RecordNotFound
            act(session, views[record_id], deed)
            done.append(record_id)
        except REFUSALS as error:
            refused[record_id] = type(error)
    return Done(batch_id, tuple(done), refused)


def _hold(session: Session, viewer: Viewer, record_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, RecordView]:
    """The records as they are until the transaction ends; locked in one order everywhere."""
    query = select(Record.id).where(Record.id.in_(record_ids)).order_by(Record.id).with_for_update()
    session.execute(query).all()
    return get_records(session, viewer, record_ids)


def _refusals(
    session: Session, viewer: Viewer, batch: Batch, changes: Iterable[RecordChange]
) -> dict[uuid.UUID, type[Exception]]:
    views = _hold(session, viewer, [each.record_id for each in changes])
    denied = frozenset(session.scalars(denied_to(viewer)))
    refused = {
        each.record_id: refusal
        for each in changes
        if (refusal := _refusal(session, batch, each, views.get(each.record_id), denied))
    }
    # Of two that traded places neither goes back alone.
    while taken := {
        each.record_id: AlreadyThere
        for each in changes
        if each.record_id not in refused and _is_taken(session, batch, each, refused)
    }:
        refused |= taken
    return refused


def _refusal(
    session: Session,
    batch: Batch,
    done: RecordChange,
    view: RecordView | None,
    denied: frozenset[int],
) -> type[Exception] | None:
    if view is None:
        return RecordNotFound
    if done.before.get("client_id") in denied:
        return ClientNotThere
    if view.restricted:
        return ContentHidden
    said = _words(done, view.record)
    is_current = view.record.version == done.version and was_said(
        session, said, person_id=batch.person_id, at=batch.at
    )
    return None if is_current else EditConflict


def _is_taken(session: Session, batch: Batch, done: RecordChange, refused: Collection[uuid.UUID]) -> bool:
    """Whether another record of the mail stands where this one would go back to, and stays there."""
    if batch.action is not BatchAction.MOVE:
        return False
    record = session.get_one(Record, done.record_id)
    other = session.scalar(
        select(Record.id).where(
            Record.message_id == record.message_id, Record.client_id == done.before["client_id"]
        )
    )
    leaves = select(RecordChange.id).where(RecordChange.batch_id == batch.id, RecordChange.record_id == other)
    return other is not None and (other in refused or session.scalar(leaves) is None)


def _put_back(session: Session, batch: Batch, changes: Collection[RecordChange], deed: Deed) -> None:
    records = [session.get_one(Record, each.record_id) for each in changes]
    if batch.action is not BatchAction.MOVE:
        for each, record in zip(changes, records, strict=True):
            _reverse(session, each, record, deed)
        return
    words = [about for each, record in zip(changes, records, strict=True) for about in _words(each, record)]
    with places_traded(session, records):
        for each, record in zip(changes, records, strict=True):
            _reverse(session, each, record, deed)
    put_back(session, words, batch.before["words"])
    index_records(session, [record.id for record in records])


def _reverse(session: Session, done: RecordChange, record: Record, deed: Deed) -> None:
    told = {field: pair[::-1] for field, pair in done.changes.items()}
    change(session, record, OPPOSITE[done.action], values_before(done), deed, told)


def _words(done: RecordChange, record: Record) -> list[About]:
    """What the change said a word about besides."""
    return abouts(record, done.before["client_id"]) if done.action is Action.MOVED else []


def _undo_dismissal(session: Session, viewer: Viewer, batch: Batch) -> Done:
    asked = batch.before["questions"]
    if not may_answer(session, viewer, asked[0]["message_id"], [each["client_id"] for each in asked]):
        raise BatchNotFound
    words = [About(each["message_id"], each["client_id"]) for each in asked]
    if not was_said(session, words, person_id=batch.person_id, at=batch.at):
        raise EditConflict
    put_back(session, words, batch.before["words"])
    ask_again(session, asked)
    return Done(batch.id, (), {})
