"""Short mails for tests."""

from typing import Any


def person(address: str, name: str = "") -> dict[str, Any]:
    return {"emailAddress": {"name": name or address, "address": address}}


def letter(subject: str = "Facturas", *, to: str = "ana@ribera.example", **fields: Any) -> dict[str, Any]:
    """A mail of a client; `fields` are further properties of the message."""
    return {
        "subject": subject,
        "from": person("pedro@panaderiauno.example", "Pedro Uno"),
        "toRecipients": [person(to)],
        "body": {"contentType": "html", "content": "<p>Van las facturas.</p>"},
        **fields,
    }
