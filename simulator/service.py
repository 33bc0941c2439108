"""The simulator as a service: two listeners, one application, one world."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.app import create_app
from simulator.certificates import certificate_files
from simulator.clock import Clock
from simulator.cloud import Cloud
from simulator.faults import Faults
from simulator.identity import Identity
from simulator.keys import KeyRing
from simulator.limits import Limits, MailboxUse
from simulator.notifications import Notifications
from simulator.request_log import RequestLog
from simulator.serving import HOST, Listener, bound
from simulator.subscriptions import Subscriptions
from simulator.tenant import CLIENT_ID, CLIENT_SECRET, TENANT_ID, Application
from simulator.world import World


class Simulator:
    """A Microsoft 365 on this machine; ports are free ones unless named.

    `data_dir` receives the certificates. Signing keys and user ids survive `reset`, all else is new after it.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        tls_port: int = 0,
        seed: int = 0,
        public_url: str = "http://localhost:8000",
    ) -> None:
        self.public_url = public_url
        self._files = certificate_files(data_dir)
        self._seed = seed
        self._ring = KeyRing()
        self._app = create_app(self)
        self._plain = Listener(port, self._app)
        self._secure = Listener(tls_port, self._app, self._files.server_context())
        self._places: list[socket.socket] = []
        self.cloud = self._new_cloud()

    @classmethod
    @contextmanager
    def start(
        cls,
        data_dir: Path,
        *,
        port: int = 0,
        tls_port: int = 0,
        seed: int = 0,
        public_url: str = "http://localhost:8000",
    ) -> Iterator["Simulator"]:
        """A running simulator with an empty world, closed at the end of the block."""
        simulator = cls(data_dir, port=port, tls_port=tls_port, seed=seed, public_url=public_url)
        simulator._start_listening()
        try:
            yield simulator
        finally:
            simulator._close()

    @property
    def url(self) -> str:
        """Graph's address, to which clients add /v1.0."""
        return f"http://{HOST}:{self._plain.port}"

    @property
    def browser_url(self) -> str:
        """The plain listener under the name that browsers take for a secure context."""
        return f"http://localhost:{self._plain.port}"

    @property
    def login_url(self) -> str:
        """The authority's address."""
        return f"https://localhost:{self._secure.port}"

    @property
    def ca_bundle(self) -> Path:
        """The authority that clients must trust to reach `login_url`."""
        return self._files.authority

    @property
    def client_certificate(self) -> Path:
        """A private key with its certificate, registered for the application beside the secret."""
        return self._files.client

    @property
    def world(self) -> World:
        return self.cloud.world

    @property
    def clock(self) -> Clock:
        return self.cloud.clock

    @property
    def application(self) -> Application:
        return self.cloud.application

    @property
    def identity(self) -> Identity:
        return self.cloud.identity

    @property
    def faults(self) -> Faults:
        return self.cloud.faults

    @property
    def subscriptions(self) -> Subscriptions:
        return self.cloud.subscriptions

    @property
    def notifications(self) -> Notifications:
        return self.cloud.notifications

    @property
    def requests(self) -> RequestLog:
        return self.cloud.requests

    @property
    def limits(self) -> Limits:
        return self.cloud.limits

    def uses(self) -> dict[str, MailboxUse]:
        """What each mailbox was asked, by address."""
        return {user.address: self.limits.use(user.id) for user in self.world.users}

    def settings(self) -> dict[str, str]:
        """The environment of a server that is to use this simulator."""
        return {
            "BITACORA_TENANT_ID": TENANT_ID,
            "BITACORA_CLIENT_ID": CLIENT_ID,
            "BITACORA_CLIENT_SECRET": CLIENT_SECRET,
            "BITACORA_LOGIN_URL": self.login_url,
            "BITACORA_GRAPH_URL": self.url,
            "BITACORA_CA_BUNDLE": str(self.ca_bundle.resolve()),
            "BITACORA_OFFICE_JS_URL": f"{self.browser_url}/outlook/office.js",
        }

    def go_away(self) -> None:
        """Stops listening, as if the whole cloud were out of reach; what lies in it stays and goes on."""
        self._stop_listening()
        # Held by sockets that do not listen, so that nobody else gets the ports meanwhile.
        self._places = [bound(listener.port) for listener in (self._plain, self._secure)]

    def come_back(self) -> None:
        """Listens again at the same addresses."""
        self._plain = Listener(self._plain.port, self._app)
        self._secure = Listener(self._secure.port, self._app, self._files.server_context())
        self._free_places()
        self._start_listening()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Out of reach until the end of the block."""
        self.go_away()
        try:
            yield
        finally:
            self.come_back()

    def reset(self) -> None:
        """Starts again with an empty world, no subscriptions, no faults and an empty log, within reach."""
        if self._places:
            self.come_back()
        old, self.cloud = self.cloud, self._new_cloud()
        old.close()

    def _new_cloud(self) -> Cloud:
        application = Application(certificates=[self._files.client_certificate()])
        return Cloud(application, self._ring, self.login_url, self.browser_url, self._seed)

    def _close(self) -> None:
        self.cloud.close()
        if not self._places:
            self._stop_listening()
        self._free_places()

    def _start_listening(self) -> None:
        self._plain.start()
        self._secure.start()

    def _stop_listening(self) -> None:
        for listener in (self._plain, self._secure):
            listener.cut()
        # What waits for its time would keep a connection's thread, though nobody hears the answer.
        self.faults.release()
        for listener in (self._plain, self._secure):
            listener.join()

    def _free_places(self) -> None:
        for place in self._places:
            place.close()
        self._places = []
