"""An address that a person adds to a client's card, and the mails of the past that it brings."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.staff import load_staff
from server.accounts.viewer import Viewer
from server.clients.card import AddressRefused, add_to_card, card_line, is_on_card
from server.clients.import_lines import CardLine
from server.clients.models import Section
from server.ingest.upkeep import read_again
from server.records.answers import sender_of
from server.records.copies import BY_ADDRESS
from server.records.models import Copy
from server.records.visibility import client_for


def add_address(
    session: Session,
    viewer: Viewer,
    client_code: str,
    *,
    section: Section,
    label: str,
    address: str,
    phone: str,
    now: datetime,
) -> tuple[CardLine, int | None]:
    """Put an address on the card and have every mailbox read again from its beginning.

    Gives the line, and how many mails that were nobody's will be looked at; None where the address stood in
    that section already. Raises ClientNotThere and AddressRefused.
    """
    client, line = client_for(session, viewer, client_code), card_line(section, label, address, phone)
    if load_staff(session).is_staff(line.address):
        raise AddressRefused("this is an address of the firm itself")
    if not add_to_card(session, client, line):
        return line, None
    read_again(session, now)
    return line, _nobodys(session)


def remember_sender(
    session: Session, viewer: Viewer, client_code: str, message_id: int, *, now: datetime
) -> int | None:
    """Put who wrote a mail on the client's card, among its contacts.

    Gives what `add_address` does; None where there is nothing to add. Raises ClientNotThere.
    """
    sender, client = sender_of(session, message_id), client_for(session, viewer, client_code)
    if sender is None or is_on_card(session, client, sender.address):
        return None
    try:
        _, past = add_address(
            session,
            viewer,
            client_code,
            section=Section.CONTACT,
            label=sender.name,
            address=sender.address,
            phone="",
            now=now,
        )
    except AddressRefused:
        return None
    return past


def _nobodys(session: Session) -> int:
    """How many mails only their addresses keep out, each counted once."""
    query = select(func.count(Copy.lookup.distinct())).where(
        Copy.exclusion.in_(BY_ADDRESS), Copy.gone_at.is_(None)
    )
    return session.scalar(query) or 0
