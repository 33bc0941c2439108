"""Filing the mail in front of a person where that person says."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import mail
from server.accounts.accounts import account_at
from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.db import Database
from server.graph.errors import GraphError
from server.ingest.filing_desk import FilingDesk
from server.ingest.gateway import Gateway
from server.ingest.lease import held
from server.records.identity import lookup
from server.records.models import Copy, Path
from server.records.sighting import Sighted
from server.records.visibility import client_for
from server.records.whereabouts import is_open


class MailboxNotOpen(Exception):
    """The mailbox is no account, or not one that this person may read."""


class MessageNotThere(Exception):
    """The mailbox does not hold the mail (any more)."""


def file_message_by_hand(
    database: Database,
    graph: Gateway,
    desk: FilingDesk,
    viewer: Viewer,
    *,
    internet_message_id: str,
    mailbox: str,
    client_code: str,
    for_thread: bool,
    clock: Callable[[], datetime],
) -> None:
    """Read the mail from the mailbox and file it under the client.

    Raises MailboxNotOpen, ClientNotThere, MessageNotThere, MailboxBusy and GraphError.
    """
    with database.reading() as session:
        account = _account(session, viewer, mailbox)
        client_id = client_for(session, viewer, client_code).id
        known = _graph_ids(session, account, internet_message_id)
    with held(database, graph.client, account.id, clock):
        message = _read(graph, account, known, internet_message_id)
    now = clock()
    with database.writing() as session:
        sighted = Sighted(session.get_one(Account, account.id), message, Path.HAND, now)
        desk.file_by_hand(
            session, sighted, client_id=client_id, person_id=viewer.person_id, for_thread=for_thread
        )


def _account(session: Session, viewer: Viewer, mailbox: str) -> Account:
    account = account_at(session, mailbox)
    if account is None or not is_open(session, viewer, account):
        raise MailboxNotOpen
    return account


def _graph_ids(session: Session, account: Account, internet_message_id: str) -> list[str]:
    query = select(Copy.graph_id).where(
        Copy.account_id == account.id, Copy.lookup == lookup(internet_message_id)
    )
    return list(session.scalars(query))


def _read(graph: Gateway, account: Account, graph_ids: list[str], internet_message_id: str) -> mail.Message:
    """By the ids we know; a mail that no notification has named yet is looked for by its Message-ID."""
    ids = graph_ids or graph.messages.find(account.entra_id, internet_message_id)
    error: GraphError | None = None
    for found in graph.messages.get_all(account.entra_id, ids):
        if isinstance(found, GraphError):
            error = found
        elif not found.is_draft:
            return found
    raise MessageNotThere from error
