"""The records of messages in the registers of their clients, and the open questions about them."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from server import mail
from server.accounts.models import Account
from server.accounts.staff import Staff
from server.db import insert_into, table_of
from server.records.matching import (
    Match,
    Verdict,
)
from server.records.messages import FiledMessage
from server.records.models import (
    Candidate,
    Direction,
    Initiator,
    Message,
    MessageParticipant,
    Path,
    Record,
    RecordState,
    RecordType,
)
from server.records.search import index_messages
from server.records.sighting import Sighted


@dataclass(frozen=True, slots=True)
class Judged:
    """A copy, the message that it belongs to, and where that belongs."""

    sighted: Sighted
    message: FiledMessage
    verdict: Verdict


class Entries:
    """The records and open questions of the messages at hand, as they stand and as they become."""

    def __init__(self, session: Session, message_ids: Collection[int]) -> None:
        self._session = session
        self._filed: defaultdict[int, dict[int, datetime]] = defaultdict(dict)
        self._asked: defaultdict[int, set[int]] = defaultdict(set)
        if message_ids:
            self._recall(message_ids)

    def clients(self, message: FiledMessage) -> frozenset[int]:
        """Under whom the message stands, tombstones included."""
        return frozenset(self._filed[message.id])

    def write(self, judged: Sequence[Judged], staff: Staff) -> None:
        """Add the records that are missing, and ask what is to be asked now.

        One record for (message, client): one that is there, even as a tombstone, stays as it is.
        """
        records = [row for each in judged for row in self._records(each, staff)]
        if records:
            unique = ["message_id", "client_id"]
            statement = insert_into(self._session, table_of(Record)).on_conflict_do_nothing(
                index_elements=unique
            )
            self._session.execute(statement, records)
        index_messages(self._session, [each.message.id for each in judged])
        for each in judged:
            self._ask(each.message, each.verdict)

    def bring_forward(self, messages: Iterable[FiledMessage]) -> None:
        """No record is later than its message: an earlier copy of it may have come to be known."""
        for message in messages:
            if any(time > message.occurred_at for time in self._filed[message.id].values()):
                self._session.execute(
                    update(Record)
                    .where(Record.message_id == message.id, Record.occurred_at > message.occurred_at)
                    .values(occurred_at=message.occurred_at)
                )
                index_messages(self._session, [message.id])

    def _recall(self, message_ids: Collection[int]) -> None:
        records = (
            select(Message.id, Record.client_id, Record.occurred_at)
            .join(Record, Record.message_id == Message.id)
            .where(Message.id.in_(message_ids))
        )
        for message_id, client_id, time in self._session.execute(records):
            self._filed[message_id][client_id] = time
        questions = select(Candidate.message_id, Candidate.client_id).where(
            Candidate.message_id.in_(message_ids)
        )
        for message_id, client_id in self._session.execute(questions):
            self._asked[message_id].add(client_id)

    def _records(self, judged: Judged, staff: Staff) -> Iterator[dict[str, Any]]:
        filed = self._filed[judged.message.id]
        for match in judged.verdict.matches:
            if match.client_id not in filed:
                filed[match.client_id] = judged.message.occurred_at
                yield _record(judged.sighted, judged.message, match, staff)

    def _ask(self, message: FiledMessage, verdict: Verdict) -> None:
        """The open question as it is now: a later look may know less, more, or nothing to ask."""
        standing, filed = self._asked[message.id], self._filed[message.id]
        wanted = {c.client_id: c for c in verdict.candidates if c.client_id not in filed}
        if answered := standing - wanted.keys():
            self._session.execute(
                delete(Candidate).where(Candidate.message_id == message.id, Candidate.client_id.in_(answered))
            )
        rows = [
            {
                "message_id": message.id,
                "client_id": client_id,
                "address": candidacy.address,
                "section": candidacy.section,
                "clue": candidacy.clue,
            }
            for client_id, candidacy in wanted.items()
            if client_id not in standing
        ]
        if rows:
            self._session.execute(insert(table_of(Candidate)), rows)
        self._asked[message.id] = set(wanted)


def record_of(
    message: FiledMessage | Message,
    match: Match,
    participants: Collection[mail.Participant | MessageParticipant],
    staff: Staff,
    *,
    account: Account,
    path: Path,
    seen_at: datetime,
    created_at: datetime,
) -> dict[str, Any]:
    """The values of a new record of a mail that was seen in that account, by that path, at that time."""
    sent = message.direction is Direction.SENT
    delay = seen_at - message.occurred_at
    return {
        "id": uuid.uuid4(),
        "client_id": match.client_id,
        "message_id": message.id,
        "type": RecordType.EMAIL,
        "direction": message.direction,
        "initiated_by": Initiator.FIRM if sent else Initiator.CLIENT,
        "subject": message.subject,
        "person": (_author(participants, staff) if sent else "") or account.name,
        "occurred_at": message.occurred_at,
        "created_at": created_at,
        "why": {
            "rule": match.rule.value,
            "address": match.address,
            "section": match.section,
            "account": account.address,
            "path": path.value,
            "delay_s": round(max(0.0, delay.total_seconds()), 1),
        },
        "state": RecordState.FILED,
        "version": 1,
    }


def _record(sighted: Sighted, message: FiledMessage, match: Match, staff: Staff) -> dict[str, Any]:
    return record_of(
        message,
        match,
        sighted.message.participants,
        staff,
        account=sighted.account,
        path=sighted.path,
        seen_at=sighted.at,
        created_at=sighted.at,
    )


def _author(participants: Collection[mail.Participant | MessageParticipant], staff: Staff) -> str:
    """Who of the firm wrote it."""
    for role in (mail.Role.SENDER, mail.Role.FROM):
        for each in participants:
            if each.role is role and staff.is_staff(each.address):
                return staff.name_of(each.address) or each.name or each.address
    return ""
