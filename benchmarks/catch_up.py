"""Catching up on many mailboxes after a night away, within the limits that Outlook sets for each of them.

The product was off for eight hours. Graph has given up telling of the mail that came meanwhile, so it is
found by walking every folder of every mailbox from where the last walk ended.
"""

import argparse
import random
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks import apart, bare_reader, databases, mailboxes, options
from benchmarks.circumstances import print_circumstances
from benchmarks.databases import Database
from benchmarks.product import Product, seconds_until
from benchmarks.reading import Reading, print_readings
from simulator import Simulator
from simulator.limits import AT_ONCE, REQUESTS, MailboxUse
from tests.checker import Balance
from tests.forkserver import ForkServer

AWAY = timedelta(hours=8)
# So many mailboxes does a worker read at the same time.
READERS = 4
PATIENCE_S = 1_800.0


def main() -> None:
    asked = options.parser("benchmarks.catch_up", __doc__ or "", rounds=1)
    asked.add_argument("--mailboxes", type=int, default=200)
    asked.add_argument("--mails", type=int, default=20_000, help="in all mailboxes together")
    given = asked.parse_args()
    with databases.chosen(options.databases(given)) as chosen:
        for database in chosen:
            _compare(database, given)


def _compare(database: Database, given: argparse.Namespace) -> None:
    print_circumstances(
        f"Catch-up: {given.mails:,} mails in {given.mailboxes} mailboxes",
        database=database.title,
        seed=given.seed,
    )
    product, bare = [], []
    for number in range(given.rounds):
        with (
            tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
            Simulator.start(Path(folder), seed=given.seed) as simulator,
        ):
            accounts = mailboxes.open_firm(simulator, given.mailboxes)
            reading, result = _product(simulator, database, accounts, given)
            print(f"\nround {number + 1}: {result}")
            print(_limits(list(simulator.uses().values())), flush=True)
            product.append(reading)
            bare.append(_bare(simulator, database, accounts))
    print_readings(product, bare_with_one_row=bare)
    print(f"\nproduct: {', '.join(f'{reading.seconds:.1f} s' for reading in product)}")


def _product(
    simulator: Simulator, database: Database, accounts: list[str], given: argparse.Namespace
) -> tuple[Reading, Balance]:
    with (
        tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
        ForkServer.started(Path(folder)) as forkserver,
        database.new(Path(folder)) as url,
        Product.installed(simulator, url, Path(folder), forkserver) as product,
    ):
        product.start()
        product.watch(accounts)
        seconds_until(product.is_watching, within=PATIENCE_S, what="subscribing")
        product.stop()
        _let_the_night_pass(simulator, product, accounts, given)
        restarted_at, server_used = product.now(), database.cpu_seconds()
        product.start()
        seconds = seconds_until(
            lambda: product.is_caught_up(restarted_at), within=PATIENCE_S, what="catching up"
        )
        server_seconds = database.cpu_seconds() - server_used
        reading = Reading(given.mails, seconds, product.cpu_seconds(), server_seconds)
        return reading, product.balance(mailboxes.expected(simulator, accounts))


def _let_the_night_pass(
    simulator: Simulator, product: Product, accounts: list[str], given: argparse.Namespace
) -> None:
    chance = random.Random(given.seed)
    simulator.clock.advance(AWAY)
    product.advance(AWAY)
    with simulator.world.unnoticed():
        for address in accounts:
            mailboxes.fill(simulator, address, given.mails // len(accounts), chance, period=AWAY)


def _bare(simulator: Simulator, database: Database, accounts: list[str]) -> Reading:
    with tempfile.TemporaryDirectory(prefix="bitacora-") as folder, database.new(Path(folder)) as url:
        server_used = database.cpu_seconds()
        with apart.process() as call:
            reading: Reading = call(bare_reader.read, simulator.settings(), accounts, url, READERS)
        return replace(reading, server_seconds=database.cpu_seconds() - server_used)


def _limits(uses: list[MailboxUse]) -> str:
    return (
        f"at once {max(use.most_at_once for use in uses)} (limit {AT_ONCE})"
        f" / in ten minutes {max(use.most_in_window for use in uses)} (limit {REQUESTS:,})"
        f" / refused {sum(use.refused for use in uses)} / impatient {sum(use.impatient for use in uses)}"
    )


if __name__ == "__main__":
    main()
