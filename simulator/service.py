"""The simulator as a service: two listeners, one application, one world."""

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
from simulator.serving import HOST, Listener
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
        app = create_app(self)
        self._plain = Listener(port, app)
        self._secure = Listener(tls_port, app, self._files.server_context())
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
        simulator._plain.start()
        simulator._secure.start()
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

    def reset(self) -> None:
        """Starts again with an empty world, no subscriptions, no faults and an empty log."""
        old, self.cloud = self.cloud, self._new_cloud()
        old.close()

    def _new_cloud(self) -> Cloud:
        application = Application(certificates=[self._files.client_certificate()])
        return Cloud(application, self._ring, self.login_url, self.browser_url, self._seed)

    def _close(self) -> None:
        self.cloud.close()
        self._plain.stop()
        self._secure.stop()
