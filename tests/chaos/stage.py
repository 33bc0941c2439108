"""What a chaos run plays on: a Microsoft 365, a database, the product's processes, and the network."""

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx

from simulator import Simulator
from simulator.delivery import DeliveryRules
from simulator.scenarios.firm import build_firm
from simulator.tenant import CLIENT_ID
from tests.firm import ACCOUNTS, CLIENTS_CSV
from tests.forkserver import Crash, ForkServer
from tests.post import Post
from tests.postgresql import Cluster
from tests.processes import Installation, free_port
from tests.proxy import Proxy

PROCESSES = {
    "sqlite": ("serve",),
    "postgresql": ("web-1", "web-2", "worker-1", "worker-2", "worker-3"),
}
SINCE = datetime.now(UTC) - timedelta(days=60)
REASONS = ("Consulta", "Impuestos", "Nóminas")
PRIVATE = "marta@ribera.example"


class Stage:
    """One run's surroundings, with what people wrote and what the list of clients is by now."""

    def __init__(self, simulator: Simulator, firm: Installation, cluster: Cluster | None, seed: int) -> None:
        self.simulator = simulator
        self.firm = firm
        self.cluster = cluster
        self.processes = PROCESSES["sqlite" if cluster is None else "postgresql"]
        self.post = Post(simulator, random.Random(seed))
        self.clients_csv = CLIENTS_CSV
        self.private = {PRIVATE}
        self.written: dict[str, int] = {}
        self.copies: list[tuple[str, str]] = []
        self.folders: dict[str, list[str]] = {address: ["inbox"] for address in ACCOUNTS}
        self.deaths = 0
        self.skew = timedelta()
        self._binds = {name: f"127.0.0.1:{free_port()}" for name in self.processes if "worker" not in name}

    @classmethod
    @contextmanager
    def set_up(cls, database: str, folder: Path, seed: int) -> Iterator[Self]:
        """The firm as on its first day, everything started."""
        with ExitStack() as stack:
            simulator = stack.enter_context(Simulator.start(folder / "simulator", seed=seed))
            build_firm(simulator.world)
            simulator.notifications.rules = DeliveryRules(retry_gaps=(0.5,) * 600)
            forkserver = stack.enter_context(ForkServer.started(folder))
            cluster = stack.enter_context(Cluster.started()) if database == "postgresql" else None
            url = (
                f"sqlite:///{folder / 'bitacora.sqlite3'}"
                if cluster is None
                else stack.enter_context(cluster.database())
            )
            firm = stack.enter_context(Installation.made(simulator, url, folder, forkserver))
            stage = cls(simulator, firm, cluster, seed)
            stack.enter_context(stage._behind_proxies())
            stage._found_the_firm()
            for name in stage.processes:
                stage.start(name)
            yield stage

    @contextmanager
    def _behind_proxies(self) -> Iterator[None]:
        """Graph reaches the web servers, and they reach Graph and PostgreSQL, through proxies."""
        graph = urlsplit(self.simulator.url)
        fronts = [("127.0.0.1", int(bind.rpartition(":")[2])) for bind in self._binds.values()]
        with (
            Proxy.before(("127.0.0.1", graph.port or 0)) as self.to_graph,
            Proxy.before(*fronts) as self.to_us,
            Proxy.before(self.cluster.socket if self.cluster else "") as self.to_database,
        ):
            self.firm.environment["BITACORA_GRAPH_URL"] = self.to_graph.url
            self.firm.environment["BITACORA_PUBLIC_URL"] = f"http://localhost:{self.to_us.port}"
            if self.cluster is not None:
                name = self.firm.environment["BITACORA_DATABASE_URL"].partition("?")[0].rpartition("/")[2]
                self._through = f"postgresql://test@127.0.0.1:{self.to_database.port}/{name}"
            yield
            for process in list(self.firm.running):
                self.firm.kill(process)

    def _found_the_firm(self) -> None:
        self.import_clients()
        for address in ACCOUNTS:
            self.watch(address)
        for reason in REASONS:
            self.firm.run("catalog", "add", "--reason", reason)

    # Time

    def clock(self) -> datetime:
        """What the product takes for the time."""
        assert self.firm.clock is not None
        return self.firm.clock()

    def let_pass(self, duration: timedelta) -> None:
        """It is later, at Microsoft and on the firm's machine."""
        self.simulator.clock.advance(duration)
        self.set_skew(self.skew)

    def set_skew(self, skew: timedelta) -> None:
        """Set the machine's clock so far ahead of Microsoft's."""
        assert self.firm.clock is not None
        self.skew = skew
        self.firm.clock.set(self.simulator.clock() - datetime.now(UTC) + skew)

    # Processes

    def start(self, name: str, crash: Crash | None = None) -> None:
        settings = {}
        if name in self._binds:
            settings["BITACORA_BIND"] = self._binds[name]
        if self.cluster is not None:
            settings["BITACORA_DATABASE_URL"] = self._through
        self.firm.launch(name, crash=crash, **settings)

    def revive(self, crash: Crash | None = None) -> list[str]:
        """Start again what has ended, as the machine's own supervisor does; gives the names."""
        dead = [name for name in self.processes if self.ended(name)]
        for name in dead:
            self.deaths += name in self.firm.running
            self.firm.running.pop(name, None)
            self.start(name, crash)
        return dead

    def ended(self, name: str) -> bool:
        process = self.firm.running.get(name)
        return process is None or process.poll() is not None

    # The firm

    def import_clients(self) -> None:
        listing = self.firm.folder / "clients.csv"
        listing.write_text(self.clients_csv)
        self.firm.run("clients", "import", str(listing))

    def watch(self, address: str) -> bool:
        """Set an account up as it should be now; says whether that was possible."""
        visibility = "--private" if address in self.private else "--public"
        owner = () if address.startswith("info@") else ("--owner", address)
        code, _ = self.firm.command(
            "accounts", "add", address, visibility, *owner, "--since", f"{SINCE:%Y-%m-%d}"
        )
        return code == 0

    def person(self, address: str) -> httpx.Client:
        """Somebody of the firm with the pane's token; to be closed."""
        scope = f"{self.simulator.application.api_uri}/access_as_user"
        token = self.simulator.identity.token_for(address, CLIENT_ID, scope)["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.to_us.url, headers=headers, timeout=20)

    def keep(self, folder: Path) -> None:
        """What happened in the mailboxes, and what the database holds: for whoever looks for a cause."""
        with (folder / "truth.jsonl").open("w") as truth:
            for event in self.simulator.world.truth:
                line = {
                    "at": event.at,
                    "mailbox": event.mailbox,
                    "event": event.event,
                    "folder": event.folder,
                }
                named = {name: event.message.get(name) for name in ("id", "internetMessageId", "isDraft")}
                truth.write(json.dumps({**line, **named}) + "\n")
        if self.cluster is not None:
            self.cluster.dump(self.firm.environment["BITACORA_DATABASE_URL"], folder / "database.sql")
