"""Working off one mailbox's inbox: the hands of the worker, one verb for each kind of item."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from server.accounts.accounts import pause, resume
from server.accounts.models import Account, AccountState
from server.db import Database
from server.graph.errors import DeltaExpired, GraphError, NotFound
from server.ingest import folder_tree, inbox
from server.ingest.filing_desk import FilingDesk, Result
from server.ingest.gateway import Gateway
from server.ingest.inbox import Claim, Task
from server.ingest.models import Kind
from server.ingest.outcomes import Park, Wait, WaitMailbox, outcome
from server.ingest.subscribe import renew, subscribe
from server.mail import Message
from server.records.attachments import other_copies, set_attachments
from server.records.copies import was_seen
from server.records.models import Path

BATCH = 20
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Drain:
    """Everything that working on a mailbox needs; `clock` gives the time."""

    database: Database
    graph: Gateway
    desk: FilingDesk
    clock: Callable[[], datetime]

    def step(self, account_id: int) -> bool:
        """Do the account's most urgent work, one batch of it; False when nothing is due."""
        now = self.clock()
        with self.database.reading() as session:
            claims = inbox.claim(session, account_id, now, BATCH)
            account = session.get_one(Account, account_id) if claims else None
        if account is None:
            return False
        try:
            graph_answered = self._work(account, claims)
        except Exception as error:
            self._fail_all(account, claims, error)
        else:
            if graph_answered and account.state is AccountState.PAUSED:
                self._resume(account)
        return True

    def _work(self, account: Account, claims: Sequence[Claim]) -> bool:
        """Do it; says whether Graph let us into the mailbox."""
        match claims[0].kind:
            case Kind.MESSAGE:
                return self._read_messages(account, claims)
            case Kind.ATTACHMENTS:
                self._list_attachments(account, claims[0])
            case Kind.SYNC:
                self._sync(account, claims[0])
            case Kind.SUBSCRIBE:
                subscribe(self.database, self.graph.subscriptions, account, self.clock())
                self._finish(claims)
            case Kind.RENEW:
                renew(self.database, self.graph.subscriptions, account, self.clock())
                self._finish(claims)
        return True

    def _read_messages(self, account: Account, claims: Sequence[Claim]) -> bool:
        found = self.graph.messages.get_all(account.entra_id, [claim.graph_id for claim in claims])
        messages = [message for message in found if isinstance(message, Message)]
        self._learn_folders(account, messages)
        with self.database.writing() as session:
            results = self._file(session, account, messages, Path.NOTIFICATION)
            for claim, read in zip(claims, found, strict=True):
                result = read if isinstance(read, GraphError) else results[read.graph_id]
                self._conclude(session, account, claim, result)
        return bool(messages)

    def _list_attachments(self, account: Account, claim: Claim) -> None:
        try:
            listed = self.graph.messages.attachments(account.entra_id, claim.graph_id)
        except NotFound:
            return self._list_another_copy(account, claim)
        with self.database.writing() as session:
            set_attachments(session, account.id, claim.graph_id, listed)
            inbox.finish(session, [claim])

    def _list_another_copy(self, account: Account, claim: Claim) -> None:
        """This copy was deleted; a colleague's shows the same attachments."""
        with self.database.writing() as session:
            others = other_copies(session, account.id, claim.graph_id)
            inbox.put(
                session,
                [Task(other_id, Kind.ATTACHMENTS, graph_id) for other_id, graph_id in others],
                self.clock(),
            )
            inbox.finish(session, [claim])

    def _sync(self, account: Account, claim: Claim) -> None:
        """One page of one folder; the item stays until every folder has been walked."""
        with self.database.reading() as session:
            folder = folder_tree.next_pending(session, account.id)
        if folder is None:
            folder_tree.refresh_folders(self.database, self.graph.folders, account)
            with self.database.writing() as session:
                folder_tree.begin_round(session, account.id)
                self._end_round(session, account, claim)
            return
        try:
            page = self.graph.delta.page(account.entra_id, folder.graph_id, folder.link)
        except DeltaExpired:
            if not folder.link:
                raise
            with self.database.writing() as session:
                folder_tree.start_over(session, folder.id)
            return
        except NotFound:
            # The folder is gone; its mail has been seen elsewhere or is gone with it.
            with self.database.writing() as session:
                folder_tree.forget(session, folder.id)
                self._end_round(session, account, claim)
            return
        with self.database.writing() as session:
            results = self._file(session, account, page.messages, Path.DELTA)
            # What could not be filed from the page gets its own tries and, at last, its own place
            # among what is parked; the page itself is done.
            failed = [graph_id for graph_id, result in results.items() if isinstance(result, Exception)]
            again = [*failed, *filter(None, page.unreadable)]
            inbox.put(session, [Task(account.id, Kind.MESSAGE, i) for i in again], self.clock())
            inbox.settle(session, account.id, results.keys() - set(failed))
            folder_tree.move_on(session, folder, page.link, is_last=page.is_last)
            self._end_round(session, account, claim)

    def _end_round(self, session: Session, account: Account, claim: Claim) -> None:
        session.flush()
        if folder_tree.next_pending(session, account.id) is None:
            folder_tree.set_synced(session, account.id, self.clock())
            inbox.finish(session, [claim])
        else:
            inbox.queue_again(session, claim, self.clock())

    def _learn_folders(self, account: Account, messages: Sequence[Message]) -> None:
        with self.database.reading() as session:
            known = folder_tree.exclusions(session, account.id)
        if any(message.folder_id and message.folder_id not in known for message in messages):
            folder_tree.refresh_folders(self.database, self.graph.folders, account)

    def _file(
        self, session: Session, account: Account, messages: Sequence[Message], path: Path
    ) -> dict[str, Result]:
        account = session.get_one(Account, account.id)
        folders = folder_tree.exclusions(session, account.id)
        return self.desk.file_all(session, account, messages, path=path, folders=folders, now=self.clock())

    def _conclude(self, session: Session, account: Account, claim: Claim, result: object) -> None:
        if not isinstance(result, Exception):
            inbox.finish(session, [claim])
        elif isinstance(result, NotFound) and was_seen(session, account.id, claim.graph_id):
            # A draft that was sent, or mail that was deleted after it was looked at.
            inbox.finish(session, [claim])
        else:
            self._fail(session, account.id, claim, result)

    def _fail_all(self, account: Account, claims: Sequence[Claim], error: Exception) -> None:
        with self.database.writing() as session:
            for claim in claims:
                self._fail(session, account.id, claim, error)

    def _fail(self, session: Session, account_id: int, claim: Claim, error: Exception) -> None:
        verdict = outcome(error, claim.attempts, self.clock(), random.random())  # noqa: S311
        text = _describe(error)
        log.warning(
            "work failed",
            account=account_id,
            kind=claim.kind.value,
            attempts=claim.attempts + 1,
            error=text,
            verdict=type(verdict).__name__,
            exc_info=None if isinstance(error, GraphError) else error,
        )
        match verdict:
            case Wait(until):
                inbox.wait(session, claim, until, text)
            case WaitMailbox(until, denied):
                inbox.wait(session, claim, until, text)
                inbox.wait_all(session, account_id, until, text)
                if denied:
                    pause(session.get_one(Account, account_id), text)
            case Park():
                inbox.park(session, claim, text)

    def _finish(self, claims: Sequence[Claim]) -> None:
        with self.database.writing() as session:
            inbox.finish(session, claims)

    def _resume(self, account: Account) -> None:
        with self.database.writing() as session:
            resume(session.get_one(Account, account.id))


def _describe(error: Exception) -> str:
    """What may be kept and shown: an error of ours speaks for itself, of others only the kind is told."""
    return str(error) if isinstance(error, GraphError) else type(error).__name__
