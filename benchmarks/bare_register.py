"""The product's tables filled without the product: the same rows, with nothing decided or asked.

An address is looked up in a dictionary, and that is all. What the product does beyond it (which mail is the
same, whose thread it is, what a person said, what is private, repeating without doubling) is what it costs.
"""

import hashlib
import itertools
import json
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import text

from benchmarks.bare_graph import Mail, Recipient
from benchmarks.bare_tables import Rows
from benchmarks.databases import engine_at

_WORD = re.compile(r"[^\W_]+")
_REFERENCE = re.compile(r"<[^<>\s]+>")
MESSAGE = (
    "message (id, identity, ordinal, internet_message_id, subject, preview, direction, sent_at, occurred_at,"
    " has_attachments, bulk)"
)
PARTICIPANT = "message_participant (message_id, role, name, address, staff, account_id)"
REFERENCE = "message_reference (message_id, internet_message_id)"
COPY = (
    "copy (account_id, graph_id, message_id, lookup, about, exclusion, folder_id, conversation_id, web_link,"
    " path, seen_at)"
)
RECORD = (
    "record (id, client_id, message_id, type, direction, initiated_by, subject, person, occurred_at,"
    " created_at, why, state, version)"
)
# Its triggers keep the full-text index on SQLite.
RECORD_TEXT = "record_text (id, record_id, message_id, folded)"
TABLES = (MESSAGE, PARTICIPANT, REFERENCE, COPY, RECORD, RECORD_TEXT)


class BareRegister:
    def __init__(self, account_id: int, mailbox: str, clients: dict[str, int], *, is_sqlite: bool) -> None:
        self._account_id = account_id
        self._mailbox = mailbox
        self._clients = clients
        self._is_sqlite = is_sqlite
        self._numbers = itertools.count(1)
        self._places = itertools.count(1)

    @classmethod
    def of(cls, url: str, mailbox: str) -> Self:
        """For a database that the product's commands have set up."""
        with engine_at(url) as engine, engine.connect() as connection:
            account = connection.execute(
                text("SELECT id FROM account WHERE address = :address"), {"address": mailbox}
            ).scalar_one()
            clients = connection.execute(text("SELECT address, client_id FROM client_address"))
            held = {row.address: row.client_id for row in clients}
        return cls(account, mailbox, held, is_sqlite=url.startswith("sqlite"))

    def rows(self, page: Sequence[Mail]) -> dict[str, Rows]:
        """The rows of a page for each table."""
        tables: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
        now = self._stored(datetime.now(UTC))
        for mail in page:
            people = list(_people(mail))
            clients = {self._clients[address] for _, _, address in people if address in self._clients}
            number = next(self._numbers) if clients else None
            tables[COPY].append(self._copy(mail, number, now))
            if number is not None:
                self._add_message(tables, mail, number, people)
                records = [self._record(mail, number, client, now) for client in clients]
                tables[RECORD] += records
                words = " ".join(dict.fromkeys(_words(mail, people)))
                tables[RECORD_TEXT] += [
                    (self._place(mail), record[0], number, f"_{record[1]} {words}") for record in records
                ]
        return {table: rows for table, rows in tables.items() if rows}

    def _add_message(
        self,
        tables: dict[str, list[tuple[Any, ...]]],
        mail: Mail,
        number: int,
        people: Sequence[tuple[str, str, str]],
    ) -> None:
        message_id, sent_at = (mail.internet_message_id or "").strip("<>"), self._time(mail.sent_date_time)
        received_at = self._time(mail.received_date_time)
        tables[MESSAGE].append(
            (
                *(number, _digest(f"{message_id} {people[0][2]}"), 0, message_id),
                *(mail.subject or "", mail.body_preview or "", self._direction(mail)),
                *(sent_at, received_at, bool(mail.has_attachments), False),
            )
        )
        tables[PARTICIPANT] += [
            (number, role, name, address, address.endswith("@ribera.example"), None)
            for role, name, address in people
        ]
        tables[REFERENCE] += [(number, reference) for reference in _references(mail)]

    def _copy(self, mail: Mail, number: int | None, now: Any) -> tuple[Any, ...]:
        lookup, filed = _digest((mail.internet_message_id or "").strip("<>")), number is not None
        return (
            *(self._account_id, mail.id, number, lookup, "", None if filed else "no_client"),
            *(mail.parent_folder_id, mail.conversation_id if filed else "", mail.web_link if filed else ""),
            *("delta", now),
        )

    def _record(self, mail: Mail, number: int, client: int, now: Any) -> tuple[Any, ...]:
        why = {"rule": "address", "address": "", "section": "contact", "account": self._mailbox}
        record_id, direction = uuid.uuid4(), self._direction(mail)
        return (
            *(record_id.hex if self._is_sqlite else record_id, client, number, "email", direction),
            *("client" if direction == "received" else "firm", mail.subject or "", self._mailbox),
            *(self._time(mail.received_date_time), now, json.dumps(why), "filed", 1),
        )

    def _place(self, mail: Mail) -> int:
        """In the order of time; a number makes it the only one."""
        received = datetime.fromisoformat(mail.received_date_time or "")
        return (int(received.timestamp()) << 16) + next(self._places)

    def _direction(self, mail: Mail) -> str:
        author = mail.from_.email_address.address if mail.from_ else ""
        return "sent" if author == self._mailbox else "received"

    def _time(self, text: str | None) -> Any:
        return self._stored(datetime.fromisoformat(text)) if text else None

    def _stored(self, time: datetime) -> Any:
        return time.strftime("%Y-%m-%d %H:%M:%S.%f") if self._is_sqlite else time


def _people(mail: Mail) -> Iterator[tuple[str, str, str]]:
    lines: tuple[tuple[str, Sequence[Recipient]], ...] = (
        ("from", [mail.from_] if mail.from_ else []),
        ("to", mail.to_recipients),
        ("cc", mail.cc_recipients),
        ("bcc", mail.bcc_recipients),
    )
    for role, line in lines:
        for each in line:
            yield role, each.email_address.name or "", each.email_address.address or ""


def _words(mail: Mail, people: Sequence[tuple[str, str, str]]) -> list[str]:
    texts = [mail.subject or "", mail.body_preview or "", *(text for _, *each in people for text in each)]
    return _WORD.findall(" ".join(texts).lower())


def _references(mail: Mail) -> list[str]:
    found = dict[str, None]()
    for header in mail.internet_message_headers:
        if header.name in ("In-Reply-To", "References"):
            found |= dict.fromkeys(each.strip("<>") for each in _REFERENCE.findall(header.value))
    return list(found)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
