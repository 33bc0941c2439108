"""The first sync of a full mailbox, next to bare loops over the same pages.

One of them writes one row for each mail, the other every row that the product writes.
"""

import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks import apart, bare_reader, databases, mailboxes, options
from benchmarks.circumstances import print_circumstances
from benchmarks.databases import Database
from benchmarks.product import Product, seconds_until
from benchmarks.reading import Reading, print_readings
from simulator import Simulator
from tests.checker import Balance, Register

PATIENCE_S = 900.0


def main() -> None:
    asked = options.parser("benchmarks.backfill", __doc__ or "")
    asked.add_argument("--mails", type=int, default=10_000)
    given = asked.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
        Simulator.start(Path(folder) / "simulator", seed=given.seed) as simulator,
        databases.chosen(options.databases(given)) as chosen,
    ):
        simulator.faults.set_limits(concurrent=None, requests=None)
        empty, mailbox = mailboxes.open_firm(simulator, 2)
        mailboxes.fill(simulator, mailbox, given.mails, random.Random(given.seed))
        expected = mailboxes.expected(simulator, [mailbox])
        for database in chosen:
            print_circumstances("Back-fill", database=database.title, seed=given.seed, mails=given.mails)
            product, one_row, all_rows = [], [], []
            for number in range(given.rounds):
                reading, result = _product(simulator, database, empty, mailbox, expected)
                print(f"\nround {number + 1}: {result}", flush=True)
                product.append(replace(reading, mails=given.mails))
                one_row.append(_bare(simulator, database, mailbox))
                all_rows.append(_bare_register(simulator, database, mailbox))
            print_readings(product, bare_with_one_row=one_row, bare_with_all_rows=all_rows)


def _product(
    simulator: Simulator, database: Database, empty: str, mailbox: str, expected: Register
) -> tuple[Reading, Balance]:
    with (
        tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
        database.new(Path(folder)) as url,
        Product.installed(simulator, url, Path(folder)) as product,
    ):
        product.start()
        # What a start costs, it costs once, however much is read after it.
        product.watch([empty])
        seconds_until(product.is_caught_up, within=PATIENCE_S, what="the first sync of an empty mailbox")
        used, server_used = product.cpu_seconds(), database.cpu_seconds()
        product.watch([mailbox])
        seconds = seconds_until(product.is_caught_up, within=PATIENCE_S, what="the first sync")
        cpu_seconds, server_seconds = product.cpu_seconds() - used, database.cpu_seconds() - server_used
        return Reading(0, seconds, cpu_seconds, server_seconds), product.balance(expected)


def _bare(simulator: Simulator, database: Database, mailbox: str) -> Reading:
    with tempfile.TemporaryDirectory(prefix="bitacora-") as folder, database.new(Path(folder)) as url:
        return _apart(database, bare_reader.read, simulator.settings(), [mailbox], url)


def _bare_register(simulator: Simulator, database: Database, mailbox: str) -> Reading:
    with (
        tempfile.TemporaryDirectory(prefix="bitacora-") as folder,
        database.new(Path(folder)) as url,
        Product.installed(simulator, url, Path(folder)) as product,
    ):
        product.watch([mailbox])
        return _apart(database, bare_reader.read_into_register, simulator.settings(), mailbox, url)


def _apart(database: Database, read: Callable[..., Reading], *arguments: object) -> Reading:
    with apart.process() as call:
        server_used = database.cpu_seconds()
        reading: Reading = call(read, *arguments)
        return replace(reading, server_seconds=database.cpu_seconds() - server_used)


if __name__ == "__main__":
    main()
