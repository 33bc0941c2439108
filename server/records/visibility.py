"""Who may see what: the one place that decides it, as conditions that every query goes through.

The client comes first: a client denied to a person is not there for them at all, not even by the mails of
their own mailbox. Then the content: a record made by hand or held by a public account is open; one known
through private accounts only shows its content to their owners, and to the others a row without content.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.accounts.accounts import open_to
from server.accounts.models import Account, ClientDenial
from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.records.models import Copy, Record

MessageId = InstrumentedAttribute[int | None]


class ClientNotThere(Exception):
    """There is no such client, or none for this person."""


def client_for(session: Session, viewer: Viewer, code: str) -> Client:
    """The client with that code. Raises ClientNotThere."""
    client = session.scalar(select(Client).where(Client.code == code, may_see_client(viewer)))
    if client is None:
        raise ClientNotThere
    return client


def may_see_client(viewer: Viewer) -> ColumnElement[bool]:
    """On `Client`: it is not on the person's list of exceptions."""
    return ~exists().where(ClientDenial.person_id == viewer.person_id, ClientDenial.client_id == Client.id)


def denied_to(viewer: Viewer) -> Select[int]:
    """The ids of the clients that are not there for the person."""
    return select(ClientDenial.client_id).where(ClientDenial.person_id == viewer.person_id)


def may_see_record(viewer: Viewer) -> ColumnElement[bool]:
    """On `Record`: at least its row may be shown."""
    # A list that is made once: asked anew for each row of a long list, it would cost more than the row.
    return Record.client_id.not_in(denied_to(viewer))


def may_see_content(viewer: Viewer) -> ColumnElement[bool]:
    """On `Record`: subject, participants and the rest may be shown too."""
    return may_see_content_of(Record.message_id, viewer)


def may_see_content_of(message_id: ColumnElement[Any] | MessageId, viewer: Viewer) -> ColumnElement[bool]:
    """The same of the record with this message, or with none."""
    return or_(message_id.is_(None), is_held(message_id, open_to(viewer)))


def is_held(message_id: ColumnElement[Any] | MessageId, accounts: ColumnElement[bool]) -> ColumnElement[bool]:
    """A copy of the message lies in one of these accounts (a condition on `Account`)."""
    holders = select(Account.id).where(accounts)
    copies = select(Copy.message_id).where(Copy.message_id == message_id, Copy.account_id.in_(holders))
    # With an offset, PostgreSQL asks for each row, by index, and does not read all copies beforehand.
    return copies.offset(literal_column("0")).exists()
