"""A task about a record in the To Do of the person who asks."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from server.graph.tasks import MadeTask, NewTask
from server.ingest.begin_mail import Language, page_of
from server.ingest.own_mailbox import OwnMailbox
from server.mail import Ability
from server.records.mails import seen_record
from server.records.models import Record

WORDS: Final[dict[Language, tuple[str, str, str, str]]] = {
    "es": ("Cliente", "Persona", "Fecha", "Asunto"),
    "en": ("Client", "Person", "Date", "Subject"),
}


@dataclass(frozen=True, slots=True)
class TaskDesk:
    """Makes tasks for one person, in their language; `zone` is the firm's wall clock."""

    own: OwnMailbox
    public_url: str
    language: Language
    zone: ZoneInfo

    def create(self, record_id: uuid.UUID, *, title: str, due: date | None, note: str) -> MadeTask:
        """Make a task that names client, person, date and subject and leads back to the record.

        Raises RecordNotFound, ContentHidden, Unable, MailboxBusy and GraphError.
        """
        with self.own.database.reading() as session:
            record = seen_record(session, self.own.viewer, record_id).record
        task = NewTask(
            title=title or f"{record.client.name}: {record.subject}",
            note=self._note(record, note),
            due=due,
            link=page_of(self.public_url, record),
            link_text=record.subject or record.client.name,
            external_id=str(record.id),
        )
        with self.own.open(Ability.TASK) as token:
            return self.own.graph.tasks.create(token, task)

    def _note(self, record: Record, note: str) -> str:
        values = (
            f"{record.client.code} {record.client.name}",
            self.own.viewer.name,
            f"{record.occurred_at.astimezone(self.zone):%d/%m/%Y %H:%M}",
            record.subject,
        )
        facts = "\n".join(f"{w}: {v}" for w, v in zip(WORDS[self.language], values, strict=True))
        return f"{note}\n\n{facts}" if note else facts
