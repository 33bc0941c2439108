"""What the reading of a mailbox brought, in numbers: nothing in them tells what a mail says."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.clients.models import Client
from server.ingest.models import Folder
from server.records.eligibility import Exclusion
from server.records.models import Candidate, Copy, Message, Record, RecordState


@dataclass(frozen=True, slots=True)
class ClientFigures:
    """How many communications of a client the mailbox holds, and how many of them the register lacked."""

    code: str
    name: str
    records: int
    new_records: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Each of the mails is either filed, unassigned, internal, or excluded for a reason.

    `known` of the filed and unassigned were in the register before. `unread` more could not be read.
    `first` and `last` are the times of the oldest and newest mail that was filed or is unassigned.
    """

    mails: int
    filed: int
    unassigned: int
    internal: int
    excluded: dict[str, int]
    known: int
    unread: int
    clients: tuple[ClientFigures, ...]
    first: datetime | None
    last: datetime | None
    folders: int
    folders_left_out: int

    @property
    def records(self) -> int:
        return sum(client.records for client in self.clients)

    @property
    def new_records(self) -> int:
        return sum(client.new_records for client in self.clients)

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "records": self.records,
            "new_records": self.new_records,
            "first": self.first.isoformat(timespec="seconds") if self.first else None,
            "last": self.last.isoformat(timespec="seconds") if self.last else None,
        }


def figures(
    session: Session,
    account_id: int,
    met: Collection[str],
    *,
    known_messages: Collection[int] = (),
    known_records: Collection[UUID] = (),
) -> Figures:
    """Count where the mails of an account stand that were met, by their immutable ids."""
    copies = {
        graph_id: (message_id, exclusion)
        for graph_id, message_id, exclusion in session.execute(
            select(Copy.graph_id, Copy.message_id, Copy.exclusion).where(Copy.account_id == account_id)
        )
        if graph_id in met
    }
    messages = [message_id for message_id, _ in copies.values() if message_id is not None]
    reasons = Counter(exclusion or "" for message_id, exclusion in copies.values() if message_id is None)
    internal = reasons.pop(Exclusion.INTERNAL, 0)
    in_question = set(session.scalars(select(Candidate.message_id)))
    unassigned = sum(message_id in in_question for message_id in messages)
    times = _times(session, account_id, set(messages))
    return Figures(
        mails=len(copies),
        filed=len(messages) - unassigned,
        unassigned=unassigned,
        internal=internal,
        excluded=dict(sorted(reasons.items())),
        known=sum(message_id in known_messages for message_id in messages),
        unread=len(met) - len(copies),
        clients=tuple(_clients(session, account_id, set(messages), known_records)),
        first=min(times, default=None),
        last=max(times, default=None),
        folders=_folders(session, account_id, sources=True),
        folders_left_out=_folders(session, account_id, sources=False),
    )


def _times(session: Session, account_id: int, messages: set[int]) -> list[datetime]:
    held = select(Copy.message_id).where(Copy.account_id == account_id)
    rows = session.execute(select(Message.id, Message.occurred_at).where(Message.id.in_(held)))
    return [occurred_at for message_id, occurred_at in rows if message_id in messages]


def _clients(
    session: Session, account_id: int, messages: set[int], known_records: Collection[UUID]
) -> Iterator[ClientFigures]:
    held = select(Copy.message_id).where(Copy.account_id == account_id)
    rows = session.execute(
        select(Client.code, Client.name, Record.id, Record.message_id)
        .join(Client, Record.client_id == Client.id)
        .where(Record.message_id.in_(held), Record.state == RecordState.FILED)
        .order_by(Client.code)
    )
    everything, new = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for code, name, record_id, message_id in rows:
        if message_id in messages:
            everything[code, name] += 1
            new[code, name] += record_id not in known_records
    for (code, name), number in everything.items():
        yield ClientFigures(code, name, number, new[code, name])


def _folders(session: Session, account_id: int, *, sources: bool) -> int:
    query = select(func.count()).where(
        Folder.account_id == account_id,
        Folder.exclusion.is_(None) if sources else Folder.exclusion.is_not(None),
    )
    return session.scalar(query) or 0
