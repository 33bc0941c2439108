"""Which copies are the same mail. Pure code.

Message-ID alone would lose mail from senders who use one twice, and would let a stranger suppress a
mail by sending its id first. Hence: Message-ID and From, sent within ten minutes of each other.
"""

import hashlib
import re
from datetime import datetime, timedelta

from server.addresses import normalise
from server.mail import Message, Role

TOLERANCE = timedelta(minutes=10)
RECIPIENTS = (Role.TO, Role.CC, Role.BCC)
MAX_REFERENCES = 50
LONGEST_MESSAGE_ID = 640
_REFERENCE = re.compile(r"<[^<>\s]{1,995}>")


def normalise_message_id(internet_message_id: str) -> str:
    """The Message-ID without angle brackets, blanks and folding; case is kept, it distinguishes.

    What is too long for PostgreSQL's indexes (2,704 bytes) is cut off: hostile mail must be filed, too.
    """
    return "".join(internet_message_id.split()).strip("<>")[:LONGEST_MESSAGE_ID]


def identity(message: Message) -> str:
    """The part of a mail's identity that is compared for equality.

    Without a Message-ID, everything that a sender cannot well repeat by chance stands in for it.
    """
    sender = normalise(message.address_of(Role.FROM) or message.address_of(Role.SENDER))
    message_id = normalise_message_id(message.internet_message_id)
    if message_id:
        return _digest("id", message_id, sender)
    sent = message.sent_at.isoformat() if message.sent_at else ""
    recipients = sorted(normalise(p.address) for p in message.participants if p.role in RECIPIENTS)
    return _digest("key", sender, sent, message.subject, *recipients)


def references_of(message: Message) -> list[str]:
    """The Message-IDs that a mail answers, the nearest last."""
    headers = f"{message.headers.get('in-reply-to', '')} {message.headers.get('references', '')}"
    found = dict.fromkeys(normalise_message_id(reference) for reference in _REFERENCE.findall(headers))
    return list(found)[-MAX_REFERENCES:]


def is_same_sending(one: datetime | None, other: datetime | None) -> bool:
    """Whether two copies with equal identity were sent in one act; an unknown time agrees with any."""
    return one is None or other is None or abs(one - other) <= TOLERANCE


def lookup(internet_message_id: str) -> str:
    """What finds a copy by its Message-ID without keeping the id itself."""
    return _digest("lookup", normalise_message_id(internet_message_id))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
