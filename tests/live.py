"""The program at work: web server and worker of this process, against a simulator over HTTP."""

import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import func, inspect, select
from werkzeug.serving import make_server

from server.accounts.accounts import add_account
from server.accounts.models import Visibility
from server.accounts.staff import update_staff
from server.cli.database import migrate_database
from server.clients.client_import import import_clients
from server.clients.import_file import read_rows
from server.clients.import_lines import parse_rows
from server.composition import compose, make_worker
from server.db import Database
from server.ingest.models import InboxItem, ItemState, Subscription
from server.ingest.upkeep import read_again, request_capture
from server.records.assignments import wait_for_filing
from server.settings import Settings
from server.web.context import Bitacora
from simulator import Simulator
from tests.firm import ACCOUNTS, CLIENTS_CSV, SINCE
from tests.waiting import eventually

PRIVATE = {"marta@ribera.example"}
POLL_S = 0.05


def settings_for(simulator: Simulator, database_url: str, data_dir: Path, port: int) -> Settings:
    given = {name.removeprefix("BITACORA_").lower(): value for name, value in simulator.settings().items()}
    return Settings(
        **given,  # type: ignore[arg-type]  # texts, as the environment would give them
        database_url=database_url,
        data_dir=data_dir,
        public_url=f"http://localhost:{port}",
    )


class Live:
    def __init__(self, simulator: Simulator, settings: Settings) -> None:
        self.simulator = simulator
        self.settings = settings
        self.url = settings.public_url
        self.clients_csv = ""
        self.accounts: dict[str, datetime] = {}
        self.build()

    def build(self) -> None:
        """Put a program together that knows no more than what is in the database."""
        self.app = compose(self.settings, self.clock)
        self.parts: Bitacora = self.app.extensions["bitacora"]
        self.worker = make_worker(self.parts)

    def clock(self) -> datetime:
        """The time as the program knows it."""
        return datetime.now(UTC)

    @classmethod
    @contextmanager
    def started(cls, simulator: Simulator, database_url: str, data_dir: Path) -> Iterator[Self]:
        """Web server and worker run until the block ends."""
        with cls.serving(simulator, database_url, data_dir) as live:
            live.worker.start()
            yield live

    @classmethod
    @contextmanager
    def serving(cls, simulator: Simulator, database_url: str, data_dir: Path) -> Iterator[Self]:
        """The web server runs until the block ends; nobody works off what it takes in."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            settings = settings_for(simulator, database_url, data_dir, port)
            live = cls(simulator, settings)
            if not inspect(live.database.engine).has_table("alembic_version"):
                migrate_database(settings)
            server = make_server("127.0.0.1", port, live.answer, threaded=True, fd=listening.fileno())
            thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
            thread.start()
            try:
                yield live
            finally:
                # A request that is under way would keep its connection to the database.
                simulator.notifications.wait_until_quiet()
                server.shutdown()
                thread.join()
                server.server_close()
                live.close()

    def answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The web server's application."""
        return self.app(environ, start_response)

    def close(self) -> None:
        self.worker.stop()
        self.database.engine.dispose()
        self.parts.graph.client.close()

    @property
    def database(self) -> Database:
        return self.parts.database

    def import_clients(self, more: str = "") -> None:
        """The firm's clients, with further lines in the form of the list."""
        self.put_clients(CLIENTS_CSV + more)

    def put_clients(self, clients_csv: str) -> None:
        """Take a list of clients over, as the command does."""
        self.clients_csv = clients_csv
        with self.database.writing() as session:
            wait_for_filing(session)
            import_clients(session, parse_rows(read_rows(self.clients_csv.encode())))
            read_again(session, self.parts.clock())

    def add_accounts(self, since: datetime = SINCE, addresses: Sequence[str] = ACCOUNTS) -> None:
        """Set the firm's accounts up as the administrator does, with what Graph says of them."""
        users = self.parts.graph.users
        mailboxes = [users.get(address) for address in addresses]
        self.accounts |= dict.fromkeys(addresses, since)
        members = list(users.members())
        with self.database.writing() as session:
            update_staff(session, members)
            for mailbox in mailboxes:
                private = mailbox.address in PRIVATE
                account, _ = add_account(
                    session,
                    mailbox,
                    visibility=Visibility.PRIVATE if private else Visibility.PUBLIC,
                    owner=None if mailbox.address.startswith("info@") else mailbox,
                    since=since,
                    now=self.parts.clock(),
                )
                request_capture(session, account.id, self.parts.clock())

    def wait_until_watching(self) -> None:
        """Every account has a subscription and has been walked once."""
        eventually(lambda: self._subscriptions() == len(self.accounts), what="subscribing")
        self.wait_until_idle()

    def wait_until_idle(self, within: float = 60.0) -> None:
        """Graph has delivered everything and nothing is left to do."""
        self.simulator.notifications.wait_until_idle()
        eventually(lambda: not self._due(), within=within, what="working the inbox off")

    def _subscriptions(self) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Subscription)) or 0

    def _due(self) -> int:
        with self.database.reading() as session:
            query = select(func.count()).where(InboxItem.state == ItemState.WAITING)
            return session.scalar(query) or 0
