"""The members of the firm, known by their object id in the directory. The only writer of the table."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Person


def recognise(session: Session, *, entra_id: str, name: str, address: str) -> Person:
    """Find a person, or note them down at first sight; names and addresses follow the directory.

    Someone who was shut out stays so.
    """
    person = session.scalar(select(Person).where(Person.entra_id == entra_id))
    if person is None:
        person = Person(entra_id=entra_id, name=name, address=address, active=True)
        session.add(person)
        session.flush()
    elif (person.name, person.address) != (name, address):
        person.name, person.address = name, address
    return person
