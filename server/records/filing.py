"""Filing a message: the one function that notifications, delta, census and the pane all end in.

It may be repeated at will, in any order and by several workers: what is unique is unique in the
database, and what people wrote is never touched.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from server import mail
from server.accounts.models import Account
from server.accounts.staff import Staff
from server.clients.directory import Directory
from server.db import Base, insert_into
from server.records.eligibility import Exclusion, exclusion_of, is_bounce, is_bulk, is_receipt
from server.records.identity import identity, is_same_sending, lookup, normalise_message_id
from server.records.matching import (
    Match,
    Rule,
    Verdict,
    decide,
    is_unclear,
    senders_only,
    sightings,
)
from server.records.models import (
    Assignment,
    Candidate,
    Copy,
    Direction,
    EventKind,
    Initiator,
    Message,
    MessageEvent,
    MessageParticipant,
    MessageReference,
    Path,
    Record,
    RecordType,
)
from server.records.thread import (
    earlier_messages,
    references_of,
    thread_assignments,
    thread_clients,
)

REPORTS = (Exclusion.BOUNCE, Exclusion.RECEIPT)
# Mail that only its addresses keep out: another copy of it may show a client (a blind copy).
BY_ADDRESS = (Exclusion.INTERNAL, Exclusion.NO_CLIENT, Exclusion.BULK)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a decision depends on besides the mail: the clients and the firm's own addresses."""

    directory: Directory
    staff: Staff


@dataclass(frozen=True, slots=True)
class Sighted:
    """A copy as it was met: in which account, by which path, when, and what its folder says."""

    account: Account
    message: mail.Message
    path: Path
    at: datetime
    folder_exclusion: Exclusion | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the message, or why there is none.

    `revisit` names copies, as (account id, graph id), that were left out earlier and belong to this
    message, as is now known.
    """

    message_id: int | None
    exclusion: Exclusion | None
    is_new: bool = False
    revisit: tuple[tuple[int, str], ...] = ()


def file_message(session: Session, sighted: Sighted, surroundings: Surroundings) -> Outcome:
    """File one copy of a mail: say what it is, whose it is, and write that down.

    Runs inside the caller's transaction. Two workers that meet two copies of one new mail at the same
    instant make the database refuse one of them with IntegrityError; that one is simply repeated.
    """
    excluded = exclusion_of(sighted.message, folder=sighted.folder_exclusion, since=sighted.account.since)
    if excluded:
        _note_report(session, sighted)
        return _leave_out(session, sighted, excluded)
    known = _find_message(session, sighted.message)
    verdict = _judge(session, sighted, surroundings, known)
    if known is None and not (verdict.matches or verdict.candidates):
        return _leave_out(session, sighted, _reason_without_client(sighted.message, surroundings))
    message = known or _add_message(session, sighted, surroundings.staff)
    _merge_times(message, sighted)
    _add_copy(session, sighted, message)
    _add_participants(session, message, sighted, surroundings.staff)
    _add_records(session, message, verdict, sighted, surroundings.staff)
    _set_candidates(session, message, verdict)
    if known is not None:
        return Outcome(message.id, None)
    revisit = (*_left_out_earlier(session, sighted), *_open_in_thread(session, sighted))
    return Outcome(message.id, None, is_new=True, revisit=revisit)


def file_by_hand(
    session: Session,
    sighted: Sighted,
    surroundings: Surroundings,
    *,
    client_id: int,
    person_id: int,
    for_thread: bool,
) -> Outcome:
    """File a copy under the client that a person chose, even where no rule would have.

    With `for_thread`, later mails of the thread follow. Repeating it changes nothing.
    """
    known = _find_message(session, sighted.message)
    message = known or _add_message(session, sighted, surroundings.staff)
    _add_copy(session, sighted, message)
    _add_participants(session, message, sighted, surroundings.staff)
    assign(
        session,
        message,
        client_id=client_id,
        person_id=person_id,
        for_thread=for_thread,
        at=sighted.at,
        account=sighted.account,
        staff=surroundings.staff,
    )
    revisit = (*_left_out_earlier(session, sighted), *_open_in_thread(session, sighted))
    return Outcome(message.id, None, is_new=known is None, revisit=revisit)


def assign(
    session: Session,
    message: Message,
    *,
    client_id: int,
    person_id: int,
    for_thread: bool,
    at: datetime,
    account: Account,
    staff: Staff,
) -> None:
    """Write down a person's word on where a message belongs; the question to the others is then closed."""
    _insert_once(
        session,
        Assignment,
        {
            "message_id": message.id,
            "client_id": client_id,
            "person_id": person_id,
            "for_thread": for_thread,
            "assigned_at": at,
        },
        "message_id",
        "client_id",
    )
    chosen = Match(client_id, Rule.PERSON, "", "")
    _add_record(session, message, chosen, account, Path.HAND, at, staff)
    for candidate in session.scalars(select(Candidate).where(Candidate.message_id == message.id)):
        session.delete(candidate)


def _judge(session: Session, sighted: Sighted, surroundings: Surroundings, known: Message | None) -> Verdict:
    """A person's word first; then the addresses, with the thread's word where they are unclear."""
    if _is_internal(sighted.message, surroundings.staff):
        return Verdict((), ())
    if known and session.scalar(select(exists().where(Assignment.message_id == known.id))):
        return Verdict((), ())
    message = sighted.message
    participants = senders_only(message.participants) if is_bulk(message) else message.participants
    seen = sightings(participants, surroundings.directory, surroundings.staff)
    settled = _filed_clients(session, known)
    earlier = earlier_messages(session, sighted.account.id, message)
    if assigned := thread_assignments(session, earlier):
        chosen = tuple(Match(client_id, Rule.THREAD, "", "") for client_id in sorted(assigned))
        sole = [sighting for sighting in seen if len(sighting.holdings) == 1]
        matches = decide(sole, message.subject, surroundings.directory).matches
        return Verdict((*chosen, *(match for match in matches if match.client_id not in assigned)), ())
    clients = thread_clients(session, earlier) if is_unclear(seen, settled) else frozenset[int]()
    return decide(seen, message.subject, surroundings.directory, thread_clients=clients, settled=settled)


def _filed_clients(session: Session, known: Message | None) -> frozenset[int]:
    if known is None:
        return frozenset()
    return frozenset(session.scalars(select(Record.client_id).where(Record.message_id == known.id)))


def _reason_without_client(message: mail.Message, surroundings: Surroundings) -> Exclusion:
    if _is_internal(message, surroundings.staff):
        return Exclusion.INTERNAL
    return Exclusion.BULK if is_bulk(message) else Exclusion.NO_CLIENT


def _is_internal(message: mail.Message, staff: Staff) -> bool:
    addresses = [participant.address for participant in message.participants if participant.address]
    return bool(addresses) and all(staff.is_staff(address) for address in addresses)


def _find_message(session: Session, message: mail.Message) -> Message | None:
    query = select(Message).where(Message.identity == identity(message)).order_by(Message.ordinal)
    for candidate in session.scalars(query):
        if is_same_sending(candidate.sent_at, message.sent_at):
            return candidate
    return None


def _add_message(session: Session, sighted: Sighted, staff: Staff) -> Message:
    found = sighted.message
    key = identity(found)
    used = session.scalars(select(Message.ordinal).where(Message.identity == key)).all()
    message = Message(
        identity=key,
        ordinal=max(used, default=-1) + 1,
        internet_message_id=normalise_message_id(found.internet_message_id),
        subject=found.subject,
        preview=found.preview,
        direction=_direction(found, staff),
        sent_at=found.sent_at,
        occurred_at=_occurred_at(sighted),
        has_attachments=found.has_attachments,
        bulk=is_bulk(found),
    )
    session.add(message)
    session.flush()
    session.add_all(
        MessageReference(message_id=message.id, internet_message_id=reference)
        for reference in references_of(found)
    )
    return message


def _direction(message: mail.Message, staff: Staff) -> Direction:
    sender = message.address_of(mail.Role.FROM) or message.address_of(mail.Role.SENDER)
    return Direction.SENT if sender and staff.is_staff(sender) else Direction.RECEIVED


def _occurred_at(sighted: Sighted) -> datetime:
    """When the mailbox got it: the sender's clock may be wrong by years."""
    message = sighted.message
    return message.received_at or message.sent_at or sighted.at


def _merge_times(message: Message, sighted: Sighted) -> None:
    """The earliest copy says when it was, whichever was seen first; one that came directly, that it did."""
    if (earlier := _occurred_at(sighted)) < message.occurred_at:
        message.occurred_at = earlier
    message.has_attachments = message.has_attachments or sighted.message.has_attachments
    message.bulk = message.bulk and is_bulk(sighted.message)


def _add_copy(session: Session, sighted: Sighted, message: Message) -> None:
    copy = _upsert_copy(session, sighted)
    copy.message_id, copy.exclusion = message.id, None
    copy.conversation_id = sighted.message.conversation_id
    copy.web_link = sighted.message.web_link


def _leave_out(session: Session, sighted: Sighted, exclusion: Exclusion) -> Outcome:
    """Remember that the copy was looked at, and why it is not filed; what was filed once stays filed."""
    copy = _upsert_copy(session, sighted)
    if copy.message_id is None:
        copy.exclusion = exclusion
        copy.about = _subject_of_report(sighted.message, exclusion)
    return Outcome(copy.message_id, exclusion)


def _subject_of_report(message: mail.Message, exclusion: Exclusion) -> str:
    references = references_of(message) if exclusion in REPORTS else []
    return lookup(references[-1]) if references else ""


def _upsert_copy(session: Session, sighted: Sighted) -> Copy:
    graph_id = sighted.message.graph_id
    copy = session.scalar(
        select(Copy).where(Copy.account_id == sighted.account.id, Copy.graph_id == graph_id)
    )
    if copy is None:
        copy = Copy(account_id=sighted.account.id, graph_id=graph_id, path=sighted.path, seen_at=sighted.at)
        session.add(copy)
    copy.lookup = lookup(sighted.message.internet_message_id)
    copy.folder_id = sighted.message.folder_id
    return copy


def _add_participants(session: Session, message: Message, sighted: Sighted, staff: Staff) -> None:
    known = {(p.role, p.address) for p in message.participants}
    rows = []
    for found in sighted.message.participants:
        if (found.role, found.address) in known or not (found.address or found.name):
            continue
        known.add((found.role, found.address))
        rows.append(
            {
                "message_id": message.id,
                "role": found.role,
                "name": found.name,
                "address": found.address,
                "staff": staff.is_staff(found.address),
                "account_id": sighted.account.id if found.role is mail.Role.BCC else None,
            }
        )
    if rows:
        session.execute(insert(MessageParticipant), rows)
        session.expire(message, ["participants"])


def _add_records(
    session: Session, message: Message, verdict: Verdict, sighted: Sighted, staff: Staff
) -> None:
    for match in verdict.matches:
        _add_record(session, message, match, sighted.account, sighted.path, sighted.at, staff)
    session.execute(
        update(Record)
        .where(Record.message_id == message.id, Record.occurred_at > message.occurred_at)
        .values(occurred_at=message.occurred_at)
    )


def _add_record(
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
    _insert_once(session, Record, values, "message_id", "client_id")


def _person(message: Message, account: Account, staff: Staff) -> str:
    """Who of the firm wrote it, or whose mailbox got it."""
    if message.direction is Direction.SENT:
        for role in (mail.Role.SENDER, mail.Role.FROM):
            for participant in message.participants:
                if participant.role is role and participant.staff:
                    return staff.name_of(participant.address) or participant.name or participant.address
    return account.name


def _set_candidates(session: Session, message: Message, verdict: Verdict) -> None:
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


def _left_out_earlier(session: Session, sighted: Sighted) -> tuple[tuple[int, str], ...]:
    if not sighted.message.internet_message_id:
        return ()
    wanted = lookup(sighted.message.internet_message_id)
    another_copy = and_(Copy.lookup == wanted, Copy.exclusion.in_(BY_ADDRESS))
    rows = session.execute(
        select(Copy.account_id, Copy.graph_id).where(
            Copy.message_id.is_(None), or_(another_copy, Copy.about == wanted)
        )
    )
    return tuple((account_id, graph_id) for account_id, graph_id in rows)


def _open_in_thread(session: Session, sighted: Sighted) -> tuple[tuple[int, str], ...]:
    """Mails of the same thread that came to be known first and still wait for an answer: this may be it."""
    message = sighted.message
    same_conversation = and_(
        Copy.account_id == sighted.account.id,
        Copy.conversation_id == message.conversation_id,
        Copy.conversation_id != "",
    )
    answers_it = exists().where(
        MessageReference.message_id == Copy.message_id,
        MessageReference.internet_message_id == normalise_message_id(message.internet_message_id),
    )
    rows = session.execute(
        select(Copy.account_id, Copy.graph_id).where(
            exists().where(Candidate.message_id == Copy.message_id),
            or_(same_conversation, answers_it),
            Copy.graph_id != message.graph_id,
        )
    )
    return tuple((account_id, graph_id) for account_id, graph_id in rows)


def _note_report(session: Session, sighted: Sighted) -> None:
    """Put a bounce or a receipt down with the mail that it speaks of, if that one is known."""
    message = sighted.message
    if not (is_bounce(message) or is_receipt(message)):
        return
    kind = EventKind.UNDELIVERED if is_bounce(message) else EventKind.READ_RECEIPT
    for original_id in earlier_messages(session, sighted.account.id, message, by_conversation=False):
        _insert_once(
            session,
            MessageEvent,
            {
                "message_id": original_id,
                "kind": kind,
                "source": message.graph_id,
                "occurred_at": _occurred_at(sighted),
            },
            "message_id",
            "kind",
            "source",
        )


def _insert_once(session: Session, table: type[Base], values: dict[str, object], *unique: str) -> None:
    """Insert a row, or leave the one that is there alone."""
    session.execute(insert_into(session, table).values(values).on_conflict_do_nothing(index_elements=unique))


def was_seen(session: Session, account_id: int, graph_id: str) -> bool:
    """Whether a copy was looked at before: if it is gone now, nothing is lost."""
    query = exists().where(Copy.account_id == account_id, Copy.graph_id == graph_id)
    return bool(session.scalar(select(query)))
