"""Filing what was read: surroundings loaded once, each message in a savepoint of its own."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import mail
from server.accounts.models import Account
from server.accounts.staff import load_staff
from server.clients.directory import Directory, directory_version, load_directory
from server.ingest.inbox import Task, put
from server.ingest.models import Kind
from server.records.eligibility import Exclusion
from server.records.filing import file_by_hand, file_message
from server.records.identity import identity
from server.records.models import Path
from server.records.sighting import Outcome, Sighted, Surroundings

Result = Outcome | Exception
_UNKNOWN = datetime.min.replace(tzinfo=UTC)


class FilingDesk:
    """Files messages for one worker process; the directory of clients is kept while it is current."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._directory: Directory | None = None

    def surroundings(self, session: Session) -> Surroundings:
        with self._lock:
            if self._directory is None or self._directory.version != directory_version(session):
                self._directory = load_directory(session)
            return Surroundings(self._directory, load_staff(session))

    def file_all(
        self,
        session: Session,
        account: Account,
        messages: Iterable[mail.Message],
        *,
        path: Path,
        folders: dict[str, Exclusion | None],
        now: datetime,
    ) -> dict[str, Result]:
        """File messages and put down what follows from them; gives the result for each graph id.

        A message that cannot be filed does not hold up the others: its error is its result.
        """
        surroundings = self.surroundings(session)
        results: dict[str, Result] = {}
        # Oldest first, as a thread is written; equal times in one order everywhere, so that two workers
        # with copies of the same mails do not block each other crosswise.
        for message in sorted(messages, key=_age):
            sighted = Sighted(account, message, path, now, folders.get(message.folder_id))
            results[message.graph_id] = _try(session, partial(file_message, session, sighted, surroundings))
        put(session, _follow_ups(account, messages, results), now)
        return results

    def file_by_hand(
        self, session: Session, sighted: Sighted, *, client_id: int, person_id: int, for_thread: bool
    ) -> None:
        """File one message where a person said, with all that follows from it."""
        surroundings = self.surroundings(session)
        result = _try(
            session,
            partial(
                file_by_hand,
                session,
                sighted,
                surroundings,
                client_id=client_id,
                person_id=person_id,
                for_thread=for_thread,
            ),
        )
        if isinstance(result, Exception):
            raise result
        message = sighted.message
        put(session, _follow_ups(sighted.account, [message], {message.graph_id: result}), sighted.at)


def _try(session: Session, file: Callable[[], Outcome]) -> Result:
    for last_try in (False, True):
        try:
            with session.begin_nested():
                return file()
        except IntegrityError as error:
            # Another worker wrote the same message a moment ago; now it can be seen.
            session.expire_all()
            if last_try:
                return error
        except Exception as error:
            return error
    raise AssertionError("unreachable")


def _age(message: mail.Message) -> tuple[datetime, str]:
    return message.sent_at or message.received_at or _UNKNOWN, identity(message)


def _follow_ups(account: Account, messages: Iterable[mail.Message], results: dict[str, Result]) -> list[Task]:
    tasks = []
    for message in messages:
        result = results[message.graph_id]
        if not isinstance(result, Outcome):
            continue
        if result.is_new and message.has_attachments:
            tasks.append(Task(account.id, Kind.ATTACHMENTS, message.graph_id))
        tasks += [Task(account_id, Kind.MESSAGE, graph_id) for account_id, graph_id in result.revisit]
    return tasks
