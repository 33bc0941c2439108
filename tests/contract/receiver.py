"""A subscriber of notifications that answers as it is told and remembers what came."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

Answer = Callable[[str], Response]


def echo(token: str) -> Response:
    """The right answer to the validation question."""
    return Response(token, 200, content_type="text/plain")


@dataclass
class Receiver:
    """`validate` answers handshakes; `statuses` are the answers to come, 202 when they run out."""

    url: str
    validate: Answer = echo
    statuses: list[int] = field(default_factory=list)
    handshakes: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def items(self) -> list[dict[str, Any]]:
        """Every notification that came, in order."""
        return [item for post in self.posts for item in post["value"]]

    @property
    def kinds(self) -> list[str]:
        return [item["changeType"] for item in self.items]

    def answer(self, request: Request) -> Response:
        if "validationToken" in request.args:
            self.handshakes.append((request.path, dict(request.headers)))
            return self.validate(request.args["validationToken"])
        status = self.statuses.pop(0) if self.statuses else 202
        if status < 300:
            self.posts.append(request.get_json())
            self.headers.append(dict(request.headers))
        return Response(status=status)


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver on a free port until the block ends."""
    receiver = Receiver("")

    @Request.application
    def app(request: Request) -> Response:
        return receiver.answer(request)

    server = make_server("127.0.0.1", 0, app, threaded=True)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
