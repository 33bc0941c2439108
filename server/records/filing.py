"""Filing a message: the one function that notifications, delta, census and the pane all end in.

It may be repeated at will, in any order and by several workers: what is unique is unique in the
database, and what people wrote is never touched.
"""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server import mail
from server.accounts.models import Account
from server.accounts.staff import Staff
from server.db import insert_once
from server.records.copies import add_copy, leave_out, left_out_earlier, note_report, open_in_thread
from server.records.eligibility import Exclusion, exclusion_of, is_bulk
from server.records.entries import add_record, add_records, filed_clients, set_candidates
from server.records.matching import (
    Match,
    Rule,
    Verdict,
    decide,
    is_unclear,
    senders_only,
    sightings,
)
from server.records.messages import add_message, add_participants, merge_times, namesakes, same_mail
from server.records.models import (
    Assignment,
    Candidate,
    Message,
    Path,
)
from server.records.sighting import Outcome, Sighted, Surroundings
from server.records.thread import (
    earlier_messages,
    thread_assignments,
    thread_clients,
)


def file_message(session: Session, sighted: Sighted, surroundings: Surroundings) -> Outcome:
    """File one copy of a mail: say what it is, whose it is, and write that down.

    Runs inside the caller's transaction. Two workers that meet two copies of one new mail at the same
    instant make the database refuse one of them with IntegrityError; that one is simply repeated.
    """
    excluded = exclusion_of(sighted.message, folder=sighted.folder_exclusion, since=sighted.account.since)
    if excluded:
        note_report(session, sighted)
        return leave_out(session, sighted, excluded)
    like_it = namesakes(session, sighted.message)
    known = same_mail(like_it, sighted.message)
    verdict = _judge(session, sighted, surroundings, known)
    if known is None and not (verdict.matches or verdict.candidates):
        return leave_out(session, sighted, _reason_without_client(sighted.message, surroundings))
    message = known or add_message(session, sighted, surroundings.staff, like_it)
    merge_times(message, sighted)
    add_copy(session, sighted, message)
    add_participants(session, message, sighted, surroundings.staff)
    add_records(session, message, verdict, sighted, surroundings.staff)
    set_candidates(session, message, verdict)
    if known is not None:
        return Outcome(message.id, None)
    revisit = (*left_out_earlier(session, sighted), *open_in_thread(session, sighted))
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
    like_it = namesakes(session, sighted.message)
    known = same_mail(like_it, sighted.message)
    message = known or add_message(session, sighted, surroundings.staff, like_it)
    add_copy(session, sighted, message)
    add_participants(session, message, sighted, surroundings.staff)
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
    revisit = (*left_out_earlier(session, sighted), *open_in_thread(session, sighted))
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
    insert_once(
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
    add_record(session, message, chosen, account, Path.HAND, at, staff)
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
    settled = filed_clients(session, known)
    earlier = earlier_messages(session, sighted.account.id, message)
    if assigned := thread_assignments(session, earlier):
        chosen = tuple(Match(client_id, Rule.THREAD, "", "") for client_id in sorted(assigned))
        sole = [sighting for sighting in seen if len(sighting.holdings) == 1]
        matches = decide(sole, message.subject, surroundings.directory).matches
        return Verdict((*chosen, *(match for match in matches if match.client_id not in assigned)), ())
    clients = thread_clients(session, earlier) if is_unclear(seen, settled) else frozenset[int]()
    return decide(seen, message.subject, surroundings.directory, thread_clients=clients, settled=settled)


def _reason_without_client(message: mail.Message, surroundings: Surroundings) -> Exclusion:
    if _is_internal(message, surroundings.staff):
        return Exclusion.INTERNAL
    return Exclusion.BULK if is_bulk(message) else Exclusion.NO_CLIENT


def _is_internal(message: mail.Message, staff: Staff) -> bool:
    addresses = [participant.address for participant in message.participants if participant.address]
    return bool(addresses) and all(staff.is_staff(address) for address in addresses)
