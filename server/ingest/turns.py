"""Working on one mailbox for a while, whoever wakes us for it."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime

from server.db import Database
from server.graph.client import GraphClient
from server.ingest import inbox, lease
from server.ingest.drain import Drain
from server.steps import Step, reached

STEPS_PER_TURN = 10


class Turns:
    """Takes turns with mailboxes for one process; any number of threads may take them at once."""

    def __init__(
        self, database: Database, client: GraphClient, drain: Drain, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._client = client
        self._drain = drain
        self._clock = clock
        self._process = uuid.uuid4().hex
        self.stopping = threading.Event()

    def due(self) -> list[int]:
        """The accounts with due work whose mailbox is free, in the order of their turns."""
        with self._database.reading() as session:
            return inbox.due_accounts(session, self._clock())

    def take_next(self) -> bool:
        """Work on the mailbox whose turn it is; False when nothing is due."""
        return any(self.take(account_id) for account_id in self.due())

    def take(self, account_id: int) -> bool:
        """Work on a mailbox for some steps; False if there was nothing to do or somebody else has it."""
        holder = f"{self._process}-{threading.get_ident()}"
        worked = False
        counted = self._client.sent
        for _ in range(STEPS_PER_TURN):
            before, counted = counted, self._client.sent
            if self.stopping.is_set() or not self._enter(account_id, holder, counted - before):
                break
            reached(Step.MAILBOX_TAKEN)
            if not self._drain.step(account_id):
                break
            worked = True
        with self._database.writing() as session:
            lease.count(session, account_id, self._client.sent - counted, self._clock())
            lease.release(session, account_id, holder, self._clock())
        reached(Step.MAILBOX_LEFT)
        return worked

    def keep_leases(self) -> None:
        """Extend the leases of the turns that are being taken: a step may be long."""
        with self._database.writing() as session:
            lease.extend(session, self._process, self._clock())

    def _enter(self, account_id: int, holder: str, requests: int) -> bool:
        with self._database.writing() as session:
            lease.count(session, account_id, requests, self._clock())
            return lease.acquire(session, account_id, holder, self._clock())
