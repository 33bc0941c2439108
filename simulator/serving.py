"""Listeners: HTTP/1.1 with keep-alive on loopback, plain or TLS."""

import socket
import ssl
import threading
from contextlib import suppress
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, cast

from werkzeug.datastructures import Headers
from werkzeug.serving import DechunkedInput, ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
HANDSHAKE_TIMEOUT_S = 30.0
POLL_S = 0.05


class KeepAliveHandler(WSGIRequestHandler):
    """Answers many requests on one connection, each in one send, and writes no access log."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Buffered, so that header and body leave together: two small sends would wait for a delayed ACK.
    wbufsize = -1

    def run_wsgi(self) -> None:
        self.environ = environ = self.make_environ()
        # Read before answering, so that the next request on the connection begins where this one ends.
        environ["wsgi.input"] = BytesIO(self._request_body())
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        content, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        self._answer(status, headers, b"".join(content))

    def log(self, type: str, message: str, *args: Any) -> None:
        """Says nothing: the simulator keeps its own log of requests."""

    def _request_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return DechunkedInput(cast(IO[bytes], self.rfile)).read() or b""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, status: str, headers: Headers, body: bytes) -> None:
        code, _, reason = status.partition(" ")
        declared = int(headers.get("Content-Length", len(body)))
        if declared != len(body) and self.command != "HEAD":
            self.close_connection = True
        headers["Content-Length"] = str(declared)
        headers["Connection"] = "close" if self.close_connection else "keep-alive"
        self.send_response(int(code), reason)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()


class Listener(ThreadedWSGIServer):
    """A WSGI server on a loopback port (0: a free one) that can be closed with its connections."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, port: int, app: "WSGIApplication", tls: ssl.SSLContext | None = None) -> None:
        super().__init__(HOST, port, app, KeepAliveHandler)
        # Each connection shakes hands in its own thread: a silent client must not hold up the others.
        self.ssl_context = tls
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(
            target=self.serve_forever, args=(POLL_S,), name=f"listener-{self.port}"
        )

    def start(self) -> None:
        self._thread.start()

    def cut(self) -> None:
        """Stops listening and ends every open connection."""
        with self._open_lock:
            self._closing = True
        self.shutdown()
        with self._open_lock:
            for connection in self._open:
                _end(connection)

    def join(self) -> None:
        """Waits until whatever was being answered is."""
        self._thread.join()

    def finish_request(self, request: Any, client_address: Any) -> None:
        connection = self._secured(request)
        try:
            if self._remember(connection):
                super().finish_request(connection, client_address)
        finally:
            with self._open_lock:
                self._open.discard(connection)
            connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: what goes wrong on a connection is the client's to report."""

    def _secured(self, request: socket.socket) -> socket.socket:
        if self.ssl_context is None:
            return request
        request.settimeout(HANDSHAKE_TIMEOUT_S)
        secured = self.ssl_context.wrap_socket(request, server_side=True)
        secured.settimeout(None)
        return secured

    def _remember(self, connection: socket.socket) -> bool:
        with self._open_lock:
            self._open.add(connection)
            return not self._closing


def bound(port: int) -> socket.socket:
    """A socket that holds a loopback port and does not listen there."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind((HOST, port))
    return place


def _end(connection: socket.socket) -> None:
    # An OSError says that the client was faster.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
