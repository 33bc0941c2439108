"""The records of a message in the registers of its clients, and the open questions about it."""

import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import mail
from server.accounts.models import Account
from server.accounts.staff import Staff
from server.db import insert_once
from server.records.matching import (
    Match,
    Verdict,
)
from server.records.models import (
    Candidate,
    Direction,
    Initiator,
    Message,
    Path,
    Record,
    RecordType,
)
from server.records.sighting import Sighted


def add_records(session: Session, message: Message, verdict: Verdict, sighted: Sighted, staff: Staff) -> None:
    for match in verdict.matches:
        add_record(session, message, match, sighted.account, sighted.path, sighted.at, staff)
    session.execute(
        update(Record)
        .where(Record.message_id == message.id, Record.occurred_at > message.occurred_at)
        .values(occurred_at=message.occurred_at)
    )


def add_record(
    session: Session,
    message: Message,
    match: Match,
    account: Account,
    path: Path,
    at: datetime,
    staff: Staff,
) -> None:
    """One record for (message, client); one that is there, even as a tombstone, stays as it is."""
    sent = message.direction is Direction.SENT
    values = {
        "id": uuid.uuid4(),
        "client_id": match.client_id,
        "message_id": message.id,
        "type": RecordType.EMAIL,
        "direction": message.direction,
        "initiated_by": Initiator.FIRM if sent else Initiator.CLIENT,
        "subject": message.subject,
        "person": _person(message, account, staff),
        "occurred_at": message.occurred_at,
        "created_at": at,
        "why": {
            "rule": match.rule.value,
            "address": match.address,
            "section": match.section,
            "account": account.address,
            "path": path.value,
            "delay_s": round(max(0.0, (at - message.occurred_at).total_seconds()), 1),
        },
    }
    insert_once(session, Record, values, "message_id", "client_id")


def filed_clients(session: Session, known: Message | None) -> frozenset[int]:
    if known is None:
        return frozenset()
    return frozenset(session.scalars(select(Record.client_id).where(Record.message_id == known.id)))


def set_candidates(session: Session, message: Message, verdict: Verdict) -> None:
    """The open question as it is now: a later look may know less, more, or nothing to ask."""
    standing = {c.client_id: c for c in session.scalars(select(Candidate).filter_by(message_id=message.id))}
    filed = set(session.scalars(select(Record.client_id).where(Record.message_id == message.id)))
    wanted = {c.client_id: c for c in verdict.candidates if c.client_id not in filed}
    for client_id, candidate in standing.items():
        if client_id not in wanted:
            session.delete(candidate)
    for client_id, candidacy in wanted.items():
        if client_id not in standing:
            session.add(
                Candidate(
                    message_id=message.id,
                    client_id=client_id,
                    address=candidacy.address,
                    section=candidacy.section,
                    clue=candidacy.clue,
                )
            )


def _person(message: Message, account: Account, staff: Staff) -> str:
    """Who of the firm wrote it, or whose mailbox got it."""
    if message.direction is Direction.SENT:
        for role in (mail.Role.SENDER, mail.Role.FROM):
            for participant in message.participants:
                if participant.role is role and participant.staff:
                    return staff.name_of(participant.address) or participant.name or participant.address
    return account.name
