"""Who may see what: the one place that decides it, as conditions that every query goes through.

The client comes first: a client denied to a person is not there for them at all. Then the content: a
record made by hand or held by a public account is open; one known through private accounts only shows
its content to their owners, and to the others a row without content.
"""

from sqlalchemy import ColumnElement, exists, or_

from server.accounts.accounts import open_to
from server.accounts.models import Account, ClientDenial
from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.records.models import Copy, Record


def may_see_client(viewer: Viewer) -> ColumnElement[bool]:
    """On `Client`: it is not on the person's list of exceptions."""
    return ~exists().where(ClientDenial.person_id == viewer.person_id, ClientDenial.client_id == Client.id)


def may_see_record(viewer: Viewer) -> ColumnElement[bool]:
    """On `Record`: at least its row may be shown."""
    return ~exists().where(
        ClientDenial.person_id == viewer.person_id, ClientDenial.client_id == Record.client_id
    )


def may_see_content(viewer: Viewer) -> ColumnElement[bool]:
    """On `Record`: subject, participants and the rest may be shown too."""
    held_openly = exists().where(
        Copy.message_id == Record.message_id, Copy.account_id == Account.id, open_to(viewer)
    )
    return or_(Record.message_id.is_(None), held_openly)
