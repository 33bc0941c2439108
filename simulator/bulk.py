"""Many mailboxes and many mails, quickly."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from simulator.values import timestamp
from simulator.world import World

MONTH = timedelta(days=30)
SENDERS = ("pedro@panaderiauno.example", "compras@talleresdos.example", "lucia@lucia.example")


def add_people(world: World, count: int, *, domain: str = "ribera.example") -> list[str]:
    """Adds that many people with empty mailboxes; returns their addresses."""
    with world.lock:
        first = len(world.users) + 1
        addresses = [f"persona{number:04d}@{domain}" for number in range(first, first + count)]
        for number, address in enumerate(addresses, first):
            world.add_user(f"Persona {number:04d}", address)
    return addresses


def fill(
    world: World,
    mailboxes: Sequence[str],
    each: int,
    *,
    senders: Sequence[str] = SENDERS,
    since: datetime | None = None,
    until: datetime | None = None,
    folder: str = "inbox",
    notify: bool = False,
    fields: Mapping[str, Any] | None = None,
) -> list[str]:
    """Delivers `each` mails to every mailbox, spread evenly from `since` (a month ago) until before `until`
    (now), the senders in turn; returns the immutable ids.

    `fields` are further properties of every mail. Without `notify` no notification tells of them.
    """
    until = until or world.now()
    begin = since or until - MONTH
    step = (until - begin) / max(each, 1)
    with world.lock if notify else world.unnoticed():
        return [
            world.deliver(
                _mail(number, mailbox, senders[number % len(senders)], begin + number * step, fields or {}),
                mailboxes=[mailbox],
                folder=folder,
            )[0]
            for number in range(each)
            for mailbox in mailboxes
        ]


def _mail(number: int, to: str, sender: str, at: datetime, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subject": f"Correo {number}",
        "from": _person(sender),
        "toRecipients": [_person(to)],
        "receivedDateTime": timestamp(at),
        "sentDateTime": timestamp(at),
        "body": {"contentType": "html", "content": f"<p>Van los papeles del correo {number}.</p>"},
        **fields,
    }


def _person(address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": address.partition("@")[0], "address": address}}
