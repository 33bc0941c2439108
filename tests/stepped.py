"""The program under a clock that tests move: it works when it is told to, in the test's own thread."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
from httpx import WSGITransport
from sqlalchemy import func, select
from werkzeug.test import run_wsgi_app

from server.ingest.models import InboxItem, ItemState
from server.settings import Settings
from simulator import Simulator
from simulator.tenant import CLIENT_ID
from tests.live import Live
from tests.witness import Witness

MINUTE = timedelta(minutes=1)
HELD_UP = timedelta(seconds=30)
LONGEST_STEP = 5 * MINUTE
TOKENS_LAST = 50 * MINUTE


class Stepped(Live):
    """Its clock is Microsoft's plus `skew`; `assigned` is people's word on mails, by Message-ID."""

    def __init__(self, simulator: Simulator, settings: Settings) -> None:
        self.skew = timedelta()
        self.assigned: dict[str, set[str]] = {}
        self.witness = Witness(simulator)
        super().__init__(simulator, settings)

    def clock(self) -> datetime:
        return self.simulator.clock() + self.skew

    def settle(self) -> None:
        """Let Graph deliver everything, and the worker do all that is due now and not held up."""
        self.simulator.notifications.wait_until_quiet()
        held_up = None
        while True:
            self.worker.run_until_idle()
            self.witness.look(self.database)
            # What the worker asked of Graph may have made it deliver more.
            self.simulator.notifications.wait_until_quiet()
            due = self.overdue()
            if due in (0, held_up):
                return
            held_up = due

    def pass_time(self, duration: timedelta, step: timedelta = LONGEST_STEP) -> None:
        """Let time go by, in steps to whatever is due next, and after each let the worker do it."""
        end = self.simulator.clock() + duration
        while (left := end - self.simulator.clock()) > timedelta():
            self.advance(min(step, left, self._wait_for_due()))
            self.settle()

    def advance(self, duration: timedelta) -> None:
        """Let time go by while nobody works.

        MSAL keeps tokens by the machine's clock, which does not move with ours; a new process has none.
        """
        self.simulator.clock.advance(duration)
        if self.simulator.clock() - self._begun > TOKENS_LAST:
            self.restart()

    def build(self) -> None:
        self._begun = self.simulator.clock()
        super().build()

    def restart(self) -> None:
        """The process ends, with no request under way, and another begins that knows the database only."""
        self.simulator.notifications.wait_until_quiet()
        self.close()
        self.build()

    def _wait_for_due(self) -> timedelta:
        """How long it is until some item is due; a while if one is due and held up."""
        query = select(func.min(InboxItem.due_at)).where(InboxItem.state == ItemState.WAITING)
        with self.database.reading() as session:
            due = session.scalar(query)
        if due is None:
            return timedelta.max
        return due - self.clock() if due > self.clock() else HELD_UP

    def overdue(self) -> int:
        """How many inbox items are due now."""
        now = self.clock()
        query = select(func.count()).where(InboxItem.state == ItemState.WAITING, InboxItem.due_at <= now)
        with self.database.reading() as session:
            return session.scalar(query) or 0

    def person(self, address: str) -> httpx.Client:
        """Somebody of the firm with the pane's token; to be closed."""
        scope = f"{self.simulator.application.api_uri}/access_as_user"
        token = self.simulator.identity.token_for(address, CLIENT_ID, scope)["access_token"]
        return self.caller(token)

    def caller(self, token: str = "") -> httpx.Client:
        """Anybody who asks the web server, without a network in between; to be closed."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(transport=WSGITransport(self.answer), base_url=self.url, headers=headers)

    def answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The web server's application, with the witness beside it."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        content, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        if environ["PATH_INFO"].startswith("/graph/") and status.startswith("2") and body:
            self.witness.acknowledged(self.database, body)
        start_response(status, headers.to_wsgi_list())
        return content
