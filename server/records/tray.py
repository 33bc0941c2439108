"""What waits for a person's word ("Por asignar"): mails that several clients may own, best guess first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from server.accounts.accounts import open_to
from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.mail import Role
from server.records.models import (
    Assignment,
    Candidate,
    Copy,
    Message,
    MessageParticipant,
)
from server.records.place import NOT_OURS, CursorInvalid, moment, number, words_of, written
from server.records.register import is_shown, shown_participants
from server.records.visibility import denied_to, is_held, may_see_client


class Clue(StrEnum):
    """What speaks for a candidate, the strongest first."""

    NIF = "nif"
    NAME = "name"
    THREAD = "thread"
    LAST_CHOICE = "last_choice"


STRENGTH: dict[Clue | None, int] = {clue: number for number, clue in enumerate([*Clue, None])}


@dataclass(frozen=True, slots=True)
class Ranked:
    candidate: Candidate
    clue: Clue | None


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A mail of the tray, and a mailbox that holds it and is open to the person.

    `participants` are those that the person may see.
    """

    message: Message
    participants: tuple[MessageParticipant, ...]
    mailbox: Account
    candidates: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True)
class TrayPage:
    """`count` is that of all pages."""

    items: tuple[Unassigned, ...]
    next: str | None
    count: int


def list_unassigned(session: Session, viewer: Viewer, *, cursor: str | None, limit: int) -> TrayPage:
    """The mails that wait and that the person may read, newest first. Raises CursorInvalid."""
    waiting = select(Message.id).where(waits_for(viewer))
    page = waiting.where(_follows(cursor)) if cursor else waiting
    newest = page.order_by(Message.occurred_at.desc(), Message.id.desc()).limit(limit + 1)
    ids = list(session.scalars(newest))
    count = session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    items = tuple(_items(session, viewer, ids[:limit]))
    return TrayPage(items, _after(items[-1].message) if len(ids) > limit else None, count)


def waits_for(viewer: Viewer) -> ColumnElement[bool]:
    """On `Message`: the person may read it, and see a client that may own it."""
    asked = select(Candidate.message_id).where(_is_known(viewer))
    held = select(Copy.id).where(Copy.message_id == Message.id, Copy.account_id.in_(_readable(viewer)))
    return Message.id.in_(asked) & held.exists()


def may_answer(session: Session, viewer: Viewer, message_id: int, client_ids: Collection[int]) -> bool:
    """Whether it is for this person to say which of these clients a mail belongs to."""
    known = select(Client.id).where(Client.id.in_(client_ids), may_see_client(viewer))
    return bool(session.scalar(select(known.exists() & is_held(literal(message_id), open_to(viewer)))))


def _is_known(viewer: Viewer) -> ColumnElement[bool]:
    return Candidate.client_id.not_in(denied_to(viewer))


def _readable(viewer: Viewer) -> Select[int]:
    return select(Account.id).where(open_to(viewer))


def _after(last: Message) -> str:
    return written(last.occurred_at.isoformat(), str(last.id))


def _follows(cursor: str) -> ColumnElement[bool]:
    """On `Message`: it stands below a place, whatever has become of the mail that stood there."""
    try:
        time, message_id = words_of(cursor)
        place = (moment(time), number(message_id))
    except ValueError as error:
        raise CursorInvalid(NOT_OURS) from error
    return tuple_(Message.occurred_at, Message.id) < place


def _items(session: Session, viewer: Viewer, ids: Collection[int]) -> Iterable[Unassigned]:
    query = (
        select(Message)
        .where(Message.id.in_(ids))
        .options(selectinload(Message.participants), selectinload(Message.copies).joinedload(Copy.account))
    )
    messages = {message.id: message for message in session.scalars(query)}
    readable = set(session.scalars(_readable(viewer)))
    shown = {message.id: shown_participants(message, readable) for message in messages.values()}
    ranked = _ranked(session, viewer, shown)
    for message_id in ids:
        message = messages[message_id]
        mailbox = next(copy.account for copy in message.copies if copy.account_id in readable)
        yield Unassigned(message, shown[message_id], mailbox, tuple(ranked[message_id]))


def _ranked(
    session: Session, viewer: Viewer, shown: Mapping[int, Collection[MessageParticipant]]
) -> dict[int, list[Ranked]]:
    """By message; `shown` are the participants of each that the person may see."""
    query = (
        select(Candidate)
        .where(Candidate.message_id.in_(shown), _is_known(viewer))
        .options(joinedload(Candidate.client))
    )
    candidates = session.scalars(query).all()
    told = {
        (candidate.message_id, candidate.address)
        for candidate in candidates
        if is_shown(candidate.address, shown[candidate.message_id])
    }
    last = _last_choices(session, viewer, {address for _, address in told})
    ranked: defaultdict[int, list[Ranked]] = defaultdict(list)
    for candidate in candidates:
        is_told = (candidate.message_id, candidate.address) in told
        chosen = is_told and last.get(candidate.address) == candidate.client_id
        ranked[candidate.message_id].append(Ranked(candidate, _clue(candidate, chosen=chosen)))
    for each in ranked.values():
        each.sort(key=lambda one: (STRENGTH[one.clue], one.candidate.client.code))
    return ranked


def _clue(candidate: Candidate, *, chosen: bool) -> Clue | None:
    if candidate.clue:
        return Clue(candidate.clue)
    return Clue.LAST_CHOICE if chosen else None


def _last_choices(session: Session, viewer: Viewer, addresses: Collection[str]) -> dict[str, int]:
    """The client to whom a mail of each address was assigned last, among those that the person may read."""
    address = func.lower(MessageParticipant.address)
    query = (
        select(address, Assignment.client_id, Assignment.assigned_at)
        .join(Assignment, Assignment.message_id == MessageParticipant.message_id)
        .where(address.in_(addresses), MessageParticipant.role != Role.BCC, Assignment.belongs)
        .where(
            select(Copy.id)
            .where(Copy.message_id == MessageParticipant.message_id, Copy.account_id.in_(_readable(viewer)))
            .exists()
        )
    )
    choices: dict[str, tuple[datetime, int]] = {}
    for found, client_id, at in session.execute(query):
        choices[found] = max(choices.get(found, (at, client_id)), (at, client_id))
    return {found: client_id for found, (_, client_id) in choices.items()}
