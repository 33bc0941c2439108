"""A pane of the tests' own on another origin: nothing but Office.js and the real MSAL.js."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

MSAL = Path(__file__).parents[2] / "addin" / "vendor" / "msal-browser.min.js"
_PANE = """<!doctype html><html lang="es"><title>Pane</title>
<script src="{office_js_url}"></script><script src="/msal.js"></script>
<p>Pane</p></html>"""
_DIALOG = """<!doctype html><html lang="es"><title>Dialog</title><script src="{office_js_url}"></script>
<script>Office.onReady(() => Office.context.ui.messageParent("signed in"));</script></html>"""


class _Handler(BaseHTTPRequestHandler):
    server: "PaneServer"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.requested.append(path)
        content_type, body = self.server.files.get(path, ("text/plain", b"nothing here"))
        self.send_response(200 if path in self.server.files else 404)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class PaneServer(ThreadingHTTPServer):
    """Serves the pane at /addin/taskpane/ of `url` and remembers the paths that were asked for."""

    def __init__(self, office_js_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requested: list[str] = []
        self.files = {
            "/addin/taskpane/": ("text/html", _PANE.format(office_js_url=office_js_url).encode()),
            "/dialog": ("text/html", _DIALOG.format(office_js_url=office_js_url).encode()),
            "/msal.js": ("text/javascript", MSAL.read_bytes()),
        }

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: a page that is closed early breaks its connections."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serve_pane(office_js_url: str) -> Iterator[PaneServer]:
    """A pane that loads Office.js from the given address, gone at the end of the block."""
    server = PaneServer(office_js_url)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
