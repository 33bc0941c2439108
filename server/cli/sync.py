"""`bitacora sync`: catch up now, in this process."""

import time

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select

from server.accounts.accounts import account_at, all_accounts
from server.cli.context import parts
from server.composition import make_worker
from server.db import Database
from server.ingest.inbox import waiting
from server.ingest.models import Kind
from server.ingest.upkeep import request_sync
from server.records.models import Record

PATIENCE_S = 0.2


@click.command()
@click.argument("address", required=False)
def sync(address: str | None) -> None:
    """Read what changed in the mailbox ADDRESS, or in all, and file it."""
    bitacora = parts()
    ids = _wanted(bitacora.database, address)
    with bitacora.database.writing() as session:
        request_sync(session, ids, bitacora.clock())
    before = _count(bitacora.database)
    worker = make_worker(bitacora)
    worker.start()
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("reading")
        while open_ids := _open(bitacora.database, ids):
            new = _count(bitacora.database) - before
            progress.update(task, description=f"{len(open_ids)} mailboxes to go, {new} new records")
            time.sleep(PATIENCE_S)
    worker.stop()
    click.echo(f"{len(ids)} mailboxes are up to date; {_count(bitacora.database) - before} new records.")


def _wanted(database: Database, address: str | None) -> list[int]:
    with database.reading() as session:
        if address is None:
            return [account.id for account in all_accounts(session)]
        account = account_at(session, address)
    if account is None:
        raise click.UsageError(f"{address} is not an account; `bitacora accounts list` shows them")
    return [account.id]


def _open(database: Database, ids: list[int]) -> set[int]:
    with database.reading() as session:
        return set(ids) & waiting(session, Kind.SYNC)


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Record)) or 0
