"""Filing what was read: surroundings loaded once, a page in a savepoint, or each message in its own."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.orm import Session

from server import mail
from server.accounts.models import Account
from server.accounts.staff import load_staff
from server.clients.directory import Directory, directory_version, load_directory
from server.ingest.inbox import Task, put
from server.ingest.models import Kind
from server.records.assignments import wait_for_filing
from server.records.eligibility import Exclusion
from server.records.filing import file_by_hand, file_messages
from server.records.models import Path
from server.records.sighting import Filing, Outcome, Sighted, Surroundings

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
        sighted = [Sighted(account, each, path, now, folders.get(each.folder_id)) for each in messages]
        wait_for_filing(session)
        # Oldest first, as a thread is written; equal times in one order everywhere.
        return _file(session, sorted(sighted, key=_age), self.surroundings(session))

    def file_by_hand(
        self, session: Session, sighted: Sighted, *, client_id: int, person_id: int, for_thread: bool
    ) -> None:
        """File one message where a person said, with all that follows from it."""
        wait_for_filing(session)
        surroundings = self.surroundings(session)
        filing = _try(
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
        if isinstance(filing, Exception):
            raise filing
        put(session, _follow_ups([sighted], filing), sighted.at)


def _file(session: Session, page: list[Sighted], surroundings: Surroundings) -> dict[str, Result]:
    """All together; if that cannot be, each alone, so that one spoils only its own filing."""
    if not page:
        return {}
    filing = _try(session, partial(file_messages, session, page, surroundings))
    if isinstance(filing, Filing):
        put(session, _follow_ups(page, filing), page[0].at)
        return {each.message.graph_id: outcome for each, outcome in zip(page, filing.outcomes, strict=True)}
    if len(page) == 1:
        return {page[0].message.graph_id: filing}
    return {
        graph_id: result for each in page for graph_id, result in _file(session, [each], surroundings).items()
    }


def _try(session: Session, file: Callable[[], Filing]) -> Filing | Exception:
    try:
        with session.begin_nested():
            return file()
    except Exception as error:
        return error


def _age(sighted: Sighted) -> tuple[datetime, str]:
    message = sighted.message
    return message.sent_at or message.received_at or _UNKNOWN, sighted.identity


def _follow_ups(page: Iterable[Sighted], filing: Filing) -> list[Task]:
    attachments = [
        Task(sighted.account.id, Kind.ATTACHMENTS, sighted.message.graph_id)
        for sighted, outcome in zip(page, filing.outcomes, strict=True)
        if outcome.is_new and sighted.message.has_attachments
    ]
    return [
        *attachments,
        *(Task(account_id, Kind.MESSAGE, graph_id) for account_id, graph_id in filing.revisit),
    ]
