"""A register at random, and what each person should find in it: told again in plain Python."""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.accounts.models import Account, ClientDenial, Person, Visibility
from server.accounts.viewer import Viewer
from server.clients.folding import fold
from server.clients.models import Client
from server.mail import Role
from server.records.filters import Filters
from server.records.models import (
    Area,
    Copy,
    Direction,
    Initiator,
    Message,
    MessageAttachment,
    MessageParticipant,
    ParticipantKind,
    Path,
    Reason,
    Record,
    RecordParticipant,
    RecordState,
    RecordType,
)
from server.records.search import index_records
from tests.firm import NOW

PEOPLE = ("Marta", "Jorge", "Ana")
ADMINISTRATOR = "Ana"
CLIENTS = ("C1", "C2", "C3", "C4")
DENIED = {("Jorge", "C3")}
# Two mailboxes are public; the others belong to one person each.
MAILBOXES = {"info": None, "altas": None, "marta": "Marta", "ana": "Ana"}
PERSONS = ("Marta Vidal", "Jorge Sanz", "Ana Ribera")
ADDRESSES = ("pedro@uno.example", "Luisa@Dos.example", "nadie@tres.example", "oculto@uno.example")
WORDS = ("Factura", "facturación", "IVA", "ñandú", "Peñalver, S.L.", "renta", "zeta", "3T", "l·l", "año")
MANUAL = (RecordType.CALL, RecordType.VISIT, RecordType.LETTER, None)


@dataclass
class Told:
    """A record as the test knows it."""

    id: uuid.UUID
    client: str
    type: RecordType | None
    reason: int | None
    area: int | None
    initiated_by: Initiator | None
    person: str
    occurred_at: datetime
    state: RecordState
    texts: list[str]
    mailboxes: tuple[str, ...] = ()
    # By address: the mailbox that alone shows it, None for an open line.
    people: dict[str, str | None] = field(default_factory=dict)
    documents: bool = False


def found(session: Session, records: int, chance: random.Random) -> tuple[dict[str, Viewer], list[Told]]:
    """Fill an empty register; gives who may ask, and all records."""
    people = {name: Person(entra_id=name, name=name, address=f"{name}@ribera.example") for name in PEOPLE}
    clients = {code: Client(code=code, name=code) for code in CLIENTS}
    session.add_all([*people.values(), *clients.values()])
    session.add_all(Reason(id=number, name=f"r{number}") for number in (1, 2, 3))
    session.add_all(Area(id=number, name=f"a{number}") for number in (1, 2))
    session.flush()
    session.add_all(
        ClientDenial(person_id=people[name].id, client_id=clients[code].id) for name, code in DENIED
    )
    accounts = {
        name: Account(
            entra_id=name,
            address=f"{name}@ribera.example",
            name=name,
            visibility=Visibility.PRIVATE if owner else Visibility.PUBLIC,
            owner_id=people[owner].id if owner else None,
            since=NOW,
            added_at=NOW,
        )
        for name, owner in MAILBOXES.items()
    }
    session.add_all(accounts.values())
    session.flush()
    told = [_record(session, clients, accounts, number, chance) for number in range(records)]
    session.flush()
    index_records(session, [each.id for each in told])
    viewers = {
        name: Viewer(person.id, name, name, person.address, administrator=name == ADMINISTRATOR)
        for name, person in people.items()
    }
    return viewers, told


def expected(told: Sequence[Told], person: str, filters: Filters) -> list[uuid.UUID]:
    """The list, newest first."""
    kept = [each for each in told if _is_left(each, person, filters)]
    return [each.id for each in sorted(kept, key=lambda one: (one.occurred_at, one.id), reverse=True)]


def has_words(each: Told, person: str, q: str) -> bool:
    said = f" {fold(' '.join(each.texts))}"
    return shows_content(each, person) and all(f" {word}" in said for word in fold(q).split())


def shows_content(each: Told, person: str) -> bool:
    return not each.mailboxes or any(MAILBOXES[name] in (None, person) for name in each.mailboxes)


def some_filters(chance: random.Random, state: RecordState = RecordState.FILED) -> Filters:
    """Up to four filters at once, each at random."""
    chosen = dict(chance.sample(list(_filters(chance)), chance.randint(0, 4)))
    return Filters(state=state, **chosen)


def each_filter(chance: random.Random) -> list[Filters]:
    return [Filters(**{name: value}) for name, value in _filters(chance)]


def _filters(chance: random.Random) -> Iterator[tuple[str, object]]:
    begin = NOW - timedelta(days=20)
    yield "client", chance.choice([*CLIENTS, "C9"])
    yield "type", chance.sample(list(RecordType), chance.randint(1, 3))
    yield "reason", chance.sample([0, 1, 2, 3, 9], chance.randint(1, 2))
    yield "area", chance.sample([0, 1, 2], chance.randint(1, 2))
    yield "initiated_by", [chance.choice(list(Initiator))]
    yield "person", chance.sample(PERSONS, chance.randint(1, 2))
    yield "participant", chance.choice([*ADDRESSES, "LUISA@dos.example", "wrong"])
    yield "since", begin + timedelta(hours=chance.randrange(480))
    yield "until", begin + timedelta(hours=chance.randrange(480))
    yield "documents", True
    yield "private", True
    yield "unclassified", True


def _is_left(each: Told, person: str, filters: Filters) -> bool:
    shown = shows_content(each, person)
    return all(
        (
            (person, each.client) not in DENIED,
            each.state is filters.state,
            filters.client in (None, each.client),
            not filters.type or each.type in filters.type,
            not filters.reason or (each.reason or 0) in filters.reason,
            not filters.area or (each.area or 0) in filters.area,
            not filters.initiated_by or each.initiated_by in filters.initiated_by,
            not filters.person or each.person in filters.person,
            filters.since is None or each.occurred_at >= filters.since,
            filters.until is None or each.occurred_at < filters.until,
            not filters.documents or (shown and each.documents),
            not filters.private or (each.mailboxes and all(MAILBOXES[name] for name in each.mailboxes)),
            not filters.unclassified or (each.reason is None and each.area is None),
            filters.participant is None or (shown and _took_part(each, person, filters.participant)),
        )
    )


def _took_part(each: Told, person: str, address: str) -> bool:
    return any(
        shown_by is None or MAILBOXES[shown_by] in (None, person)
        for known, shown_by in each.people.items()
        if known.lower() == address.lower()
    )


def _record(
    session: Session,
    clients: dict[str, Client],
    accounts: dict[str, Account],
    number: int,
    chance: random.Random,
) -> Told:
    told = Told(
        id=uuid.UUID(int=chance.getrandbits(128), version=4),
        client=chance.choice(CLIENTS),
        type=RecordType.EMAIL if chance.random() < 0.7 else chance.choice(MANUAL),
        reason=chance.choice([None, None, 1, 2, 3]),
        area=chance.choice([None, None, 1, 2]),
        initiated_by=chance.choice([*Initiator, None]),
        person=chance.choice(PERSONS),
        # Some at the same time.
        occurred_at=NOW - timedelta(hours=chance.randrange(480)),
        state=RecordState.DELETED if chance.random() < 0.1 else RecordState.FILED,
        texts=chance.sample(WORDS, 2),
    )
    record = Record(
        id=told.id,
        client_id=clients[told.client].id,
        type=told.type,
        initiated_by=told.initiated_by,
        subject=told.texts[0],
        person=told.person,
        occurred_at=told.occurred_at,
        created_at=NOW,
        reason_id=told.reason,
        area_id=told.area,
        state=told.state,
    )
    if told.type is RecordType.EMAIL:
        _send(session, record, told, accounts, number, chance)
    else:
        _note_down(record, told, chance)
    session.add(record)
    return told


def _note_down(record: Record, told: Told, chance: random.Random) -> None:
    record.notes = told.texts[1]
    if chance.random() < 0.5:
        address = chance.choice(ADDRESSES)
        record.participants.append(
            RecordParticipant(kind=ParticipantKind.CONTACT, name="Quien Sea", address=address)
        )
        told.people[address] = None
        told.texts += ["Quien Sea", address]


def _send(
    session: Session,
    record: Record,
    told: Told,
    accounts: dict[str, Account],
    number: int,
    chance: random.Random,
) -> None:
    told.mailboxes = tuple(chance.sample(list(MAILBOXES), chance.choice([1, 1, 2])))
    message = Message(
        identity=f"{number}",
        ordinal=0,
        internet_message_id=f"{number}@uno.example",
        subject=told.texts[0],
        preview=told.texts[1],
        direction=Direction.RECEIVED,
        sent_at=told.occurred_at,
        occurred_at=told.occurred_at,
        has_attachments=False,
    )
    for name in told.mailboxes:
        message.copies.append(
            Copy(account_id=accounts[name].id, graph_id=f"{number}", lookup="", path=Path.DELTA, seen_at=NOW)
        )
    for role, address in zip((Role.FROM, Role.BCC), chance.sample(ADDRESSES, 2), strict=True):
        shown_by = told.mailboxes[0] if role is Role.BCC else None
        message.participants.append(
            MessageParticipant(
                role=role,
                name="",
                address=address,
                staff=False,
                account_id=accounts[shown_by].id if shown_by else None,
            )
        )
        told.people[address] = shown_by
        told.texts += [address] if role is Role.FROM else []
    if chance.random() < 0.3:
        message.attachments.append(
            MessageAttachment(position=0, name="Modelo_303.pdf", size=1, content_type="application/pdf")
        )
        told.documents, told.texts = True, [*told.texts, "Modelo_303.pdf"]
    session.add(message)
    record.message, record.direction = message, Direction.RECEIVED
