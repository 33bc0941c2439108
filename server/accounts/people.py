"""The members of the firm, known by their object id in the directory. The only writer of the table."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.accounts.models import Person


def recognise(session: Session, *, entra_id: str, name: str, address: str) -> Person:
    """Find a person, or note them down at first sight; names and addresses follow the directory.

    Someone who was shut out stays so.
    """
    person = find_person(session, entra_id) or _note_down(session, entra_id, name, address)
    if not is_current(person, name=name, address=address):
        person.name, person.address = name, address
    return person


def find_person(session: Session, entra_id: str) -> Person | None:
    return session.scalar(select(Person).where(Person.entra_id == entra_id))


def is_current(person: Person, *, name: str, address: str) -> bool:
    """Whether `recognise` would have nothing to write."""
    return (person.name, person.address) == (name, address)


def end_sessions(session: Session, entra_id: str, now: datetime) -> None:
    """Make every web session that the person began until now worthless."""
    person = find_person(session, entra_id)
    if person is not None:
        person.sessions_from = now


def _note_down(session: Session, entra_id: str, name: str, address: str) -> Person:
    person = Person(entra_id=entra_id, name=name, address=address, active=True)
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:  # another request of the same person was quicker
        return session.scalars(select(Person).where(Person.entra_id == entra_id)).one()
    return person
