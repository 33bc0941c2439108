"""Addresses that are added to clients' cards, and the mails of the past that they bring.

Who changes the clients waits for those who file: a page that was judged without the new address must not
count as read again.
"""

from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.accounts import open_to
from server.accounts.staff import load_staff
from server.accounts.viewer import Viewer
from server.clients.card import AddressRefused, add_to_card, card_line, is_on_card
from server.clients.cautions import Firm
from server.clients.client_import import ImportResult, import_clients
from server.clients.import_lines import CardLine, ParsedImport
from server.clients.models import Section
from server.ingest.upkeep import read_again
from server.records.answers import sender_of
from server.records.assignments import wait_for_filing
from server.records.copies import BY_ADDRESS
from server.records.models import Copy
from server.records.visibility import client_for

log = structlog.get_logger(__name__)


def import_list(session: Session, parsed: ParsedImport, now: datetime) -> ImportResult:
    """Take a list of clients over; addresses that are new have every mailbox read again from its beginning.

    Raises ImportRefused.
    """
    wait_for_filing(session)
    staff = load_staff(session)
    result = import_clients(session, parsed, firm=Firm(staff.names, staff.domains))
    if result.addresses_added:
        read_again(session, now)
    return result


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

    Gives the line, and how many mails that were nobody's, in mailboxes that the person may read, will be
    looked at; None where the address stood in that section already. Raises ClientNotThere and AddressRefused.
    """
    wait_for_filing(session)
    client, line = client_for(session, viewer, client_code), card_line(section, label, address, phone)
    if load_staff(session).is_staff(line.address):
        raise AddressRefused("this is an address of the firm itself")
    if not add_to_card(session, client, line):
        return line, None
    read_again(session, now)
    log.info("address added to a card", person=viewer.person_id, client=client.id)
    return line, _nobodys(session, viewer)


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


def _nobodys(session: Session, viewer: Viewer) -> int:
    """How many mails only their addresses keep out, each counted once.

    Those in others' private mailboxes are left out: how many there are is nobody else's business.
    """
    query = (
        select(func.count(Copy.lookup.distinct()))
        .join(Copy.account)
        .where(Copy.exclusion.in_(BY_ADDRESS), Copy.gone_at.is_(None), open_to(viewer))
    )
    return session.scalar(query) or 0
