"""From a mail's arrival in the mailbox to its record, at a low rate and in a burst, next to a bare pipeline.

A record counts as soon as a reader of the database sees it.
"""

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import Engine, text

from benchmarks import bare_graph, bare_server, databases, mailboxes, options
from benchmarks.circumstances import print_circumstances
from benchmarks.databases import Database, engine_at
from benchmarks.product import Product, seconds_until
from benchmarks.tables import milliseconds, percentile, print_table, times
from simulator import Simulator
from simulator.values import timestamp
from tests.checker import Balance, comparable_id

MAILBOXES = 4
LOOK_EVERY_S = 0.01
PATIENCE_S = 600.0
SHARES = (0.5, 0.95, 0.99)
# Newest mails are looked at again and again: what is committed late has a lower number.
OVERLAP = 200
RECORDS = (
    "SELECT message.id, internet_message_id FROM message"
    " JOIN record ON record.message_id = message.id WHERE message.id > :number"
)
BARE = "SELECT id, internet_message_id FROM bare_mail WHERE id > :number"


@dataclass
class Delays:
    """Seconds from arrival to record, of mails that came one by one and of mails that came at once."""

    calm: list[float] = field(default_factory=list)
    burst: list[float] = field(default_factory=list)

    def row(self, name: str) -> list[str]:
        return [name, *(milliseconds(value) for value in (*_shares(self.calm), *_shares(self.burst)))]


def main() -> None:
    asked = options.parser("benchmarks.mail_to_record", __doc__ or "", rounds=2)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--rate", type=float, default=2, help="mails in a second")
    asked.add_argument("--burst", type=int, default=500, help="mails at once")
    given = asked.parse_args()
    with databases.chosen(options.databases(given)) as chosen:
        for database in chosen:
            _compare(database, given)


def _compare(database: Database, given: argparse.Namespace) -> None:
    print_circumstances(
        f"Mail to record: {given.rate:g}/s for {given.seconds:.0f} s, then {given.burst:,} at once",
        database=database.title,
        seed=given.seed,
    )
    ours, bare = Delays(), Delays()
    for number in range(given.rounds):
        result = _product(database, ours, given)
        print(f"\nround {number + 1}: {result}", flush=True)
        _bare(database, bare, given)
    headings = [f"{name}p{share * 100:.0f}" for name in ("", "burst ") for share in SHARES]
    ratios = [times(*pair) for pair in zip(_all_shares(ours), _all_shares(bare), strict=True)]
    print_table(
        ["ms from arrival to record", *headings],
        [ours.row("product"), bare.row("bare"), ["product : bare", *ratios]],
    )


def _product(database: Database, delays: Delays, given: argparse.Namespace) -> Balance:
    with (
        tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
        _simulator(Path(folder), given) as simulator,
        database.new(Path(folder)) as url,
        Product.installed(simulator, url, Path(folder)) as product,
        engine_at(url) as engine,
    ):
        accounts = mailboxes.addresses(MAILBOXES)
        product.start()
        product.watch(accounts)
        seconds_until(product.is_watching, within=PATIENCE_S, what="subscribing")
        _measure(simulator, engine, RECORDS, delays, given)
        seconds_until(product.is_caught_up, within=PATIENCE_S, what="coming to rest")
        return product.balance(mailboxes.expected(simulator, accounts))


def _bare(database: Database, delays: Delays, given: argparse.Namespace) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
        _simulator(Path(folder), given) as simulator,
        database.new(Path(folder)) as url,
        bare_server.running("benchmarks.bare_capture", url, simulator.settings()) as address,
        engine_at(url) as engine,
    ):
        for mailbox in mailboxes.addresses(MAILBOXES):
            _subscribe(simulator, mailbox, address)
        _measure(simulator, engine, BARE, delays, given)


def _measure(
    simulator: Simulator, engine: Engine, query: str, delays: Delays, given: argparse.Namespace
) -> None:
    """Let the mails come and look when each is there."""
    chance, accounts = random.Random(given.seed), mailboxes.addresses(MAILBOXES)

    def arrive() -> str:
        mail = mailboxes.client_mail(chance, chance.choice(accounts))
        simulator.world.deliver(mail)
        return comparable_id(mail["internetMessageId"])

    with _watching(engine, query) as seen_at:
        calm = _arrivals(arrive, int(given.rate * given.seconds), 1 / given.rate)
        seconds_until(lambda: seen_at.keys() >= calm.keys(), within=PATIENCE_S, what="filing one by one")
        burst = _arrivals(arrive, given.burst, 0)
        seconds_until(lambda: seen_at.keys() >= burst.keys(), within=PATIENCE_S, what="filing the burst")
        delays.calm += [seen_at[name] - arrived_at for name, arrived_at in calm.items()]
        delays.burst += [seen_at[name] - arrived_at for name, arrived_at in burst.items()]


def _arrivals(arrive: Callable[[], str], number: int, pause_s: float) -> dict[str, float]:
    """When each mail came, by its Message-ID."""
    arrived_at = {}
    for _ in range(number):
        began = time.monotonic()
        arrived_at[arrive()] = began
        threading.Event().wait(pause_s)
    return arrived_at


@contextmanager
def _watching(engine: Engine, query: str) -> Iterator[dict[str, float]]:
    """When a reader saw each mail for the first time, kept up in the background."""
    seen_at: dict[str, float] = {}
    ended = threading.Event()

    def watch() -> None:
        highest = 0
        with engine.connect() as connection:
            while not ended.wait(LOOK_EVERY_S):
                found = connection.execute(text(query), {"number": highest - OVERLAP}).all()
                connection.rollback()
                now = time.monotonic()
                for number, message_id in found:
                    highest = max(highest, number)
                    seen_at.setdefault(comparable_id(message_id), now)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen_at
    finally:
        ended.set()
        watcher.join()


@contextmanager
def _simulator(folder: Path, given: argparse.Namespace) -> Iterator[Simulator]:
    with Simulator.start(folder / "simulator", seed=given.seed) as simulator:
        mailboxes.open_firm(simulator, MAILBOXES)
        yield simulator


def _subscribe(simulator: Simulator, mailbox: str, address: str) -> None:
    expires_at = simulator.clock() + timedelta(days=1)
    wanted = {
        "changeType": "created",
        "notificationUrl": address,
        "resource": f"users/{mailbox}/messages",
        "expirationDateTime": timestamp(expires_at),
        "clientState": "bare",
    }
    with bare_graph.connected(simulator.settings()) as graph:
        answer: httpx.Response = graph.post("/v1.0/subscriptions", json=wanted)
        answer.raise_for_status()


def _shares(seconds: list[float]) -> list[float]:
    return [percentile(seconds, share) for share in SHARES]


def _all_shares(delays: Delays) -> list[float]:
    return [*_shares(delays.calm), *_shares(delays.burst)]


if __name__ == "__main__":
    main()
