"""The mail behind a record as far as one person may open it: its copies, the likeliest to be there first."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from server.accounts.accounts import open_to
from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.records.models import Copy, Message
from server.records.register import RecordView, get_record
from server.records.rights import ContentHidden


class NotAMail(Exception):
    """The record was made by hand: there is no mail behind it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A copy in a mailbox, which is named by its object id; `own` if it is the person's own mailbox."""

    account_id: int
    mailbox: str
    graph_id: str
    own: bool
    web_link: str


@dataclass(frozen=True, slots=True)
class Openable:
    view: RecordView
    message: Message
    copies: tuple[Held, ...]

    @property
    def own(self) -> tuple[Held, ...]:
        return tuple(copy for copy in self.copies if copy.own)

    @property
    def web_link(self) -> str:
        """Where the person opens the mail in Outlook; empty if their own mailbox does not hold it.

        Outlook looks for the item of such a link in the mailbox of whoever follows it.
        """
        return next((copy.web_link for copy in self.own), "")


def seen_record(session: Session, viewer: Viewer, record_id: uuid.UUID) -> RecordView:
    """A record with its content. Raises RecordNotFound and ContentHidden."""
    view = get_record(session, viewer, record_id)
    if view.restricted:
        raise ContentHidden
    return view


def openable(session: Session, viewer: Viewer, record_id: uuid.UUID) -> Openable:
    """Raises RecordNotFound, ContentHidden and NotAMail."""
    view = seen_record(session, viewer, record_id)
    if view.record.message is None:
        raise NotAMail
    return Openable(view, view.record.message, tuple(_copies(session, viewer, view.record.message)))


def _copies(session: Session, viewer: Viewer, message: Message) -> list[Held]:
    query = (
        select(Copy)
        .join(Copy.account)
        .where(Copy.message_id == message.id, open_to(viewer))
        .options(joinedload(Copy.account))
        .order_by(Account.entra_id != viewer.entra_id, Copy.gone_at.is_not(None), Copy.id.desc())
    )
    return [
        Held(
            copy.account_id,
            copy.account.entra_id,
            copy.graph_id,
            copy.account.entra_id == viewer.entra_id,
            copy.web_link,
        )
        for copy in session.scalars(query)
    ]
