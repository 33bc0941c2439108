"""A rehearsal of a back-fill: what it would bring into the register, with nothing stored.

The worker's own hands read the mailbox and file it into a register in memory, so that the figures are
those of the real back-fill by construction. They are for an administrator, who has no right to content:
numbers, and the clients' codes and names.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, or_, select

from server.accounts.accounts import add_account, resume
from server.accounts.models import Account, AccountState, Visibility
from server.accounts.staff import update_staff
from server.db import Database
from server.graph.client import GraphClient
from server.graph.delta import Delta, DeltaPage
from server.graph.errors import GraphError
from server.graph.messages import Messages
from server.ingest import folder_tree, inbox, lease
from server.ingest.backfill import Backfill, progress
from server.ingest.drain import Drain
from server.ingest.figures import Figures, figures
from server.ingest.filing_desk import FilingDesk
from server.ingest.gateway import Gateway
from server.ingest.inbox import Task
from server.ingest.models import InboxItem, ItemState, Kind
from server.ingest.trial_register import TrialRegister
from server.mail import MailboxUser, Message

# A single mail that cannot be read is asked for this often, then it is counted as unread.
TRIES_OF_A_MAIL = 3
# After so many faults on end, about a minute, somebody should know.
TRIES_OF_THE_MAILBOX = 6
LONGEST_PAUSE_S = 1.0
GIVE_WAY_S = 0.3


class RehearsalFailed(Exception):
    """The mailbox cannot be read to its end; the text says why."""


def rehearse(
    database: Database,
    graph: Gateway,
    mailbox: MailboxUser,
    *,
    since: datetime,
    clock: Callable[[], datetime],
    pause: Callable[[float], object] = time.sleep,
) -> Iterator[Backfill | Figures]:
    """Read a mailbox as its back-fill from `since` on would; gives how far it is, and the figures at last.

    The mailbox need not be an account. `pause` waits some seconds. Raises GraphError and RehearsalFailed.
    """
    members = list(graph.users.members())
    trial = TrialRegister(database)
    try:
        account_id = _watch(trial.database, [*members, mailbox], mailbox, since, clock())
        yield from _Rehearsal.of(database, graph, trial, account_id, clock, pause).run()
    finally:
        trial.close()


def _watch(
    database: Database, staff: list[MailboxUser], mailbox: MailboxUser, since: datetime, now: datetime
) -> int:
    """Add the account there, as an administrator does here; gives its id."""
    with database.writing() as session:
        update_staff(session, staff)
        account, _ = add_account(
            session, mailbox, visibility=Visibility.PUBLIC, owner=None, since=since, now=now
        )
        resume(account)
        folder_tree.begin_backfill(session, account.id)
        inbox.put(session, [Task(account.id, Kind.SYNC)], now)
        return account.id


@dataclass(frozen=True, slots=True)
class _Rehearsal:
    real: Database
    client: GraphClient
    trial: TrialRegister
    drain: Drain
    met: set[str]
    account_id: int
    clock: Callable[[], datetime]
    pause: Callable[[float], object]

    @classmethod
    def of(
        cls,
        real: Database,
        graph: Gateway,
        trial: TrialRegister,
        account_id: int,
        clock: Callable[[], datetime],
        pause: Callable[[float], object],
    ) -> "_Rehearsal":
        met: set[str] = set()
        watched = replace(
            graph,
            delta=_Delta(graph.client, trial, met),
            messages=_Messages(graph.client, trial),
        )
        drain = Drain(trial.database, watched, FilingDesk(), clock)
        return cls(real, graph.client, trial, drain, met, account_id, clock, pause)

    def run(self) -> Iterator[Backfill | Figures]:
        while item := self._next():
            wait_s = (item.due_at - self.clock()).total_seconds()
            if wait_s > 0:
                self.pause(min(wait_s, LONGEST_PAUSE_S))
            else:
                self._step(item.account_id)
            yield self._progress()
        yield self._figures()

    def _next(self) -> InboxItem | None:
        """What is to be done first; None at the end."""
        single_mail = and_(
            InboxItem.kind == Kind.MESSAGE,
            InboxItem.state == ItemState.WAITING,
            InboxItem.attempts < TRIES_OF_A_MAIL,
            Account.state == AccountState.ACTIVE,
        )
        query = (
            select(InboxItem)
            .join(Account, InboxItem.account_id == Account.id)
            .where(or_(InboxItem.kind == Kind.SYNC, single_mail))
            .order_by(InboxItem.due_at)
        )
        with self.trial.database.reading() as session:
            account = session.get_one(Account, self.account_id)
            item = session.scalars(query).first()
        if account.state is AccountState.PAUSED:
            raise RehearsalFailed(account.pause_reason)
        if item and (item.state is ItemState.PARKED or item.attempts >= TRIES_OF_THE_MAILBOX):
            raise RehearsalFailed(item.last_error)
        return item

    def _step(self, account_id: int) -> None:
        """One step of the worker, with the mailbox held if the real worker reads it too."""
        if not self.trial.is_watched(account_id):
            self.drain.step(account_id)
            return
        try:
            with lease.held(self.real, self.client, account_id, self.clock):
                self.drain.step(account_id)
        except lease.MailboxBusy:
            return
        with self.real.reading() as session:
            is_waited_for = account_id in inbox.due_accounts(session, self.clock())
        if is_waited_for:
            # What comes in must be filed within seconds, however long this takes.
            self.pause(GIVE_WAY_S)

    def _progress(self) -> Backfill:
        with self.trial.database.reading() as session:
            return progress(session, self.clock(), [self.account_id])[0]

    def _figures(self) -> Figures:
        with self.trial.database.reading() as session:
            return figures(
                session,
                self.account_id,
                self.met,
                known_messages=self.trial.known_messages(),
                known_records=self.trial.known_records(),
            )


class _Delta(Delta):
    """Before a page is filed, the trial register learns what the real one knows of its mails."""

    def __init__(self, client: GraphClient, trial: TrialRegister, met: set[str]) -> None:
        super().__init__(client)
        self._trial = trial
        self._met = met

    def page(self, mailbox: str, folder_id: str, link: str) -> DeltaPage:
        page = super().page(mailbox, folder_id, link)
        self._met.update(page.unreadable, (message.graph_id for message in page.messages))
        self._trial.bring(mailbox, page.messages)
        return replace(page, messages=tuple(map(_bare, page.messages)))


class _Messages(Messages):
    """The same for mails that are read one by one, because what came later concerns them."""

    def __init__(self, client: GraphClient, trial: TrialRegister) -> None:
        super().__init__(client)
        self._trial = trial

    def get_all(self, mailbox: str, graph_ids: Sequence[str]) -> list[Message | GraphError]:
        found = super().get_all(mailbox, graph_ids)
        self._trial.bring(mailbox, [each for each in found if isinstance(each, Message)])
        return [_bare(each) if isinstance(each, Message) else each for each in found]


def _bare(message: Message) -> Message:
    """Without what decides nothing: it need not even be in memory, and no attachments be listed."""
    return replace(message, preview="", web_link="", has_attachments=False)
