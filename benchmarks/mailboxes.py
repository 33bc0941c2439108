"""An invented firm with many clients, and mail as such a firm gets it; the seed decides all of it."""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from simulator import Simulator
from tests.checker import Register, copies_of_truth, expected_register, firm_from

DOMAIN = "ribera.example"
CLIENTS = 300
PERIOD = timedelta(days=80)
# Of what a mailbox holds: how much it sent, how much answers an earlier mail, how much is nobody's.
SENT, ANSWERS, STRANGERS, COPIED = 0.25, 0.4, 0.2, 0.15
WORDS = [
    *("factura", "IVA", "nómina", "contrato", "modelo", "trimestre", "borrador", "renta", "alta", "baja"),
    *("escritura", "recibo", "plazo", "firma", "certificado", "sociedad", "cuenta", "balance", "cita"),
    *("justificante", "requerimiento", "revisión", "documento", "pago"),
]
# What a mail collects on its way to a mailbox in Exchange Online, in names and length.
TRANSPORT = (
    *(("Received", 240) for _ in range(5)),
    ("ARC-Seal", 380),
    ("ARC-Message-Signature", 620),
    ("ARC-Authentication-Results", 190),
    ("Authentication-Results", 230),
    ("DKIM-Signature", 560),
    ("Received-SPF", 170),
    ("X-MS-Exchange-Organization-ExpirationStartTime", 31),
    ("X-MS-Exchange-Organization-Network-Message-Id", 36),
    ("X-MS-Exchange-Organization-AuthSource", 52),
    ("X-MS-PublicTrafficType", 5),
    ("X-MS-TrafficTypeDiagnostic", 64),
    ("X-Forefront-Antispam-Report", 330),
    ("X-Microsoft-Antispam", 28),
    ("X-Microsoft-Antispam-Message-Info", 1400),
    ("X-MS-Exchange-Transport-EndToEndLatency", 16),
    ("X-MS-Exchange-CrossTenant-OriginalArrivalTime", 32),
    ("Content-Type", 60),
    ("MIME-Version", 3),
)


def addresses(number: int) -> list[str]:
    return [f"p{index:03d}@{DOMAIN}" for index in range(number)]


def client_addresses() -> list[str]:
    return [_client(number, local) for number in range(CLIENTS) for local in ("info", "gerencia")]


def clients_csv() -> str:
    """The clients in import format, two addresses each."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["code", "name", "nif", "section", "label", "email", "phone"])
    for number in range(CLIENTS):
        for section, local in (("identification", "info"), ("contact", "gerencia")):
            row = [f"C{number:04d}", f"Empresa {number:04d} SL", "", section, "", _client(number, local), ""]
            rows.writerow(row)
    return text.getvalue()


def open_firm(simulator: Simulator, mailboxes: int) -> list[str]:
    """Make the firm's mailboxes, all of them empty, and give their addresses."""
    for address in addresses(mailboxes):
        simulator.world.add_user(address.partition("@")[0].capitalize(), address)
    return addresses(mailboxes)


def fill(
    simulator: Simulator, mailbox: str, number: int, chance: random.Random, period: timedelta = PERIOD
) -> None:
    """Put that many mails into a mailbox, spread over the time until now."""
    for mail, folder in _mails(mailbox, number, chance, simulator.clock(), period):
        simulator.world.deliver(mail, mailboxes=[mailbox], folder=folder)


def client_mail(chance: random.Random, mailbox: str) -> dict[str, Any]:
    """A mail of some client that arrives in the mailbox now."""
    return _mail(chance, _some_client(chance), [mailbox], [], [])


def expected(simulator: Simulator, mailboxes: Sequence[str]) -> Register:
    """What the register must hold of all that happened, worked out apart from the product."""
    since = (simulator.clock() - 2 * PERIOD).isoformat()
    firm = firm_from(clients_csv(), [{"address": address, "since": since} for address in mailboxes])
    return expected_register(copies_of_truth(event.to_json() for event in simulator.world.truth), firm)


def _mails(
    mailbox: str, number: int, chance: random.Random, now: datetime, period: timedelta
) -> Iterator[tuple[dict[str, Any], str]]:
    earlier: list[dict[str, Any]] = []
    for index in range(number):
        sent_at = now - period * (1 - index / number)
        answered = chance.choice(earlier[-200:]) if earlier and chance.random() < ANSWERS else None
        other = answered["other"] if answered else _partner(chance)
        copied = [_some_client(chance)] if chance.random() < COPIED else []
        outgoing = chance.random() < SENT
        author, receivers = (mailbox, [other]) if outgoing else (other, [mailbox])
        mail = _mail(chance, author, receivers, copied, answered["thread"] if answered else [])
        mail |= {"sentDateTime": sent_at.isoformat(), "receivedDateTime": sent_at.isoformat()}
        thread = [*(answered["thread"] if answered else []), mail["internetMessageId"]][-10:]
        earlier.append({"other": other, "thread": thread})
        yield mail, "sentitems" if outgoing else "inbox"


def _mail(
    chance: random.Random, author: str, to: Sequence[str], cc: Sequence[str], answers: Sequence[str]
) -> dict[str, Any]:
    threading = [("In-Reply-To", answers[-1]), ("References", " ".join(answers))] if answers else []
    transport = [(name, _filling(chance, length)) for name, length in TRANSPORT]
    return {
        "internetMessageId": f"<{chance.getrandbits(96):024x}@{author.partition('@')[2]}>",
        "subject": " ".join(chance.choices(WORDS, k=5)).capitalize(),
        "from": _person(author),
        "sender": _person(author),
        "toRecipients": [_person(address) for address in to],
        "ccRecipients": [_person(address) for address in cc],
        "body": {"contentType": "text", "content": " ".join(chance.choices(WORDS, k=60))},
        "internetMessageHeaders": [{"name": name, "value": value} for name, value in transport + threading],
    }


def _partner(chance: random.Random) -> str:
    if chance.random() < STRANGERS:
        return f"persona{chance.randrange(500)}@otro{chance.randrange(200)}.example"
    return _some_client(chance)


def _some_client(chance: random.Random) -> str:
    return _client(chance.randrange(CLIENTS), chance.choice(["info", "gerencia"]))


def _client(number: int, local: str) -> str:
    return f"{local}@empresa{number:04d}.example"


def _person(address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": address.partition("@")[0].capitalize(), "address": address}}


def _filling(chance: random.Random, length: int) -> str:
    return f"{chance.getrandbits(4 * length):x}".zfill(length)
