"""The peer of the webhook: Flask under the same gunicorn settings, and one durable row a notification.

`python -m benchmarks.bare_webhook DATABASE_URL HOST:PORT`. It believes everything that it is told.
"""

import sys
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, request

from benchmarks import bare_tables
from benchmarks.bare_tables import Write
from server.cli.run import _WebServer

CREATE = (
    "CREATE TABLE notification (id {key}, subscription_id VARCHAR NOT NULL, graph_id VARCHAR NOT NULL,"
    " change_type VARCHAR NOT NULL)"
)
TABLE = "notification (subscription_id, graph_id, change_type)"


def create_app(write: Write) -> Flask:
    app = Flask(__name__)

    @app.get("/readyz")
    def ready() -> Response:
        return Response(status=200)

    @app.post("/graph/notifications")
    def notifications() -> Response:
        write({TABLE: [_row(item) for item in request.get_json()["value"]]})
        return Response(status=202)

    return app


def _row(item: dict[str, Any]) -> tuple[str, str, str]:
    return item["subscriptionId"], item["resourceData"]["id"], item["changeType"]


if __name__ == "__main__":
    url, bind = sys.argv[1:]
    with bare_tables.opened(url, [CREATE]) as written:
        _WebServer(SimpleNamespace(bind=bind), create_app(written)).run()  # type: ignore[arg-type]
