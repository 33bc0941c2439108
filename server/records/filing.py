"""Filing messages: the one function that notifications, delta, census and the pane all end in.

It may be repeated at will and in any order: what is unique is unique in the database, and what people
wrote is never touched.

Mails are filed by the page. Asking and writing for each of them costs many times what deciding does, so
every question is asked once for all, and every table is written once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import mail
from server.accounts.staff import Staff
from server.records.assignments import About, say
from server.records.changes import Deed, note_creation
from server.records.copies import (
    filed_copy,
    left_out_copy,
    left_out_earlier,
    note_report,
    open_in_threads,
    write_copies,
)
from server.records.drafts import Begun
from server.records.eligibility import Exclusion, exclusion_of, is_bulk
from server.records.entries import Entries, Judged
from server.records.matching import (
    Match,
    Rule,
    Sighting,
    Verdict,
    decide,
    is_unclear,
    senders_only,
    sightings,
)
from server.records.messages import (
    FiledMessage,
    Namesakes,
    add_participants,
    add_references,
    merge,
    namesakes,
    new_message,
    same_mail,
    write_messages,
)
from server.records.models import Assignment, Record, RecordState
from server.records.removals import bring_back
from server.records.search import index_messages
from server.records.sighting import CopyKey, Filing, Outcome, Sighted, Surroundings
from server.records.thread import NO_WORD, ThreadWords, Word, thread_clients


@dataclass(frozen=True, slots=True)
class _Known:
    """What the register knows that bears on the mails of a page; their new messages join it."""

    namesakes: Namesakes
    assigned: frozenset[int]
    words: ThreadWords
    begun: Begun


@dataclass(frozen=True, slots=True)
class _Filed:
    """A copy that belongs into the register, and what speaks for which client."""

    sighted: Sighted
    message: FiledMessage
    is_new: bool
    seen: list[Sighting] = field(default_factory=list)
    word: Word = NO_WORD
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class _LeftOut:
    sighted: Sighted
    exclusion: Exclusion


def file_messages(session: Session, page: Sequence[Sighted], surroundings: Surroundings) -> Filing:
    """File copies of one mailbox, oldest first: say what each is, whose it is, and write that down.

    Runs inside the caller's transaction, while no other transaction files.
    """
    known = _recall(session, page, surroundings.staff)
    looks = [_look(sighted, known, surroundings) for sighted in page]
    filed = [look for look in looks if isinstance(look, _Filed)]
    left_out = [look for look in looks if isinstance(look, _LeftOut)]
    _write(session, filed, left_out, surroundings.staff)
    entries = _enter(session, filed, surroundings)
    known.begun.link((look.sighted, look.message) for look in filed)
    for look in left_out:
        note_report(session, look.sighted)
    # Also a known message has its say where another mailbox shows it in its thread.
    telling = [look for look in filed if look.is_new or entries.clients(look.message)]
    return Filing(tuple(_outcome(look) for look in looks), _revisit(session, page, telling))


def file_by_hand(
    session: Session,
    sighted: Sighted,
    surroundings: Surroundings,
    *,
    client_id: int,
    person_id: int,
    for_thread: bool,
) -> Filing:
    """File a copy under the client that a person chose, even where no rule would have.

    With `for_thread`, later mails of the thread follow. Repeating it changes nothing. A deleted record stands
    again.
    """
    like_it = namesakes(session, [sighted.identity])[sighted.identity]
    known = same_mail(like_it, sighted.message)
    message = known or new_message(sighted, surroundings.staff, like_it)
    filed = _Filed(sighted, message, is_new=known is None)
    _write(session, [filed], [], surroundings.staff)
    about = About(message.id, client_id)
    say(session, about, belongs=True, for_thread=for_thread, person_id=person_id, at=sighted.at)
    chosen = Verdict((Match(client_id, Rule.PERSON, "", ""),), ())
    entries = Entries(session, [message.id])
    is_known = client_id in entries.clients(message)
    entries.write([Judged(sighted, message, chosen)], surroundings.staff)
    _note(session, about, Deed(person_id, sighted.at), is_known=is_known)
    return Filing((_outcome(filed),), _revisit(session, [sighted], [filed]))


def _note(session: Session, about: About, deed: Deed, *, is_known: bool) -> None:
    """The record is a person's doing; one that somebody had deleted stands again."""
    record = session.scalars(
        select(Record).where(Record.message_id == about.message_id, Record.client_id == about.client_id)
    ).one()
    if not is_known:
        note_creation(session, record, deed)
    elif record.state is RecordState.DELETED:
        bring_back(session, record, deed)


def _recall(session: Session, page: Sequence[Sighted], staff: Staff) -> _Known:
    found = namesakes(session, {sighted.identity for sighted in page})
    ids = [message.id for messages in found.values() for message in messages]
    query = select(Assignment.message_id).where(Assignment.message_id.in_(ids))
    assigned = frozenset(session.scalars(query)) if ids else frozenset[int]()
    return _Known(found, assigned, ThreadWords(session, page), Begun(session, page, staff))


def _look(sighted: Sighted, known: _Known, surroundings: Surroundings) -> _Filed | _LeftOut:
    found, staff = sighted.message, surroundings.staff
    if excluded := exclusion_of(found, folder=sighted.folder_exclusion, since=sighted.account.since):
        return _LeftOut(sighted, excluded)
    like_it = known.namesakes[sighted.identity]
    message = same_mail(like_it, found)
    seen, word = list[Sighting](), NO_WORD
    is_settled = message is not None and message.id in known.assigned
    people = _people(found, message)
    # A person's word first; then the addresses, with the thread's word where they are unclear.
    if not (is_settled or _is_internal(people, staff)):
        is_listed = is_bulk(found) and (message is None or message.bulk)
        told = senders_only(people) if is_listed else people
        seen = sightings(told, surroundings.directory, staff)
        word = known.words.on(sighted).choosing(known.begun.clients(found))
    if message is not None:
        merge(message, sighted)
        return _Filed(sighted, message, False, seen, word, is_settled)
    if not (seen or word.chosen):
        return _LeftOut(sighted, _reason_without_client(found, staff))
    like_it.append(message := new_message(sighted, staff, like_it))
    return _Filed(sighted, message, True, seen, word)


def _people(found: mail.Message, known: FiledMessage | None) -> list[mail.Participant]:
    """Those whom the copy shows, and those whom other copies of the mail have shown.

    A blind copy stands in the sender's alone: what it led to is not taken back by another that is read later.
    """
    elsewhere = sorted(known.participants) if known else []
    return [*found.participants, *(mail.Participant(role, "", address) for role, address in elsewhere)]


def _write(session: Session, filed: Sequence[_Filed], left_out: Sequence[_LeftOut], staff: Staff) -> None:
    """The messages and what their copies show, then the copies themselves."""
    write_messages(session, [look.message for look in filed])
    add_references(session, [(look.sighted, look.message) for look in filed if look.is_new])
    add_participants(session, [(look.sighted, look.message) for look in filed], staff)
    write_copies(
        session,
        [filed_copy(look.sighted, look.message.id) for look in filed]
        + [left_out_copy(look.sighted, look.exclusion) for look in left_out],
    )


def _enter(session: Session, filed: Sequence[_Filed], surroundings: Surroundings) -> Entries:
    """Put the messages into the registers of their clients, or ask whose they are; gives where they stand."""
    entries = Entries(session, {look.message.id for look in filed if not look.is_new})
    clear: list[_Filed] = []
    unclear: list[_Filed] = []
    for look in filed:
        # Where a person has spoken of the very message, its records and questions stay as they are.
        if not look.is_settled:
            (unclear if _is_unclear(look, entries) else clear).append(look)
    entries.write([_judge(look, entries, surroundings) for look in clear], surroundings.staff)
    for look in unclear:
        # What became of the others of its thread has a say, so it comes after them.
        earlier = thread_clients(session, look.sighted)
        entries.write([_judge(look, entries, surroundings, earlier)], surroundings.staff)
    entries.bring_forward(look.message for look in filed if not look.is_new)
    # Its copies may still show people who are to be found by it.
    index_messages(session, [look.message.id for look in filed if look.is_settled])
    return entries


def _is_unclear(look: _Filed, entries: Entries) -> bool:
    return not look.word.chosen and is_unclear(look.seen, entries.clients(look.message))


def _judge(
    look: _Filed,
    entries: Entries,
    surroundings: Surroundings,
    thread_clients: frozenset[int] = frozenset(),
) -> Judged:
    """The thread's word as people spoke it, beside addresses of one client; or the addresses alone."""
    seen, subject, directory = look.seen, look.sighted.message.subject, surroundings.directory
    chosen, refused = look.word.chosen, look.word.refused
    if chosen:
        sole = [sighting for sighting in seen if len(sighting.holdings) == 1]
        verdict = Verdict(decide(sole, subject, directory).matches, ())
    else:
        settled = entries.clients(look.message)
        verdict = decide(seen, subject, directory, thread_clients=thread_clients, settled=settled)
    by_word = [Match(client_id, Rule.THREAD, "", "") for client_id in sorted(chosen)]
    others = [match for match in verdict.matches if match.client_id not in chosen | refused]
    candidates = [each for each in verdict.candidates if each.client_id not in refused]
    return Judged(look.sighted, look.message, Verdict((*by_word, *others), tuple(candidates)))


def _revisit(session: Session, page: Iterable[Sighted], telling: Sequence[_Filed]) -> frozenset[CopyKey]:
    """What was looked at before these messages were known here, and would be filed otherwise now."""
    if not telling:
        return frozenset()
    # An open question on this very page has been asked with all of it known.
    here = {(sighted.account.id, sighted.message.graph_id) for sighted in page}
    open_questions = open_in_threads(session, [look.sighted for look in telling]) - here
    new = [look.sighted for look in telling if look.is_new]
    return frozenset(open_questions | left_out_earlier(session, new) if new else open_questions)


def _outcome(look: _Filed | _LeftOut) -> Outcome:
    if isinstance(look, _LeftOut):
        return Outcome(look.exclusion)
    return Outcome(None, is_new=look.is_new)


def _reason_without_client(message: mail.Message, staff: Staff) -> Exclusion:
    if _is_internal(message.participants, staff):
        return Exclusion.INTERNAL
    return Exclusion.BULK if is_bulk(message) else Exclusion.NO_CLIENT


def _is_internal(people: Iterable[mail.Participant], staff: Staff) -> bool:
    addresses = [participant.address for participant in people if participant.address]
    return bool(addresses) and all(staff.is_staff(address) for address in addresses)
