"""Records of one client, put straight into the tables, as filing mails would have left them."""

import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.clients.models import Client
from server.db import Base, Database, table_of
from server.mail import Role
from server.records.models import (
    Area,
    Copy,
    Direction,
    Initiator,
    Message,
    MessageAttachment,
    MessageParticipant,
    Path,
    Reason,
    Record,
    RecordState,
    RecordType,
)
from tests.firm import NOW, found_firm

WORDS = (
    *("factura", "IVA", "nómina", "contrato", "modelo", "trimestre", "borrador", "renta", "alta", "baja"),
    *("escritura", "recibo", "plazo", "firma", "certificado", "sociedad", "cuenta", "balance", "cita"),
)
APART = timedelta(minutes=5)
BATCH = 5_000
Row = dict[str, Any]


def found(database: Database) -> list[int]:
    """The firm with its lists; gives the ids of its mailboxes."""
    with database.writing() as session:
        accounts = found_firm(session)
        session.add_all(Reason(name=name) for name in ("Consulta", "Envío", "Reclamación", "Cita"))
        session.add_all(Area(name=name) for name in ("Fiscal", "Laboral", "Contable", "Mercantil"))
        session.flush()
        return [account.id for account in accounts.values()]


def fill(database: Database, code: str, count: int, mailboxes: Sequence[int], seed: int) -> None:
    """So many records of a client: each in one mailbox, three in ten with a file."""
    chance = random.Random(f"{seed} {code}")
    for start in range(0, count, BATCH):
        with database.writing() as session:
            _insert(session, code, min(BATCH, count - start), start, mailboxes, chance)


def _insert(
    session: Session, code: str, count: int, start: int, mailboxes: Sequence[int], chance: random.Random
) -> None:
    client_id = session.scalars(select(Client.id).where(Client.code == code)).one()
    reasons = [None, *session.scalars(select(Reason.id))]
    areas = [None, *session.scalars(select(Area.id))]
    numbers = range(start, start + count)
    messages = [_message(f"{number}@{code.lower()}.example", number, chance) for number in numbers]
    session.execute(insert(table_of(Message)), messages)
    keys = [message["identity"] for message in messages]
    stored = select(Message.identity, Message.id).where(Message.identity.in_(keys))
    ids: dict[str, int] = dict(session.execute(stored).tuples().all())
    for message in messages:
        message["id"] = ids[message["identity"]]
    records = [
        _record(message, client_id, chance.choice(reasons), chance.choice(areas), chance)
        for message in messages
    ]
    rows: list[tuple[type[Base], list[Row]]] = [
        (MessageParticipant, [row for message in messages for row in _people(message, chance)]),
        (MessageAttachment, [_file(message) for message in messages if message["has_attachments"]]),
        (Copy, [_copy(message, chance.choice(mailboxes)) for message in messages]),
        (Record, records),
    ]
    for table, values in rows:
        session.execute(insert(table_of(table)), values)


def _message(identity: str, number: int, chance: random.Random) -> Row:
    at = NOW - number * APART
    return {
        "identity": identity,
        "ordinal": 0,
        "internet_message_id": identity,
        "subject": " ".join(chance.choices(WORDS, k=7)),
        "preview": " ".join(chance.choices(WORDS, k=28)),
        "direction": chance.choice(list(Direction)),
        "sent_at": at,
        "occurred_at": at,
        "has_attachments": chance.random() < 0.3,
    }


def _people(message: Row, chance: random.Random) -> Iterator[Row]:
    customer = f"contacto{chance.randrange(200)}@cliente.example"
    for role, address in (
        (Role.FROM, customer),
        (Role.TO, "ana@ribera.example"),
        (Role.CC, "info@ribera.example"),
    ):
        yield {
            "message_id": message["id"],
            "role": role,
            "name": address.partition("@")[0].capitalize(),
            "address": address,
            "staff": address != customer,
        }


def _file(message: Row) -> Row:
    name = f"documento {message['id']}.pdf"
    return {"message_id": message["id"], "position": 0, "name": name, "size": 1, "content_type": ""}


def _copy(message: Row, account_id: int) -> Row:
    return {
        "account_id": account_id,
        "graph_id": message["identity"],
        "message_id": message["id"],
        "lookup": message["identity"],
        "path": Path.DELTA,
        "seen_at": message["occurred_at"],
    }


def _record(message: Row, client_id: int, reason: int | None, area: int | None, chance: random.Random) -> Row:
    sent = message["direction"] is Direction.SENT
    return {
        "id": uuid.UUID(int=chance.getrandbits(128)),
        "client_id": client_id,
        "message_id": message["id"],
        "type": RecordType.EMAIL,
        "direction": message["direction"],
        "initiated_by": Initiator.FIRM if sent else Initiator.CLIENT,
        "subject": message["subject"],
        "person": chance.choice(("Ana Ribera", "Luis Ortega", "Jorge Sanz")),
        "occurred_at": message["occurred_at"],
        "created_at": message["occurred_at"],
        "reason_id": reason,
        "area_id": area,
        "state": RecordState.FILED,
    }
