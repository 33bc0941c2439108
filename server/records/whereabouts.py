"""Where the mail in front of a person is filed, or why it is not: what the pane asks first."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from server.accounts.accounts import account_at, open_to
from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.records.identity import lookup, normalise_message_id
from server.records.models import Candidate, Copy, Message, MessageParticipant
from server.records.register import RecordView, records_of_message, shown_participants
from server.records.visibility import denied_to

ACCOUNT_MISSING = "account_missing"


class MessageState(StrEnum):
    FILED = "filed"
    UNASSIGNED = "unassigned"
    NOT_FILED = "not_filed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is known of a mail. `message` is None unless it is filed or waits where the person may see it.

    `participants` are those of a mail that waits, as far as the person may see them.
    """

    state: MessageState
    exclusion: str | None = None
    message: Message | None = None
    records: tuple[RecordView, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    participants: tuple[MessageParticipant, ...] = ()


def find_whereabouts(session: Session, viewer: Viewer, internet_message_id: str, mailbox: str) -> Whereabouts:
    """Look a mail up by its Message-ID in one mailbox.

    A mailbox that is not open to the person tells no more than one that is no account.
    """
    account = account_at(session, mailbox)
    if account is None or not is_open(session, viewer, account):
        return _elsewhere(session, viewer, internet_message_id)
    copies = session.scalars(
        select(Copy)
        .where(Copy.account_id == account.id, Copy.lookup == lookup(internet_message_id))
        .options(joinedload(Copy.message))
        # A filed copy speaks before one that was left out, the newest before older ones.
        .order_by(Copy.message_id.is_(None), Copy.id.desc())
    )
    copy = copies.first()
    if copy is None:
        return Whereabouts(MessageState.UNKNOWN)
    if copy.message is None:
        return Whereabouts(MessageState.NOT_FILED, copy.exclusion)
    return describe(session, viewer, copy.message)


def describe(session: Session, viewer: Viewer, message: Message) -> Whereabouts:
    """The records and open questions of a message, as far as the person may see its clients.

    One whose clients are all denied is no client's mail, and shows nothing of what it says.
    """
    records = tuple(records_of_message(session, viewer, message.id))
    candidates = tuple(_candidates(session, viewer, message))
    if candidates:
        shown = shown_participants(message, set(session.scalars(select(Account.id).where(open_to(viewer)))))
        return Whereabouts(MessageState.UNASSIGNED, None, message, records, candidates, shown)
    if records:
        return Whereabouts(MessageState.FILED, None, message, records)
    return Whereabouts(MessageState.NOT_FILED, "no_client")


def is_open(session: Session, viewer: Viewer, account: Account) -> bool:
    return bool(session.scalar(select(exists().where(Account.id == account.id, open_to(viewer)))))


def _elsewhere(session: Session, viewer: Viewer, internet_message_id: str) -> Whereabouts:
    """The mailbox is no account, but a colleague's copy of the same mail may be filed."""
    message_id = normalise_message_id(internet_message_id)
    query = (
        select(Message)
        .where(Message.internet_message_id == message_id)
        .where(exists().where(Copy.message_id == Message.id, Copy.account_id == Account.id, open_to(viewer)))
        .order_by(Message.id.desc())
    )
    message = session.scalars(query).first() if message_id else None
    if message is None:
        return Whereabouts(MessageState.NOT_FILED, ACCOUNT_MISSING)
    return describe(session, viewer, message)


def _candidates(session: Session, viewer: Viewer, message: Message) -> list[Candidate]:
    query = (
        select(Candidate)
        .where(Candidate.message_id == message.id, Candidate.client_id.not_in(denied_to(viewer)))
        .options(joinedload(Candidate.client))
    )
    found = session.scalars(query)
    return sorted(found, key=lambda candidate: (candidate.clue is None, candidate.client.code))
