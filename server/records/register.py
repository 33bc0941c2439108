"""Reading the register.

Everything here goes through `server.records.visibility`; what a person may not see does not exist.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Row, Select, case, select
from sqlalchemy.orm import Session, joinedload, selectinload

from server.accounts.accounts import open_to
from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.addresses import normalise
from server.clients.models import Client
from server.mail import Role
from server.records.models import (
    Copy,
    Message,
    MessageParticipant,
    Record,
    RecordParticipant,
    RecordState,
)
from server.records.rights import Rights, rights_on
from server.records.visibility import may_see_content, may_see_record


class RecordNotFound(Exception):
    """There is no such record, or none for this person."""


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record as one person may see it. Of a restricted one, only the row may be shown.

    `reply_to_id` is that of its record if the person may read what that one says.
    """

    record: Record
    restricted: bool
    participants: tuple[MessageParticipant | RecordParticipant, ...]
    holders: tuple[Account, ...]
    rights: Rights
    reply_to_id: uuid.UUID | None = None


def get_record(
    session: Session, viewer: Viewer, record_id: uuid.UUID, *, state: RecordState = RecordState.FILED
) -> RecordView:
    """One record, with its content where the person may see it. Raises RecordNotFound."""
    found = get_records(session, viewer, [record_id])
    if record_id in found and found[record_id].record.state is state:
        return found[record_id]
    raise RecordNotFound


def get_records(
    session: Session, viewer: Viewer, record_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, RecordView]:
    """Those of these records, deleted ones included, that are there for the person."""
    rows = session.execute(_visible(viewer).where(Record.id.in_(record_ids))).all()
    return {view.record.id: view for view in _views(session, viewer, rows)}


def records_of_message(session: Session, viewer: Viewer, message_id: int) -> list[RecordView]:
    """The records that a message has, in the order of the clients' codes."""
    query = _visible(viewer).where(Record.message_id == message_id, Record.state == RecordState.FILED)
    rows = session.execute(query.join(Record.client).order_by(Client.code)).all()
    return list(_views(session, viewer, rows))


def shown_participants(message: Message, open_accounts: set[int]) -> tuple[MessageParticipant, ...]:
    """Of a mail that the person may read; blind copies are for whom the sender's copy is open to.

    In that copy alone they stand.
    """
    return tuple(
        each for each in message.participants if each.role is not Role.BCC or each.account_id in open_accounts
    )


def is_shown(address: str, participants: Iterable[MessageParticipant | RecordParticipant]) -> bool:
    """Whether an address that led to a client, in the form that is compared, is one of these people's.

    Any other is not to be told: it may have had a blind copy.
    """
    return address in {normalise(each.address) for each in participants}


def _visible(viewer: Viewer) -> Select[Record, bool]:
    restricted = case((may_see_content(viewer), False), else_=True)
    return (
        select(Record, restricted)
        .where(may_see_record(viewer))
        .options(
            joinedload(Record.client),
            joinedload(Record.reason),
            joinedload(Record.area),
            joinedload(Record.created_by),
            selectinload(Record.participants),
            joinedload(Record.message).options(
                selectinload(Message.participants),
                selectinload(Message.attachments),
                selectinload(Message.copies).joinedload(Copy.account),
            ),
        )
    )


def _views(session: Session, viewer: Viewer, rows: Iterable[Row[Record, bool]]) -> Iterable[RecordView]:
    open_accounts = set(session.scalars(select(Account.id).where(open_to(viewer))))
    found = list(rows)
    answered = _readable(session, viewer, {record.reply_to_id for record, _ in found} - {None})
    for record, restricted in found:
        view = _view(record, bool(restricted), open_accounts, viewer)
        is_told = not restricted and record.reply_to_id in answered
        yield replace(view, reply_to_id=record.reply_to_id) if is_told else view


def _view(record: Record, restricted: bool, open_accounts: set[int], viewer: Viewer) -> RecordView:
    message, rights = record.message, rights_on(record, viewer, restricted=restricted)
    if message is None:
        return RecordView(record, restricted, tuple(record.participants), (), rights)
    holders = tuple(dict.fromkeys(copy.account for copy in message.copies))
    shown = () if restricted else shown_participants(message, open_accounts)
    return RecordView(record, restricted, shown, holders, rights)


def _readable(session: Session, viewer: Viewer, record_ids: Collection[uuid.UUID | None]) -> set[uuid.UUID]:
    """Those of these records whose content the person may see."""
    if not record_ids:
        return set()
    content = may_see_record(viewer), may_see_content(viewer)
    return set(session.scalars(select(Record.id).where(Record.id.in_(record_ids), *content)))
