"""What people do to several records at once, and its undo. The only writer of the batches.

Each record is done or refused by itself. An undo puts back exactly what a batch changed, and refuses what
somebody changed since.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.records.assignments import About, put_back, say_all, standing, still_said, wait_for_filing
from server.records.changes import (
    Change,
    Deed,
    EditConflict,
    change_all,
    changes_of,
    values_before,
)
from server.records.conversation import thread_of
from server.records.edits import CHOICES, compare, edition, held_choices
from server.records.models import Action, Batch, BatchAction, Record, RecordChange, RecordState
from server.records.moves import AlreadyThere, Destination, abouts, places_traded, same_mails
from server.records.questions import ask_again
from server.records.register import RecordNotFound, RecordView, get_records
from server.records.removals import deletion, restoration
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
Act = Callable[[RecordView], list[Change]]


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


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be written, the records that this does, and why others are left as they are."""

    changes: list[Change]
    done: list[uuid.UUID]
    refused: dict[uuid.UUID, type[Exception]]

    def as_done(self, batch_id: uuid.UUID) -> Done:
        return Done(batch_id, tuple(self.done), self.refused)


def classify_all(
    session: Session,
    viewer: Viewer,
    record_ids: Collection[uuid.UUID],
    wanted: Mapping[str, int | None],
    *,
    now: datetime,
) -> Done:
    """Set reason, area or both. Raises UnknownChoice."""
    wanted = {field: wanted[field] for field in CHOICES & wanted.keys()}
    choices = held_choices(session, wanted)

    def act(view: RecordView) -> list[Change]:
        if view.record.state is RecordState.DELETED:
            raise RecordNotFound
        view.rights.require(Right.CLASSIFY)
        difference = compare(session, view.record, wanted, choices)
        return [edition(view.record, difference, now)] if difference.told else []

    return _each(session, viewer, BatchAction.CLASSIFY, record_ids, act, now)


def delete_all(session: Session, viewer: Viewer, record_ids: Collection[uuid.UUID], *, now: datetime) -> Done:
    act = _alone(partial(deletion, deed=Deed(viewer.person_id, now)))
    return _each(session, viewer, BatchAction.DELETE, record_ids, act, now)


def restore_all(
    session: Session, viewer: Viewer, record_ids: Collection[uuid.UUID], *, now: datetime
) -> Done:
    return _each(session, viewer, BatchAction.RESTORE, record_ids, _alone(restoration), now)


def move_all(
    session: Session, viewer: Viewer, record_ids: Collection[uuid.UUID], client_code: str, *, now: datetime
) -> Done:
    """Put records into the register of another client. Raises ClientNotThere."""
    client = client_for(session, viewer, client_code)
    wait_for_filing(session)
    return _move(session, viewer, record_ids, client, for_thread=False, now=now)


def move_thread(
    session: Session, viewer: Viewer, record_id: uuid.UUID, client_code: str, *, now: datetime
) -> Done:
    """The same of a record and all of its thread that the person may move; its later mails follow.

    Raises ClientNotThere and RecordNotFound.
    """
    client = client_for(session, viewer, client_code)
    # What is being filed at this moment may be of the thread too.
    wait_for_filing(session)
    thread = [view.record.id for view in thread_of(session, viewer, record_id)]
    return _move(session, viewer, [record_id, *thread], client, for_thread=True, now=now)


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
    views = _hold(session, viewer, [each.record_id for each in changes])
    refused = _refusals(session, viewer, batch, changes, views)
    kept = [each for each in changes if each.record_id not in refused]
    if changes and not kept:
        raise EditConflict
    _put_back(session, batch, kept, views, Deed(viewer.person_id, now))
    return Done(batch_id, tuple(each.record_id for each in kept), refused)


def _move(
    session: Session,
    viewer: Viewer,
    record_ids: Collection[uuid.UUID],
    client: Client,
    *,
    for_thread: bool,
    now: datetime,
) -> Done:
    """While no other transaction files."""
    there = session.scalars(select(Record.id).where(same_mails(record_ids, client)))
    views = _hold(session, viewer, [*record_ids, *there])
    destination = Destination(session, client, [view.record for view in views.values()])
    plan = _plan(views, record_ids, destination.move)
    words = {
        about: about.client_id == client.id
        for record_id in plan.done
        for about in abouts(views[record_id].record, client.id)
    }
    before = {"words": standing(session, words)}
    batch_id = begin_batch(session, viewer, BatchAction.MOVE, before, now).id
    say_all(session, words, for_thread=for_thread, person_id=viewer.person_id, at=now)
    _trade(session, plan.changes, Deed(viewer.person_id, now, batch_id))
    return plan.as_done(batch_id)


def _each(
    session: Session,
    viewer: Viewer,
    action: BatchAction,
    record_ids: Collection[uuid.UUID],
    act: Act,
    now: datetime,
) -> Done:
    plan = _plan(_hold(session, viewer, record_ids), record_ids, act)
    batch_id = begin_batch(session, viewer, action, {}, now).id
    change_all(session, plan.changes, Deed(viewer.person_id, now, batch_id))
    return plan.as_done(batch_id)


def _alone(change_of: Callable[[RecordView], Change]) -> Act:
    return lambda view: [change_of(view)]


def _plan(views: Mapping[uuid.UUID, RecordView], record_ids: Iterable[uuid.UUID], act: Act) -> _Plan:
    """Ask for each record what is to be written. Everything is written together afterwards."""
    plan = _Plan([], [], {})
    for record_id in dict.fromkeys(record_ids):
        try:
            if record_id not in views:
                raise RecordNotFound
            plan.changes.extend(act(views[record_id]))
            plan.done.append(record_id)
        except REFUSALS as error:
            plan.refused[record_id] = type(error)
    return plan


def _hold(session: Session, viewer: Viewer, record_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, RecordView]:
    """The records as they are until the transaction ends; locked in one order everywhere."""
    query = select(Record).where(Record.id.in_(record_ids)).order_by(Record.id).with_for_update()
    # What was read before may have changed while others held the lock.
    session.scalars(query.execution_options(populate_existing=True)).all()
    return get_records(session, viewer, record_ids)


def _refusals(
    session: Session,
    viewer: Viewer,
    batch: Batch,
    changes: Collection[RecordChange],
    views: Mapping[uuid.UUID, RecordView],
) -> dict[uuid.UUID, type[Exception]]:
    denied = frozenset(session.scalars(denied_to(viewer)))
    words = [word for each in changes if each.record_id in views for word in _words(each, views)]
    said = still_said(session, words, person_id=batch.person_id, at=batch.at)
    refused = {
        each.record_id: refusal
        for each in changes
        if (refusal := _refusal(each, views, denied=denied, said=said))
    }
    if batch.action is not BatchAction.MOVE:
        return refused
    places = _places(session, [view.record for view in views.values()])
    leaving = {each.record_id for each in changes}
    # Of two that traded places neither goes back alone.
    while taken := {
        each.record_id: AlreadyThere
        for each in changes
        if each.record_id not in refused
        and (other := places.get((views[each.record_id].record.message_id, each.before["client_id"])))
        and (other in refused or other not in leaving)
    }:
        refused |= taken
    return refused


def _refusal(
    done: RecordChange,
    views: Mapping[uuid.UUID, RecordView],
    *,
    denied: Collection[int],
    said: Collection[About],
) -> type[Exception] | None:
    view = views.get(done.record_id)
    if view is None:
        return RecordNotFound
    if done.before.get("client_id") in denied:
        return ClientNotThere
    if view.restricted:
        return ContentHidden
    is_current = view.record.version == done.version and all(word in said for word in _words(done, views))
    return None if is_current else EditConflict


def _places(session: Session, records: Iterable[Record]) -> dict[tuple[int | None, int], uuid.UUID]:
    """Which record stands for each of their messages with each client."""
    messages = {record.message_id for record in records if record.message_id is not None}
    query = select(Record.message_id, Record.client_id, Record.id).where(Record.message_id.in_(messages))
    return {(message_id, client_id): record_id for message_id, client_id, record_id in session.execute(query)}


def _put_back(
    session: Session,
    batch: Batch,
    done: Collection[RecordChange],
    views: Mapping[uuid.UUID, RecordView],
    deed: Deed,
) -> None:
    changes = [_reversed(each, views[each.record_id].record) for each in done]
    if batch.action is not BatchAction.MOVE:
        change_all(session, changes, deed)
        return
    words = frozenset(word for each in done for word in _words(each, views))
    put_back(session, words, batch.before["words"])
    _trade(session, changes, deed)


def _trade(session: Session, changes: Sequence[Change], deed: Deed) -> None:
    """Write changes of clients, also of records that trade places, and let their words be found there."""
    record_ids = [each.record.id for each in changes]
    with places_traded(session, [each.record for each in changes]):
        change_all(session, changes, deed)
    index_records(session, record_ids)


def _reversed(done: RecordChange, record: Record) -> Change:
    told = {field: pair[::-1] for field, pair in done.changes.items()}
    return Change(record, OPPOSITE[done.action], values_before(done), told)


def _words(done: RecordChange, views: Mapping[uuid.UUID, RecordView]) -> list[About]:
    """What the change said a word about besides."""
    if done.action is not Action.MOVED:
        return []
    return abouts(views[done.record_id].record, done.before["client_id"])


def _undo_dismissal(session: Session, viewer: Viewer, batch: Batch) -> Done:
    asked = batch.before["questions"]
    if not may_answer(session, viewer, asked[0]["message_id"], [each["client_id"] for each in asked]):
        raise BatchNotFound
    words = [About(each["message_id"], each["client_id"]) for each in asked]
    if not set(words) <= still_said(session, words, person_id=batch.person_id, at=batch.at):
        raise EditConflict
    put_back(session, words, batch.before["words"])
    ask_again(session, asked)
    return Done(batch.id, (), {})
