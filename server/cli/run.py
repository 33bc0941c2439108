"""`bitacora serve`, `web` and `worker`: the long-running processes."""

import gc
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from server import create_app
from server.cli.database import require_current
from server.composition import make_worker
from server.settings import Settings, SettingsError
from server.web.context import Bitacora

THREADS = 32
GRACE_S = 20


@click.command()
def serve() -> None:
    """Run web server and worker in one process: everything that one machine needs."""
    settings = Settings.load()
    app = _ready_app(settings)
    _WebServer(settings, app, after_start=lambda: make_worker(app.extensions["bitacora"]).start).run()


@click.command()
def web() -> None:
    """Run the web server alone; workers run elsewhere."""
    settings = Settings.load()
    _WebServer(settings, _ready_app(settings)).run()


@click.command()
def worker() -> None:
    """Run a worker alone; any number of them may run."""
    bitacora: Bitacora = _ready_app(Settings.load()).extensions["bitacora"]
    working = make_worker(bitacora)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    working.start()
    try:
        working.wait()
    finally:
        working.stop()


class _WebServer(BaseApplication):
    """Gunicorn with one process: on SQLite a second writer would only wait for the first."""

    def __init__(
        self, settings: Settings, app: Flask, after_start: Callable[[], Callable[[], None]] | None = None
    ) -> None:
        refuse_taken_port(settings.bind)
        self._settings = settings
        self._app = app
        self._after_start = after_start
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self._settings.bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "graceful_timeout": GRACE_S,
            "loglevel": "warning",
            "proc_name": "bitacora",
            "control_socket_disable": True,
            "post_worker_init": self._start_work,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        return self._app

    def _start_work(self, _worker: object) -> None:
        """After the fork: the worker's threads and Graph's event loop must be born in this process."""
        if self._after_start is not None:
            self._after_start()()


def _ready_app(settings: Settings) -> Flask:
    """The program with a database of this version, or a clear refusal."""
    app = create_app(settings)
    engine = app.extensions["bitacora"].database.engine
    require_current(engine)
    # Connections must not be shared with the processes that are forked from this one.
    engine.dispose()
    # What is loaded by now stays. Looking through all of it again and again for garbage would take half of
    # the time of reading many records.
    gc.freeze()
    return app


def refuse_taken_port(bind: str) -> None:
    host, _, port = bind.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            raise SettingsError(
                f"{bind} cannot be listened on ({error.strerror}). "
                "Choose another address with BITACORA_BIND, or end the program that has it."
            ) from None
