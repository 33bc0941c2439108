"""The program under a clock that tests move: it works when it is told to, in the test's own thread."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
from sqlalchemy import func, select
from werkzeug.test import run_wsgi_app

from server.ingest.models import InboxItem, ItemState
from server.settings import Settings
from simulator import Simulator
from simulator.tenant import CLIENT_ID
from tests.live import Live
from tests.witness import Witness

MINUTE = timedelta(minutes=1)


class Stepped(Live):
    """Its clock is Microsoft's plus `skew`."""

    def __init__(self, simulator: Simulator, settings: Settings) -> None:
        self.skew = timedelta()
        self.witness = Witness(simulator)
        super().__init__(simulator, settings)

    def clock(self) -> datetime:
        return self.simulator.clock() + self.skew

    def settle(self) -> None:
        """Let Graph deliver everything, and the worker do all that is due now."""
        while True:
            self.simulator.notifications.wait_until_idle()
            self.worker.run_until_idle()
            self.witness.look(self.database)
            if not self.overdue():
                return

    def pass_time(self, duration: timedelta, step: timedelta = MINUTE) -> None:
        """Let time go by in steps, and after each the worker do what is due then."""
        end = self.simulator.clock() + duration
        while (left := end - self.simulator.clock()) > timedelta():
            self.advance(min(step, left))
            self.settle()

    def advance(self, duration: timedelta) -> None:
        """Let time go by while nobody works."""
        self.simulator.clock.advance(duration)

    def restart(self) -> None:
        """The process ends and another begins: what is not in the database is forgotten."""
        self.close()
        self.build()

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
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The web server's application, with the witness beside it."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        content, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        if environ["PATH_INFO"].startswith("/graph/") and status.startswith("2") and body:
            self.witness.acknowledged(self.database, body)
        start_response(status, headers.to_wsgi_list())
        return content
