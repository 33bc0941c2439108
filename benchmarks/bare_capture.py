"""The peer of capture: a notification in, one GET, one row out, in the simplest way that works.

`python -m benchmarks.bare_capture DATABASE_URL HOST:PORT`, with the environment of the product. It keeps
what it is told in memory, so that whatever is under way is lost when it ends.
"""

import os
import queue
import sys
import threading
from types import SimpleNamespace
from typing import Any

import httpx
from flask import Flask, Response, request

from benchmarks import bare_graph, bare_mails, bare_tables
from benchmarks.bare_tables import Write
from server.cli.run import _WebServer

READERS = 4
Told: queue.Queue[str] = queue.Queue()


def create_app() -> Flask:
    app = Flask(__name__)

    @app.get("/readyz")
    def ready() -> Response:
        return Response(status=200)

    @app.post("/graph/notifications")
    def notifications() -> Response:
        if token := request.args.get("validationToken"):
            return Response(token, mimetype="text/plain")
        for item in request.get_json()["value"]:
            Told.put(item["resource"])
        return Response(status=202)

    return app


def start(write: Write) -> None:
    for _ in range(READERS):
        threading.Thread(target=_read, args=(write,), daemon=True).start()


def _read(write: Write) -> None:
    with bare_graph.connected(os.environ) as graph:
        while True:
            _read_one(graph, Told.get(), write)


def _read_one(graph: httpx.Client, resource: str, write: Write) -> None:
    mail = bare_graph.message(graph, resource)
    write({bare_mails.TABLE: [bare_mails.row(mail)]})


class _Server(_WebServer):
    """Reading begins after the fork."""

    def __init__(self, bind: str, write: Write) -> None:
        settings: Any = SimpleNamespace(bind=bind)
        super().__init__(settings, create_app(), after_start=lambda: lambda: start(write))


if __name__ == "__main__":
    url, bind = sys.argv[1:]
    with bare_tables.opened(url, bare_mails.CREATE) as written:
        _Server(bind, written).run()
