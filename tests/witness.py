"""Somebody who watches the program while it works, for what cannot be seen afterwards any more."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.db import Database
from server.ingest.models import Folder, InboxItem, Subscription
from server.records.models import Copy, Record
from simulator import Simulator
from simulator.mailbox import LogEntry
from simulator.tenant import TENANT_ID

Held = tuple[int, str]
LONGEST_ID = 512


class Witness:
    """Notes acknowledgements that were not kept, mails that a cursor passed by, and all that was filed."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.broken_promises: set[Held] = set()
        self.passed_by: set[Held] = set()
        self.filed: set[tuple[str, int]] = set()

    def acknowledged(self, database: Database, body: bytes) -> None:
        """Graph was told 2xx for this delivery: what was genuine in it must be in the database by now."""
        with database.reading() as session:
            promised = set(_promised(session, body))
            self.broken_promises |= promised - _known(session, promised)

    def look(self, database: Database) -> None:
        with database.reading() as session:
            rows = session.execute(select(Record.id, Record.client_id))
            self.filed |= {(str(record_id), client_id) for record_id, client_id in rows}
            passed = set(self._passed(session))
            self.passed_by |= passed - _known(session, passed)

    def _passed(self, session: Session) -> Iterator[Held]:
        """The mails that arrived in a folder before the place where the next visit will begin."""
        query = select(Account.id, Account.entra_id, Folder.graph_id, Folder.link).join(
            Folder, Folder.account_id == Account.id
        )
        with self._simulator.world.lock:
            for account_id, entra_id, folder_id, link in session.execute(query):
                token = link.partition("deltatoken=")[2].partition("&")[0]
                visit = self._simulator.cloud.delta._later.get(token)
                if visit is not None and self._simulator.world.find_user(entra_id):
                    box = self._simulator.world.mailbox(entra_id)
                    shown = {e.id: e.present for e in box.log(folder_id) if _is_shown(e, visit.upto)}
                    here = {message.id for message in box.listed(folder_id)}
                    yield from (
                        (account_id, each) for each, present in shown.items() if present and each in here
                    )


def _is_shown(entry: LogEntry, upto: int) -> bool:
    """Whether delta must have told of it; a return to a folder may never be told of."""
    return entry.sequence <= upto and not (entry.present and entry.moved)


def _promised(session: Session, body: bytes) -> Iterator[Held]:
    items = [item for item in msgspec.json.decode(body).get("value", ()) if isinstance(item, dict)]
    ids = {str(item.get("subscriptionId")) for item in items}
    known = {
        s.graph_id: s for s in session.scalars(select(Subscription).where(Subscription.graph_id.in_(ids)))
    }
    for item in items:
        subscription = known.get(str(item.get("subscriptionId")))
        if subscription is not None and _is_genuine(item, subscription):
            yield subscription.account_id, item["resourceData"]["id"]


def _is_genuine(item: dict[str, Any], subscription: Subscription) -> bool:
    secret = hashlib.sha256(str(item.get("clientState")).encode()).hexdigest()
    graph_id = (item.get("resourceData") or {}).get("id")
    is_id = isinstance(graph_id, str) and len(graph_id) <= LONGEST_ID
    return secret == subscription.client_state_hash and item.get("tenantId") == TENANT_ID and is_id


def _known(session: Session, wanted: set[Held]) -> set[Held]:
    """Which of these mails wait in the inbox or were looked at."""
    ids = [graph_id for _, graph_id in wanted]
    found: set[Held] = set()
    for start in range(0, len(ids), 1000):
        part: list[Any] = ids[start : start + 1000]
        for table in (InboxItem, Copy):
            rows = session.execute(select(table.account_id, table.graph_id).where(table.graph_id.in_(part)))
            found |= {(account_id, graph_id) for account_id, graph_id in rows}
    return found
