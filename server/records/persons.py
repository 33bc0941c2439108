"""Who occurs in the register, and whom a client's mail may go to."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.accounts.models import Person
from server.accounts.viewer import Viewer
from server.clients.models import Client, ClientAddress, Section
from server.records.models import Record, RecordState
from server.records.visibility import client_for, may_see_client, may_see_record


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody at the client, by the line of the card that holds the address."""

    name: str
    address: str
    section: Section
    label: str


@dataclass(frozen=True, slots=True)
class People:
    users: tuple[Person, ...]
    contacts: tuple[Contact, ...]


def persons(session: Session, viewer: Viewer, client: str | None) -> list[str]:
    """The firm's persons in the register, or in one client's, by name. A denied client has none."""
    if client is None:
        return _all_persons(session, viewer)
    owner = select(Client.id).where(Client.code == client, may_see_client(viewer)).scalar_subquery()
    query = select(Record.person).where(Record.client_id == owner, Record.state == RecordState.FILED)
    return sorted(name for name in session.scalars(query.distinct()) if name)


def people_of(session: Session, viewer: Viewer, code: str) -> People:
    """The firm's members and the client's contacts, as far as they have an address.

    Raises ClientNotThere.
    """
    client = client_for(session, viewer, code)
    users = select(Person).where(Person.active, Person.address != "").order_by(Person.name, Person.id)
    lines = (
        select(ClientAddress)
        .where(ClientAddress.client_id == client.id, ClientAddress.address != "")
        .order_by(ClientAddress.id)
    )
    contacts = {
        line.address: Contact(line.label or client.name, line.email, line.section, line.label)
        for line in reversed(session.scalars(lines).all())
    }
    return People(tuple(session.scalars(users)), tuple(reversed(contacts.values())))


def _all_persons(session: Session, viewer: Viewer) -> list[str]:
    """From one name to the next by the index: a register has many records of few persons."""
    names: list[str] = []
    name = ""
    while (following := session.scalar(_after(name))) is not None:
        name = following
        if session.scalar(_is_seen(viewer, name)):
            names.append(name)
    return names


def _after(name: str) -> Select[str]:
    return select(func.min(Record.person)).where(Record.person > name)


def _is_seen(viewer: Viewer, name: str) -> Select[bool]:
    of_person = Record.person == name, Record.state == RecordState.FILED
    return select(select(Record.id).where(*of_person, may_see_record(viewer)).exists())
