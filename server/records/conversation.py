"""The records of one thread in the register of one client."""

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from server.accounts.accounts import open_to
from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.records.models import Copy, Message, MessageReference, Record, RecordState
from server.records.register import RecordView, get_record, get_records

# A thread has few mails, and some programs call everything of a year one thread.
MOST_MESSAGES = 200
MOST_STEPS = 5


def thread_of(session: Session, viewer: Viewer, record_id: uuid.UUID) -> list[RecordView]:
    """The record and those of its thread, oldest first, from the same client's register.

    Without its content, a record tells nothing of its thread, and is told by none. Raises RecordNotFound.
    """
    view = get_record(session, viewer, record_id)
    if view.restricted:
        return [view]
    messages = {view.record.message_id} if view.record.message_id is not None else set[int]()
    thread = messages_of_thread(session, viewer, messages)
    of_client = select(Record.id).where(
        Record.client_id == view.record.client_id, Record.state == RecordState.FILED
    )
    ids = {
        found
        for which in (
            Record.message_id.in_(thread),
            Record.reply_to_id == record_id,
            Record.id == view.record.reply_to_id,
        )
        for found in session.scalars(of_client.where(which).limit(MOST_MESSAGES))
    }
    views = get_records(session, viewer, ids)
    views.setdefault(record_id, view)
    # That a restricted one belongs here would say what it is about.
    told = [each for each in views.values() if not each.restricted]
    return sorted(told, key=lambda each: (each.record.occurred_at, each.record.id))


def messages_of_thread(session: Session, viewer: Viewer, known: set[int]) -> set[int]:
    """Those beside `known` that answer one another, or are of one conversation in an open mailbox."""
    fresh = known
    for _ in range(MOST_STEPS):
        if not fresh or len(known) > MOST_MESSAGES:
            break
        found = {each for query in _neighbours(viewer, fresh) for each in session.scalars(query)}
        fresh, known = found - known, known | found
    return known


def _neighbours(viewer: Viewer, messages: Collection[int]) -> list[Select[Any]]:
    here, there, answer = aliased(Copy), aliased(Copy), aliased(Message)
    in_conversation = (
        select(there.message_id)
        .join(here, (here.account_id == there.account_id) & (here.conversation_id == there.conversation_id))
        .where(here.message_id.in_(messages), here.conversation_id != "", there.message_id.is_not(None))
        .where(here.account_id.in_(select(Account.id).where(open_to(viewer))))
    )
    answered = (
        select(answer.id)
        .join(MessageReference, MessageReference.internet_message_id == answer.internet_message_id)
        .where(MessageReference.message_id.in_(messages))
    )
    answering = (
        select(MessageReference.message_id)
        .join(answer, answer.internet_message_id == MessageReference.internet_message_id)
        .where(answer.id.in_(messages), answer.internet_message_id != "")
    )
    return [query.limit(MOST_MESSAGES) for query in (in_conversation, answered, answering)]
