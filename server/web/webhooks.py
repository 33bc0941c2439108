"""What Microsoft Graph calls: change and lifecycle notifications.

Nothing here calls Graph or waits for anything but the database. Whatever is genuine is committed before
the answer; whatever is not is answered in the same way, so that a forger learns nothing and Graph does
not repeat it for hours.
"""

from collections.abc import Iterable

import structlog
from flask import Blueprint, Response, request

from server.graph.notifications import Notification, NotNotifications, is_genuine, parse
from server.ingest.inbox import Task, put
from server.ingest.models import Kind
from server.ingest.subscribe import hear, known_subscriptions
from server.steps import Step, reached
from server.web.context import bitacora

MAX_BODY = 1024 * 1024
MAX_TOKEN = 4096
# https://learn.microsoft.com/graph/change-notifications-lifecycle-events
LIFECYCLE = {
    "reauthorizationRequired": (Kind.RENEW,),
    "subscriptionRemoved": (Kind.SUBSCRIBE, Kind.SYNC),
    "missed": (Kind.SYNC,),
}
log = structlog.get_logger(__name__)
webhooks = Blueprint("webhooks", __name__, url_prefix="/graph")


@webhooks.post("/notifications")
def notifications() -> Response:
    return _receive()


@webhooks.post("/lifecycle")
def lifecycle() -> Response:
    return _receive()


def _receive() -> Response:
    """Graph may send both kinds to either address, and validates both."""
    request.max_content_length = MAX_BODY
    if "validationToken" in request.args:
        return _echo(request.args["validationToken"])
    try:
        received = parse(request.get_data())
    except NotNotifications as error:
        log.warning("delivery refused", reason=str(error))
        return Response(status=400)
    _keep(received)
    return Response(status=202)


def _echo(token: str) -> Response:
    """The handshake: the token, decoded, as plain text that no browser will run."""
    if len(token) > MAX_TOKEN:
        return Response(status=400)
    return Response(
        token,
        mimetype="text/plain",
        headers={"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"},
    )


def _keep(received: list[Notification]) -> None:
    parts = bitacora()
    with parts.database.reading() as session:
        known = known_subscriptions(session, [item.subscription_id for item in received])
    genuine = [
        (item, known[item.subscription_id].account_id)
        for item in received
        if is_genuine(item, known.get(item.subscription_id), parts.settings.tenant_id)
    ]
    if refused := len(received) - len(genuine):
        log.warning("notifications refused", count=refused)
    tasks = list(dict.fromkeys(_tasks(genuine)))
    if not tasks:
        return
    reached(Step.HINTS_RECEIVED)
    heard = {item.subscription_id: known[item.subscription_id] for item, _ in genuine}
    with parts.database.writing() as session:
        put(session, tasks, parts.clock())
        hear(session, heard, parts.clock())
    reached(Step.HINTS_KEPT)
    parts.engine.wake({task.account_id for task in tasks})


def _tasks(genuine: Iterable[tuple[Notification, int]]) -> Iterable[Task]:
    for item, account_id in genuine:
        if item.lifecycle_event:
            for kind in LIFECYCLE.get(item.lifecycle_event, ()):
                yield Task(account_id, kind)
        elif item.message_id:
            yield Task(account_id, Kind.MESSAGE, item.message_id)
