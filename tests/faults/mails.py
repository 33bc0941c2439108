"""The mails of these tests: short, from a client to Ana, unless they say otherwise."""

from typing import Any

from tests.stepped import Stepped

ANA, LUIS, MARTA, INFO = (f"{name}@ribera.example" for name in ("ana", "luis", "marta", "info"))
CLIENT = "ana.lopez@panaderiauno.example"


def person(address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": "", "address": address}}


def mail(subject: str, *, sender: str = CLIENT, to: tuple[str, ...] = (ANA,), **more: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "from": person(sender),
        "toRecipients": [person(address) for address in to],
        "body": {"contentType": "text", "content": f"{subject}: van los papeles."},
        **more,
    }


def deliver(program: Stepped, subject: str, **parts: Any) -> str:
    """Bring a mail and give the immutable id of its first copy."""
    return program.simulator.world.deliver(mail(subject, **parts))[0]


def deliver_many(program: Stepped, number: int, **parts: Any) -> list[str]:
    return [deliver(program, f"Factura {i}", **parts) for i in range(number)]
