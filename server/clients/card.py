"""Adding a line to a client's card."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.addresses import normalise
from server.clients.client_import import hold_directory, import_clients
from server.clients.import_lines import CardLine, ListedClient, ParsedImport, is_mail_address, tidy
from server.clients.models import Client, ClientAddress, Section


class AddressRefused(ValueError):
    """No client can be reached there; the text says why."""


def card_line(section: Section, label: str, email: str, phone: str = "") -> CardLine:
    """The line as a card keeps it. Raises AddressRefused."""
    line = CardLine(section, tidy(label), tidy(email), normalise(email), tidy(phone))
    if not is_mail_address(line.email):
        raise AddressRefused("this is not a mail address")
    return line


def add_to_card(session: Session, client: Client, line: CardLine) -> bool:
    """Write the line onto the card, and say whether the address is new in its section."""
    hold_directory(session)
    lines = _lines(session, client)
    if any((kept.section, kept.address) == (line.section, line.address) for kept in lines):
        return False
    listed = ListedClient(client.code, client.name, client.nif, (*lines, line))
    import_clients(session, ParsedImport((listed,), ()))
    return True


def is_on_card(session: Session, client: Client, address: str) -> bool:
    """Whether the card has the address, in whichever section."""
    return normalise(address) in {line.address for line in _lines(session, client)}


def _lines(session: Session, client: Client) -> list[CardLine]:
    a = ClientAddress
    query = select(a.section, a.label, a.email, a.address, a.phone).where(a.client_id == client.id)
    return [CardLine(*row) for row in session.execute(query.order_by(a.id))]
