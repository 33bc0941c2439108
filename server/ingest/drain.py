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
from server.graph.delta import DeltaPage
from server.graph.errors import (
    DeltaExpired,
    GraphError,
    GraphRejected,
    NotFound,
    ResourceNotFound,
    UnreadableAnswer,
)
from server.ingest import census, folder_tree, inbox
from server.ingest.filing_desk import FilingDesk, Result
from server.ingest.gateway import Gateway
from server.ingest.inbox import Claim, Task
from server.ingest.models import Folder, Kind
from server.ingest.outcomes import Park, Wait, WaitMailbox, outcome
from server.ingest.subscribe import distrust, renew, subscribe
from server.mail import Message
from server.records.attachments import other_copies, set_attachments
from server.records.copies import held_in, note_gone, seen, was_seen
from server.records.models import Path
from server.steps import Step, reached

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
        reached(Step.WORK_CLAIMED)
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
                self._list_attachments(account, claims)
            case Kind.SYNC:
                self._sync(account, claims[0])
            case Kind.SUBSCRIBE:
                subscribe(self.database, self.graph.subscriptions, account, self.clock())
                self._finish(claims)
            case Kind.RENEW:
                renew(self.database, self.graph.subscriptions, account, self.clock())
                self._finish(claims)
            case Kind.CENSUS:
                self._count(account, claims)
        return True

    def _read_messages(self, account: Account, claims: Sequence[Claim]) -> bool:
        found = self.graph.messages.get_all(account.entra_id, [claim.graph_id for claim in claims])
        messages = [message for message in found if isinstance(message, Message)]
        self._learn_folders(account, messages)
        reached(Step.MESSAGES_READ)
        with self.database.writing() as session:
            results = self._file(session, account, messages, claims[0].path)
            reached(Step.MESSAGE_FILED)
            for claim, read in zip(claims, found, strict=True):
                result = read if isinstance(read, GraphError) else results[read.graph_id]
                self._conclude(session, account, claim, result)
            reached(Step.WORK_FINISHED)
        reached(Step.MESSAGES_COMMITTED)
        return bool(messages)

    def _list_attachments(self, account: Account, claims: Sequence[Claim]) -> None:
        listed = self.graph.messages.attachments_of(account.entra_id, [claim.graph_id for claim in claims])
        reached(Step.ATTACHMENTS_LISTED)
        with self.database.writing() as session:
            for claim, found in zip(claims, listed, strict=True):
                if _is_gone(found):
                    self._ask_colleagues(session, account, claim)
                elif isinstance(found, GraphError):
                    self._fail(session, account.id, claim, found)
                    continue
                else:
                    set_attachments(session, account.id, claim.graph_id, found)
                inbox.finish(session, [claim])

    def _ask_colleagues(self, session: Session, account: Account, claim: Claim) -> None:
        """This copy was deleted; a colleague's shows the same attachments."""
        others = other_copies(session, account.id, claim.graph_id)
        tasks = [Task(other_id, Kind.ATTACHMENTS, graph_id) for other_id, graph_id in others]
        inbox.put(session, tasks, self.clock())

    def _sync(self, account: Account, claim: Claim) -> None:
        """One page of one folder; the item stays until every folder has been walked."""
        with self.database.reading() as session:
            folder = folder_tree.next_pending(session, account.id)
        if folder is None:
            return self._begin_round(account, claim)
        try:
            page = self.graph.delta.page(account.entra_id, folder.graph_id, folder.link)
        except DeltaExpired:
            if not folder.link:
                raise
            return self._start_over(folder)
        except GraphRejected as error:
            if not folder.link:
                raise
            self._start_over(folder)
            raise UnreadableAnswer("a link into a folder is not understood") from error
        except ResourceNotFound:
            raise
        except NotFound:
            return self._forget(account, folder, claim)
        if folder_tree.is_circle(folder, page.link, is_last=page.is_last):
            self._start_over(folder)
            raise UnreadableAnswer("the pages of a folder lead in a circle")
        reached(Step.PAGE_READ)
        with self.database.writing() as session:
            self._file_page(session, account, folder, page)
            reached(Step.PAGE_FILED)
            self._end_round(session, account, claim)
        reached(Step.PAGE_COMMITTED)

    def _begin_round(self, account: Account, claim: Claim) -> None:
        folder_tree.refresh_folders(self.database, self.graph.folders, account)
        with self.database.writing() as session:
            folder_tree.begin_round(session, account.id)
            self._end_round(session, account, claim)
        reached(Step.ROUND_BEGUN)

    def _start_over(self, folder: Folder) -> None:
        reached(Step.FOLDER_EXPIRED)
        with self.database.writing() as session:
            folder_tree.start_over(session, folder.id)

    def _forget(self, account: Account, folder: Folder, claim: Claim) -> None:
        """The folder is gone; its mail has been seen elsewhere or is gone with it."""
        reached(Step.FOLDER_GONE)
        with self.database.writing() as session:
            folder_tree.forget(session, folder)
            self._end_round(session, account, claim)

    def _file_page(self, session: Session, account: Account, folder: Folder, page: DeltaPage) -> None:
        unannounced = self._unannounced(session, account, page)
        results = self._file(session, account, page.messages, Path.DELTA)
        # What could not be filed from the page gets its own tries and, at last, its own place
        # among what is parked; the page itself is done.
        failed = [graph_id for graph_id, result in results.items() if isinstance(result, Exception)]
        # What left this folder may have been moved or deleted; only the mailbox knows.
        left = held_in(session, account.id, folder.graph_id, page.removed)
        again = [*failed, *filter(None, page.unreadable), *left]
        inbox.put(session, [Task(account.id, Kind.MESSAGE, i, Path.DELTA) for i in again], self.clock())
        inbox.settle(session, account.id, results.keys() - set(failed))
        distrust(session, account.id, unannounced, self.clock())
        read = max(1, len(page.messages) + len(page.removed))
        folder_tree.move_on(session, folder, page.link, read=read, is_last=page.is_last)

    def _unannounced(self, session: Session, account: Account, page: DeltaPage) -> list[Message]:
        """The mail that neither a notification nor anything else has shown us before."""
        ids = [message.graph_id for message in page.messages]
        known = seen(session, account.id, ids) | inbox.asked_for(session, account.id, ids)
        return [message for message in page.messages if message.graph_id not in known]

    def _count(self, account: Account, claims: Sequence[Claim]) -> None:
        """One page of a census; the item stays until the mailbox has been gone through."""
        is_done = census.take_page(self.database, self.graph, account, self.clock())
        with self.database.writing() as session:
            if is_done:
                inbox.finish(session, claims)
            else:
                inbox.queue_again(session, claims[0], self.clock())
        reached(Step.CENSUS_PAGE_COUNTED)

    def _end_round(self, session: Session, account: Account, claim: Claim) -> None:
        session.flush()
        if folder_tree.next_pending(session, account.id) is None:
            if folder_tree.is_known(session, account.id):
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
        elif _is_gone(result) and was_seen(session, account.id, claim.graph_id):
            # A draft that was sent, or mail that was deleted after it was looked at.
            note_gone(session, account.id, claim.graph_id, self.clock())
            inbox.finish(session, [claim])
        else:
            self._fail(session, account.id, claim, result)

    def _fail_all(self, account: Account, claims: Sequence[Claim], error: Exception) -> None:
        reached(Step.FAULT_MET)
        with self.database.writing() as session:
            for claim in claims:
                self._fail(session, account.id, claim, error)

    def _fail(self, session: Session, account_id: int, claim: Claim, error: Exception) -> None:
        now = self.clock()
        verdict = outcome(error, claim.kind, claim.attempts, now, random.random())  # noqa: S311
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
                inbox.wait(session, claim, now, until, text)
            case WaitMailbox(until, denied):
                inbox.wait(session, claim, now, until, text)
                inbox.wait_all(session, account_id, now, until, text)
                if denied:
                    pause(session.get_one(Account, account_id), text)
            case Park():
                inbox.park(session, claim, text)

    def _finish(self, claims: Sequence[Claim]) -> None:
        with self.database.writing() as session:
            inbox.finish(session, claims)
        reached(Step.SUBSCRIPTION_IN_ORDER)

    def _resume(self, account: Account) -> None:
        """The mailbox is open again: close the gap, and see whether Graph still reports on it."""
        now = self.clock()
        with self.database.writing() as session:
            resume(session.get_one(Account, account.id))
            inbox.retry(session, now, account_id=account.id)
            inbox.put(session, [Task(account.id, Kind.RENEW), Task(account.id, Kind.SYNC)], now)
        reached(Step.MAILBOX_OPEN_AGAIN)


def _is_gone(result: object) -> bool:
    """The item alone is not there; without the mailbox itself, nothing is known of it."""
    return isinstance(result, NotFound) and not isinstance(result, ResourceNotFound)


def _describe(error: Exception) -> str:
    """What may be kept and shown: an error of ours speaks for itself, of others only the kind is told."""
    return str(error) if isinstance(error, GraphError) else type(error).__name__
