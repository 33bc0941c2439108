"""The program as the machine drives it: started anew in a blink, killed at a step, disturbed in its work."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, text
from werkzeug.test import TestResponse

from server import steps
from server.accounts.accounts import account_at, add_account
from server.accounts.models import Account, Visibility
from server.clients.models import Client, ClientAddress, DirectoryVersion
from server.db import Base
from server.ingest.census import request_census
from server.ingest.models import InboxItem, ItemState
from server.ingest.upkeep import request_sync
from server.mail import MailboxUser
from server.records.catalog import add_areas, add_reasons
from server.steps import Step
from simulator.scenarios.firm import build_firm
from simulator.tenant import CLIENT_ID
from tests.firm import SINCE
from tests.stepped import Stepped
from tests.witness import Witness

ANA, MARTA, JORGE = (f"{name}@ribera.example" for name in ("ana", "marta", "jorge"))
MAILBOXES = (ANA, MARTA)
CHOICES = ("Uno", "Dos", "Tres")
PROMPT = timedelta(minutes=1)
# Upkeep syncs what is ten minutes old, and a mail that is not there is tried for just over ten.
HEALING = timedelta(minutes=11)
LONGER_THAN_A_LEASE = timedelta(minutes=1)
TOKENS_LAST = timedelta(minutes=50)
MORNING_HOUR = 8
UNUSED_FOLDERS = ("archive", "conversationhistory", "syncissues")


class Died(BaseException):
    """A process that is killed: nothing of the product may catch it."""


class Program(Stepped):
    """Ana's public and Marta's private mailbox are watched; each story begins with them empty."""

    _started: datetime

    def clear(self) -> None:
        """Forget everything that was; it is tomorrow morning again."""
        self.simulator.reset()
        morning = self.simulator.clock().replace(hour=MORNING_HOUR, minute=0) + timedelta(days=1)
        super().advance(morning - self.simulator.clock())
        build_firm(self.simulator.world)
        for mailbox in MAILBOXES:
            for folder in UNUSED_FOLDERS:
                self.simulator.world.delete_folder(mailbox, folder)
        self._empty_database()
        self.witness = Witness(self.simulator)
        self.accounts = {}
        self.restart()

    def begin(self) -> None:
        """Set the firm up and read what is there."""
        self.import_clients()
        self.add_accounts(SINCE, MAILBOXES)
        with self.database.writing() as session:
            add_reasons(session, CHOICES)
            add_areas(session, CHOICES)
        self.settle()

    def settle_promptly(self) -> None:
        """Work as long as there is something to do within a minute."""
        self._settle_until(self.clock() + PROMPT)

    def heal(self) -> None:
        """No more faults, and as much time as a sync by the clock needs."""
        self.simulator.faults.clear()
        self.settle()
        self.advance(HEALING)
        self._settle_until(self.clock() + HEALING)

    def take_census(self) -> None:
        with self.database.writing() as session:
            request_census(session, session.scalars(select(Account.id)).all(), self.clock())

    def sync(self) -> None:
        with self.database.writing() as session:
            request_sync(session, list(session.scalars(select(Account.id))), self.clock())

    def change_visibility(self, mailbox: str) -> None:
        """From public to private or back, as the administrator's command does it."""
        with self.database.writing() as session:
            account = account_at(session, mailbox)
            assert account is not None
            user = MailboxUser(account.entra_id, account.name, account.address)
            was_public = account.visibility is Visibility.PUBLIC
            add_account(
                session,
                user,
                visibility=Visibility.PRIVATE if was_public else Visibility.PUBLIC,
                owner=user,
                since=account.since,
                now=self.clock(),
            )

    def die_at(self, step: Step, passing: int) -> bool:
        """Work until a step of capture is reached for the `passing`th time, and die there.

        A new process takes over when the lease has run out. False if there was not enough work to die of.
        """

        def die() -> None:
            raise Died

        try:
            with self._watched(step, passing, die):
                self.worker.run_until_idle()
        except Died:
            self.advance(LONGER_THAN_A_LEASE)
            self.restart()
            return True
        return False

    def work_meanwhile(self, step: Step, happens: Callable[[], None]) -> None:
        """Work, and let something happen when a step outside of transactions is reached."""

        def disturb() -> None:
            happens()
            self.simulator.notifications.wait_until_idle()

        with self._watched(step, 1, disturb):
            self.worker.run_until_idle()

    @contextmanager
    def unheard(self, holds: bool = True) -> Iterator[None]:
        """What happens in the block is told to nobody: Graph loses its notifications."""
        if holds:
            self.simulator.faults.drop_notifications(share=1.0)
        yield
        self.simulator.faults.drop_notifications()

    def ask(self, person: str, method: str, path: str, **parts: Any) -> TestResponse:
        """A request of somebody's pane."""
        scope = f"{self.simulator.application.api_uri}/access_as_user"
        token = self.simulator.identity.token_for(person, CLIENT_ID, scope)["access_token"]
        headers = {"Authorization": f"Bearer {token}", **parts.pop("headers", {})}
        return self.app.test_client().open(path, method=method, headers=headers, **parts)

    def advance(self, duration: timedelta) -> None:
        """MSAL renews tokens by the machine's clock, which does not move with ours: a new process helps."""
        super().advance(duration)
        if self.clock() - self._started > TOKENS_LAST:
            self.restart()

    def restart(self) -> None:
        self._started = self.clock()
        self.simulator.notifications.wait_until_idle()
        super().restart()

    @contextmanager
    def _watched(self, step: Step, passing: int, act: Callable[[], None]) -> Iterator[None]:
        """`act` once the step is passed that often in this thread; the web server's are left alone."""
        mine, left = threading.get_ident(), passing

        def watch(reached: Step) -> None:
            nonlocal left
            if reached is step and threading.get_ident() == mine:
                left -= 1
                if left == 0:
                    act()

        steps.watch(watch)
        try:
            yield
        finally:
            steps.watch()

    def _settle_until(self, end: datetime) -> None:
        self.settle()
        while (due := self._next_due()) is not None and due <= end:
            self.advance(max(due - self.clock(), timedelta()) + timedelta(seconds=1))
            self.settle()

    def _next_due(self) -> datetime | None:
        with self.database.reading() as session:
            return session.scalar(
                select(func.min(InboxItem.due_at)).where(InboxItem.state == ItemState.WAITING)
            )

    def _empty_database(self) -> None:
        """All but the clients, whom the import puts right, and what says how old a copy of them is."""
        kept = {table.__tablename__ for table in (Client, ClientAddress, DirectoryVersion)}
        doomed = [table for table in Base.metadata.sorted_tables if table.name not in kept]
        with self.database.writing() as session:
            if self.database.is_sqlite:
                for table in reversed(doomed):
                    session.execute(delete(table))
            else:
                names = ", ".join(table.name for table in doomed)
                session.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
