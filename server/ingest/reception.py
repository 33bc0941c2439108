"""Taking in what Graph reports: whatever is genuine stands in the inbox before Graph is answered."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog

from server.db import Database
from server.graph.notifications import Notification, is_genuine
from server.ingest.engines import Engine
from server.ingest.inbox import Task, put
from server.ingest.models import Kind
from server.ingest.subscribe import hear, known_subscriptions
from server.ingest.together import Together
from server.steps import Step, reached

Delivery = Sequence[Notification]
# https://learn.microsoft.com/graph/change-notifications-lifecycle-events
LIFECYCLE = {
    "reauthorizationRequired": (Kind.RENEW,),
    "subscriptionRemoved": (Kind.SUBSCRIBE, Kind.SYNC),
    "missed": (Kind.SYNC,),
}
log = structlog.get_logger(__name__)


class Reception:
    """Deliveries that come at the same time are kept in one transaction."""

    def __init__(
        self, database: Database, engine: Engine, tenant_id: str, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._engine = engine
        self._tenant_id = tenant_id
        self._clock = clock
        self._together = Together(self._keep)

    def receive(self, delivery: Delivery) -> None:
        """Return when all of it that is genuine is committed."""
        self._together.write(delivery)

    def _keep(self, deliveries: Sequence[Delivery]) -> None:
        received = [item for delivery in deliveries for item in delivery]
        with self._database.reading() as session:
            known = known_subscriptions(session, [item.subscription_id for item in received])
        genuine = [
            (item, known[item.subscription_id].account_id)
            for item in received
            if is_genuine(item, known.get(item.subscription_id), self._tenant_id)
        ]
        if refused := len(received) - len(genuine):
            log.warning("notifications refused", count=refused)
        tasks = list(dict.fromkeys(_tasks(genuine)))
        if not tasks:
            return
        reached(Step.HINTS_RECEIVED)
        heard = {item.subscription_id: known[item.subscription_id] for item, _ in genuine}
        with self._database.writing() as session:
            put(session, tasks, self._clock())
            hear(session, heard, self._clock())
        reached(Step.HINTS_KEPT)
        self._engine.wake({task.account_id for task in tasks})


def _tasks(genuine: Iterable[tuple[Notification, int]]) -> Iterable[Task]:
    for item, account_id in genuine:
        if item.lifecycle_event:
            for kind in LIFECYCLE.get(item.lifecycle_event, ()):
                yield Task(account_id, kind)
        elif item.message_id:
            yield Task(account_id, Kind.MESSAGE, item.message_id)
