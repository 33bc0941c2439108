"""Acknowledging what Graph reports, at a steady rate and in a burst, next to a bare Flask route."""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import apart, bare_server, databases, load, mailboxes, options
from benchmarks.circumstances import print_circumstances
from benchmarks.databases import Database
from benchmarks.product import Product, seconds_until
from benchmarks.tables import milliseconds, percentile, print_table, times
from simulator import Simulator
from simulator.bulk import fill
from simulator.subscription import Subscription
from simulator.tenant import TENANT_ID

MAILBOXES = 4
PATIENCE_S = 1_800.0


@dataclass
class Series:
    """What one server answered, in all rounds."""

    name: str
    steady: list[load.Answers] = field(default_factory=list)
    burst: list[load.Answers] = field(default_factory=list)

    def receive(self, url: str, bodies: Sequence[bytes], given: argparse.Namespace) -> int:
        """Send what comes at a steady rate, then the burst; gives how many were accepted."""
        calm = bodies[: -given.burst]
        with apart.process() as call:
            self.steady.append(call(load.send, url, calm, given.rate))
            self.burst.append(call(load.send, url, bodies[len(calm) :], None))
        return self.steady[-1].accepted + self.burst[-1].accepted

    def row(self) -> list[str]:
        late = [seconds for answers in self.steady for seconds in answers.since_due]
        took = [seconds for answers in self.burst for seconds in answers.since_sent]
        errors = sum(answers.errors for answers in (*self.steady, *self.burst))
        return [self.name, *_distribution(late), f"{self.speed:,.0f}", *_distribution(took), str(errors)]

    @property
    def p99(self) -> float:
        return percentile([seconds for answers in self.steady for seconds in answers.since_due], 0.99)

    @property
    def speed(self) -> float:
        """Answers in a second of the burst."""
        return sum(len(each.since_due) for each in self.burst) / sum(each.seconds for each in self.burst)


def main() -> None:
    asked = options.parser("benchmarks.webhook", __doc__ or "", rounds=2)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--rate", type=float, default=200, help="notifications in a second")
    asked.add_argument("--burst", type=int, default=10_000, help="notifications at once")
    given = asked.parse_args()
    with databases.chosen(options.databases(given)) as chosen:
        for database in chosen:
            _compare(database, given)


def _compare(database: Database, given: argparse.Namespace) -> None:
    print_circumstances(
        f"Webhook: {given.rate:.0f}/s for {given.seconds:.0f} s, then {given.burst:,} at once",
        database=database.title,
        seed=given.seed,
        connections=load.CONNECTIONS,
    )
    bare, alone, beside = Series("bare route"), Series("web alone"), Series("web with a worker at work")
    for number in range(given.rounds):
        print(f"\nround {number + 1}")
        _receive_bare(database, bare, given)
        _receive_alone(database, alone, given)
        _receive_beside_worker(database, beside, given)
    print_table(
        [
            *("ms from when it was due", "p50", "p99", "max"),
            *("burst/s", "burst p50", "p99", "max", "errors"),
        ],
        [series.row() for series in (bare, alone, beside)],
    )
    print_table(
        ["ratio to the bare route", "p99", "burst/s"],
        [[each.name, times(each.p99, bare.p99), times(each.speed, bare.speed)] for each in (alone, beside)],
    )


def _receive_bare(database: Database, series: Series, given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="bitacora-") as folder, database.new(Path(folder)) as url:
        known = [("00000000-0000-4000-8000-000000000000", "secret", "users/x/messages")]
        ids = [f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{number:08}" for number in range(_total(given))]
        bodies = _bodies(known, [ids])
        with (
            bare_server.running("benchmarks.bare_webhook", url) as address,
            databases.engine_at(url) as engine,
        ):
            accepted = series.receive(address, bodies, given)
            with engine.connect() as connection:
                stored = connection.exec_driver_sql("SELECT count(*) FROM notification").scalar_one()
        print(f"{series.name}: accepted {accepted} / stored {stored}", flush=True)


def _receive_alone(database: Database, series: Series, given: argparse.Namespace) -> None:
    """The web server without a worker: what was accepted must stand in the inbox."""
    with _ready(database, given) as (simulator, product):
        product.stop()
        product.start("web")
        bodies, _ = _news(simulator, given)
        accepted = series.receive(product.installation.url + bare_server.PATH, bodies, given)
        stored = product.number("SELECT count(*) FROM inbox_item WHERE kind = 'message'")
        print(f"{series.name}: accepted {accepted} / stored {stored}", flush=True)


def _receive_beside_worker(database: Database, series: Series, given: argparse.Namespace) -> None:
    """Web and worker as they run: what was accepted must end in the register."""
    with _ready(database, given) as (simulator, product):
        bodies, accounts = _news(simulator, given)
        accepted = series.receive(product.installation.url + bare_server.PATH, bodies, given)
        seconds_until(product.is_caught_up, within=PATIENCE_S, what="filing what was reported")
        result = product.balance(mailboxes.expected(simulator, accounts))
        print(f"{series.name}: accepted {accepted} / {result}", flush=True)


@contextmanager
def _ready(database: Database, given: argparse.Namespace) -> Iterator[tuple[Simulator, Product]]:
    """The product with a subscription for each mailbox and nothing to do."""
    with (
        tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
        Simulator.start(Path(folder) / "simulator", seed=given.seed) as simulator,
        database.new(Path(folder)) as url,
        Product.installed(simulator, url, Path(folder)) as product,
    ):
        accounts = mailboxes.open_firm(simulator, MAILBOXES)
        product.start()
        product.watch(accounts)
        seconds_until(product.is_watching, within=PATIENCE_S, what="subscribing")
        yield simulator, product


def _news(simulator: Simulator, given: argparse.Namespace) -> tuple[list[bytes], list[str]]:
    """Mails that came just now, and what Graph posts about them: one notification in each delivery."""
    accounts = mailboxes.addresses(MAILBOXES)
    each = _total(given) // MAILBOXES
    ids = fill(simulator.world, accounts, each, senders=mailboxes.client_addresses())
    of_mailbox = [ids[number::MAILBOXES] for number in range(MAILBOXES)]
    known = [_subscription(simulator, address) for address in accounts]
    return _bodies(
        [(each.id, each.client_state or "", each.resource) for each in known], of_mailbox
    ), accounts


def _subscription(simulator: Simulator, address: str) -> Subscription:
    user = simulator.world.user(address)
    return next(each for each in simulator.subscriptions.listed() if each.scope.user_id == user.id)


def _bodies(known: Sequence[tuple[str, str, str]], ids: Sequence[Sequence[str]]) -> list[bytes]:
    """One mailbox after another in turn."""
    return [
        _body(subscription, graph_id)
        for turn in zip(*ids, strict=True)
        for subscription, graph_id in zip(known, turn, strict=True)
    ]


def _body(subscription: tuple[str, str, str], graph_id: str) -> bytes:
    subscription_id, client_state, resource = subscription
    item: dict[str, Any] = {
        "subscriptionId": subscription_id,
        "subscriptionExpirationDateTime": "2099-01-01T00:00:00.0000000+00:00",
        "changeType": "created",
        "resource": f"{resource}/{graph_id}",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Message",
            "@odata.id": f"{resource}/{graph_id}",
            "@odata.etag": 'W/"CQAAABYAAADkrWGo7bouTKlsgTZMr9KwAAAUWRHf"',
            "id": graph_id,
        },
        "clientState": client_state,
        "tenantId": TENANT_ID,
    }
    return json.dumps({"value": [item]}).encode()


def _distribution(seconds: Sequence[float]) -> list[str]:
    return [
        milliseconds(value) for value in (percentile(seconds, 0.5), percentile(seconds, 0.99), max(seconds))
    ]


def _total(given: argparse.Namespace) -> int:
    """As many for each mailbox."""
    wanted: int = int(given.rate * given.seconds) + given.burst
    return wanted - wanted % MAILBOXES


if __name__ == "__main__":
    main()
