"""Mails that people begin from a record: an answer, or word of it to others. They are sent in Outlook."""

import html
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.accounts.models import StaffAddress
from server.accounts.viewer import Viewer
from server.addresses import normalise
from server.clients.models import ClientAddress
from server.graph.errors import NotFound
from server.ingest.opening import Opening
from server.ingest.own_mailbox import OwnMailbox
from server.mail import Ability, Address, Body, Draft, Role
from server.markup import Unshowable, from_text, sanitise
from server.records.drafts import begin_draft, name_draft
from server.records.mails import Openable, openable, seen_record
from server.records.models import Direction, Record

Language = Literal["es", "en"]
WORDS: dict[Language, dict[str, str]] = {
    "es": {"from": "De", "sent": "Enviado", "to": "Para", "subject": "Asunto", "open": "Abrir en Bitácora"},
    "en": {"from": "From", "sent": "Sent", "to": "To", "subject": "Subject", "open": "Open in Bitácora"},
}


class UnknownRecipient(Exception):
    """The address is neither the firm's own nor on the client's card."""


def page_of(public_url: str, record: Record) -> str:
    """The address at which the register shows a record."""
    return f"{public_url}/?{urlencode({'client': record.client.code, 'record': str(record.id)})}"


@dataclass(frozen=True, slots=True)
class MailDesk:
    """Begins mails for one person, in their language."""

    own: OwnMailbox
    opening: Opening
    public_url: str
    language: Language

    def answer(self, record_id: uuid.UUID, *, to_all: bool) -> Draft:
        """Begin an answer to a record's mail in the person's own mailbox.

        Raises RecordNotFound, ContentHidden, NotAMail, MailGone, Unable, MailboxBusy and GraphError.
        """
        viewer = self.own.viewer
        with self.own.database.reading() as session:
            wanted = openable(session, viewer, record_id)
            own_addresses = _addresses_of(session, viewer)
        mark = self._begin(record_id)
        draft = self._answer_in_place(wanted, to_all, mark) or self._answer_from_afar(
            wanted, own_addresses, to_all, mark
        )
        return self._named(mark, draft)

    def message(self, record_id: uuid.UUID, addresses: Sequence[str]) -> Draft:
        """Begin a mail about a record to people of the firm and of the client.

        Raises RecordNotFound, ContentHidden, UnknownRecipient, Unable, MailboxBusy and GraphError.
        """
        with self.own.database.reading() as session:
            record = seen_record(session, self.own.viewer, record_id).record
            staff, contacts = _recipients(session, record, addresses)
        # The register's address is the firm's own affair.
        text = "<p></p>" if contacts else self._pointer(record)
        mark = self._begin(record_id)
        with self.own.open(Ability.DRAFT) as token:
            draft = self.own.graph.drafts.begin(
                token, subject=record.subject, to=[*staff, *contacts], html=text, mark=str(mark)
            )
        return self._named(mark, draft)

    def _begin(self, record_id: uuid.UUID) -> uuid.UUID:
        with self.own.database.writing() as session:
            return begin_draft(session, record_id, self.own.viewer.person_id, self.own.clock())

    def _named(self, mark: uuid.UUID, draft: Draft) -> Draft:
        with self.own.database.writing() as session:
            name_draft(session, mark, draft.internet_message_id)
        return draft

    def _answer_in_place(self, wanted: Openable, to_all: bool, mark: uuid.UUID) -> Draft | None:
        """As Outlook itself would, if the person's own mailbox holds the mail."""
        drafts, message_id = self.own.graph.drafts, wanted.message.internet_message_id
        with self.own.open(Ability.DRAFT) as token:
            ids = [copy.graph_id for copy in wanted.own]
            if not ids and message_id:
                ids = drafts.find(token, f"<{message_id}>")
            for graph_id in ids:
                try:
                    return drafts.answer(token, graph_id, to_all=to_all, mark=str(mark))
                except NotFound:
                    continue
        return None

    def _answer_from_afar(
        self, wanted: Openable, own_addresses: frozenset[str], to_all: bool, mark: uuid.UUID
    ) -> Draft:
        """A new mail in the form of an answer: only others hold the one that it answers."""
        body = self.opening.read(
            wanted, lambda copy: self.own.graph.contents.body(copy.mailbox, copy.graph_id)
        )
        to, cc = _answer_to(wanted, body, own_addresses, to_all=to_all)
        message_id = wanted.message.internet_message_id
        with self.own.open(Ability.DRAFT) as token:
            return self.own.graph.drafts.begin(
                token,
                subject=_answered(wanted.message.subject),
                to=to,
                cc=cc,
                html=self._quoting(wanted, body),
                mark=str(mark),
                in_reply_to=f"<{message_id}>" if message_id else "",
            )

    def _quoting(self, wanted: Openable, body: Body) -> str:
        message, words = wanted.message, WORDS[self.language]
        lines = [
            (words["from"], _names(wanted, Role.FROM)),
            (words["sent"], f"{message.occurred_at:%Y-%m-%d %H:%M} UTC"),
            (words["to"], _names(wanted, Role.TO)),
            (words["subject"], message.subject),
        ]
        head = "<br>".join(f"<b>{name}:</b> {html.escape(value)}" for name, value in lines)
        return f"<p></p><hr><p>{head}</p>{_quotable(body)}"

    def _pointer(self, record: Record) -> str:
        line = f"{record.client.name} ({record.client.code}) · {record.occurred_at:%Y-%m-%d}"
        link = html.escape(page_of(self.public_url, record))
        return (
            f"<p></p><p>{html.escape(line)}<br>{html.escape(record.subject)}<br>"
            f'<a href="{link}">{WORDS[self.language]["open"]}</a></p>'
        )


def _recipients(
    session: Session, record: Record, addresses: Iterable[str]
) -> tuple[list[Address], list[Address]]:
    """Those of the firm and those of the client, by name. Raises UnknownRecipient."""
    staff: list[Address] = []
    contacts: list[Address] = []
    for address in dict.fromkeys(map(normalise, addresses)):
        name = session.scalar(select(StaffAddress.name).where(StaffAddress.address == address))
        if name is not None:
            staff.append(Address(name, address))
            continue
        line = session.scalars(
            select(ClientAddress).where(
                ClientAddress.client_id == record.client_id, ClientAddress.address == address
            )
        ).first()
        if not address or line is None:
            raise UnknownRecipient
        contacts.append(Address(line.label or record.client.name, line.email))
    return staff, contacts


def _answer_to(
    wanted: Openable, body: Body, own_addresses: frozenset[str], *, to_all: bool
) -> tuple[list[Address], list[Address]]:
    """To whom an answer goes, and who gets a copy; one's own sent mail is answered to its recipients."""
    lines = {role: _people(wanted, role) for role in (Role.FROM, Role.TO, Role.CC)}
    if wanted.message.direction is Direction.SENT:
        to = lines[Role.TO]
    else:
        to = list(body.reply_to) or lines[Role.FROM]
    if not to_all:
        return to, []
    known = own_addresses | {normalise(each.address) for each in to}
    rest = [each for each in (*lines[Role.TO], *lines[Role.CC]) if normalise(each.address) not in known]
    return to, list({normalise(each.address): each for each in rest}.values())


def _people(wanted: Openable, role: Role) -> list[Address]:
    found = [each for each in wanted.message.participants if each.role is role]
    return [Address(each.name, each.address) for each in found if each.address]


def _names(wanted: Openable, role: Role) -> str:
    return "; ".join(each.name or each.address for each in _people(wanted, role))


def _addresses_of(session: Session, viewer: Viewer) -> frozenset[str]:
    own = or_(StaffAddress.entra_id == viewer.entra_id, StaffAddress.address == normalise(viewer.address))
    found = session.scalars(select(StaffAddress.address).where(own))
    return frozenset(found) | {normalise(viewer.address)}


def _answered(subject: str) -> str:
    return subject if subject.casefold().startswith("re:") else f"RE: {subject}"


def _quotable(body: Body) -> str:
    if body.html is None:
        return from_text(body.text)
    try:
        return sanitise(body.html, {}, images=False).html
    except Unshowable:
        return ""
