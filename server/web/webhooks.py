"""What Microsoft Graph calls: change and lifecycle notifications.

Nothing here calls Graph or waits for anything but the database. Whatever is genuine is committed before
the answer; whatever is not is answered in the same way, so that a forger learns nothing and Graph does
not repeat it for hours.
"""

import structlog
from flask import Blueprint, Response, request

from server.graph.notifications import NotNotifications, parse
from server.web.context import bitacora

MAX_BODY = 1024 * 1024
MAX_TOKEN = 4096
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
    bitacora().reception.receive(received)
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
