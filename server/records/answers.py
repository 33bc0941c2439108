"""People's answers to the open questions ("Por asignar"): this client's mail, or no client's."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.staff import Staff, load_staff
from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.mail import Role
from server.records.assignments import About, say, standing, wait_for_filing
from server.records.batches import begin_batch
from server.records.changes import Deed, note_creation
from server.records.conversation import messages_of_thread
from server.records.entries import record_of
from server.records.matching import Match, Rule
from server.records.models import (
    BatchAction,
    Candidate,
    Message,
    MessageParticipant,
    Record,
    RecordState,
)
from server.records.questions import withdraw
from server.records.removals import bring_back
from server.records.search import index_records
from server.records.tray import waits_for
from server.records.visibility import client_for


class QuestionNotFound(Exception):
    """Nobody asks whose this mail is, or not this person."""


def assign(
    session: Session,
    viewer: Viewer,
    message_id: int,
    client_code: str,
    *,
    for_thread: bool,
    now: datetime,
) -> list[uuid.UUID]:
    """Say whose mail it is; with `for_thread`, also of the others of its thread that wait, and of later ones.

    Gives the records. Raises QuestionNotFound and ClientNotThere.
    """
    client = client_for(session, viewer, client_code)
    wait_for_filing(session)
    messages = _waiting(session, viewer, {message_id})
    if for_thread:
        messages = _waiting(session, viewer, messages_of_thread(session, viewer, {message_id}))
    deed, staff = Deed(viewer.person_id, now), load_staff(session)
    withdraw(session, [message.id for message in messages])
    records = []
    for message in messages:
        about = About(message.id, client.id)
        say(session, about, belongs=True, for_thread=for_thread, person_id=viewer.person_id, at=now)
        records.append(_file(session, message, client, staff, deed))
    index_records(session, records)
    return records


def dismiss(session: Session, viewer: Viewer, message_id: int, *, now: datetime) -> uuid.UUID:
    """Say that the mail is no client's: nobody is asked again. Gives the batch, to be undone by.

    Raises QuestionNotFound.
    """
    wait_for_filing(session)
    _waiting(session, viewer, {message_id})
    query = select(Candidate.client_id).where(Candidate.message_id == message_id)
    words = [About(message_id, client_id) for client_id in session.scalars(query)]
    before = {"words": standing(session, words), "questions": withdraw(session, [message_id])}
    for about in words:
        say(session, about, belongs=False, for_thread=False, person_id=viewer.person_id, at=now)
    return begin_batch(session, viewer, BatchAction.DISMISS, before, now).id


def sender_of(session: Session, message_id: int) -> MessageParticipant | None:
    """Who wrote a mail, unless it was one of the firm."""
    query = select(MessageParticipant).where(
        MessageParticipant.message_id == message_id,
        MessageParticipant.role == Role.FROM,
        MessageParticipant.staff.is_(False),
    )
    return session.scalars(query).first()


def _waiting(session: Session, viewer: Viewer, message_ids: Collection[int]) -> list[Message]:
    """Those of them that wait for this person's answer. Raises QuestionNotFound where none does."""
    query = select(Message).where(Message.id.in_(message_ids), waits_for(viewer)).order_by(Message.id)
    found = list(session.scalars(query))
    if not found:
        raise QuestionNotFound
    return found


def _file(session: Session, message: Message, client: Client, staff: Staff, deed: Deed) -> uuid.UUID:
    """The record of the message in the client's register: a deleted one stands again."""
    query = select(Record).where(Record.message_id == message.id, Record.client_id == client.id)
    record = session.scalars(query).first()
    if record is None:
        record = _record(message, client, staff, deed)
        session.add(record)
        session.flush()
        note_creation(session, record, deed)
    elif record.state is RecordState.DELETED:
        bring_back(session, record, deed)
    return record.id


def _record(message: Message, client: Client, staff: Staff, deed: Deed) -> Record:
    copy, match = message.copies[0], Match(client.id, Rule.PERSON, "", "")
    values = record_of(
        message,
        match,
        message.participants,
        staff,
        account=copy.account,
        path=copy.path,
        seen_at=copy.seen_at,
        created_at=deed.at,
    )
    return Record(**values)
