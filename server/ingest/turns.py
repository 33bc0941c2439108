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
        self._under_way = set[str]()
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
        holder = uuid.uuid4().hex
        if self.stopping.is_set() or not self._enter(account_id, holder):
            return False
        reached(Step.MAILBOX_TAKEN)
        before = self._client.sent
        try:
            worked = self._work(account_id, holder, before)
            self._leave(account_id, holder, self._client.sent - before)
        finally:
            # If the database was away, the lease is still ours; it runs out, for nobody extends it any more.
            self._under_way.discard(holder)
        return worked

    def keep_leases(self) -> None:
        """Extend the leases of the turns that are being taken: a step may be long."""
        if self._under_way:
            with self._database.writing() as session:
                lease.extend(session, list(self._under_way), self._clock())

    def _enter(self, account_id: int, holder: str) -> bool:
        with self._database.writing() as session:
            is_ours = lease.acquire(session, account_id, holder, self._clock())
        if is_ours:
            self._under_way.add(holder)
        return is_ours

    def _work(self, account_id: int, holder: str, before: int) -> bool:
        for number in range(STEPS_PER_TURN):
            if number and not self._may_go_on(account_id, holder, self._client.sent - before):
                break
            if not self._drain.step(account_id):
                return number > 0
        return True

    def _may_go_on(self, account_id: int, holder: str, requests: int) -> bool:
        if self.stopping.is_set():
            return False
        with self._database.reading() as session:
            return lease.may_go_on(session, account_id, holder, requests, self._clock())

    def _leave(self, account_id: int, holder: str, requests: int) -> None:
        with self._database.writing() as session:
            lease.count(session, account_id, requests, self._clock())
            lease.release(session, account_id, holder, self._clock())
        reached(Step.MAILBOX_LEFT)
