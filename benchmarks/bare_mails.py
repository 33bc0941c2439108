"""What the bare peers write of a mail: one row, in a table of the shape of the product's messages."""

from typing import Any

from benchmarks.bare_graph import Mail

CREATE = (
    "CREATE TABLE bare_mail (id {key}, identity VARCHAR NOT NULL, ordinal INTEGER NOT NULL,"
    " internet_message_id VARCHAR NOT NULL, subject VARCHAR NOT NULL, preview VARCHAR NOT NULL,"
    " direction VARCHAR(32) NOT NULL, sent_at TIMESTAMP, occurred_at TIMESTAMP NOT NULL,"
    " has_attachments BOOLEAN NOT NULL, bulk BOOLEAN NOT NULL, UNIQUE (identity, ordinal))",
    "CREATE INDEX bare_mail_internet_message_id ON bare_mail (internet_message_id)",
)
TABLE = (
    "bare_mail (identity, ordinal, internet_message_id, subject, preview, direction, sent_at, occurred_at,"
    " has_attachments, bulk)"
)


def row(mail: Mail) -> tuple[Any, ...]:
    return (
        mail.id,
        0,
        mail.internet_message_id or "",
        mail.subject or "",
        mail.body_preview or "",
        "received",
        mail.sent_date_time,
        mail.received_date_time,
        bool(mail.has_attachments),
        False,
    )
