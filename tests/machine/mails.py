"""What the machine's mails consist of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Each on the card of one client; the last with a tag that no card shows.
CLIENTS = (
    "ana.lopez@panaderiauno.example",
    "taller@dos.example",
    "trafico@tres.example",
    "pedro+facturas@panaderiauno.example",
)
SHARED = "gestor@grupo23.example"
# On no card, until one is learned.
STRANGERS = ("nuevo@nuevo.example", "otra@otra.example")
COLLEAGUE = "jorge@ribera.example"
SENDERS = (*CLIENTS, SHARED, *STRANGERS, COLLEAGUE)
# Clients to whose cards an address may be added.
CARDS = {"C01": "Panadería Uno SL,B12345674", "C04": "Carmen Gil Soto,12345678Z"}


@dataclass(frozen=True)
class Held:
    """A mail in a mailbox, by its immutable id there. Its subject is said by no other mail."""

    mailbox: str
    id: str
    message_id: str
    subject: str
    sender: str


def person(address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": "", "address": address}}


def mail_of(
    number: int, sender: str, to: Sequence[str], cc: Sequence[str], *, message_id: str = ""
) -> dict[str, Any]:
    return {
        "internetMessageId": f"<{message_id or f'{number}@machine.example'}>",
        "subject": subject(number),
        "from": person(sender),
        "sender": person(sender),
        "toRecipients": [person(address) for address in to],
        "ccRecipients": [person(address) for address in cc],
        "body": {"contentType": "text", "content": f"{subject(number)}: van los papeles."},
    }


def subject(number: int) -> str:
    return f"Asunto número {number:04}."


def line_of(code: str, address: str) -> str:
    """A line of the list of clients that puts an address on a card."""
    return f"{code},{CARDS[code]},contact,,{address},\n"
