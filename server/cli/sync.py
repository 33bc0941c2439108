"""`bitacora sync`: catch up now, in this process."""

import time

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import and_, func, or_, select

from server.accounts.accounts import account_at, all_accounts
from server.accounts.models import Account
from server.cli.context import parts
from server.composition import make_worker
from server.db import Database
from server.ingest.models import InboxItem, ItemState, Kind
from server.ingest.upkeep import request_sync
from server.records.models import Record
from server.web.context import Bitacora

PATIENCE_S = 0.2
GIVE_UP_AFTER = 3


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
    try:
        _watch(bitacora, ids, before)
    finally:
        worker.stop()
    click.echo(f"{len(ids)} mailboxes are up to date; {_count(bitacora.database) - before} new records.")


def _watch(bitacora: Bitacora, ids: list[int], before: int) -> None:
    """Show how far it is; give up when nothing but waiting is left."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("reading")
        while open_ids := _open(bitacora.database, ids):
            new = _count(bitacora.database) - before
            progress.update(task, description=f"{len(open_ids)} mailboxes to go, {new} new records")
            faults = _faults(bitacora, open_ids)
            if len(faults) == len(open_ids):
                raise click.ClickException(
                    "\n".join(faults)
                    + "\nThe rest is tried again by the running server, or by another `sync`."
                )
            time.sleep(PATIENCE_S)


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
        query = select(InboxItem.account_id).where(InboxItem.kind == Kind.SYNC)
        return set(ids) & set(session.scalars(query))


def _faults(bitacora: Bitacora, ids: set[int]) -> list[str]:
    """Of the mailboxes that Graph does not let us read at the moment: which, and why."""
    with bitacora.database.reading() as session:
        query = (
            select(Account.address, InboxItem.last_error)
            .join(InboxItem, InboxItem.account_id == Account.id)
            .where(
                Account.id.in_(ids),
                InboxItem.kind == Kind.SYNC,
                or_(
                    InboxItem.state == ItemState.PARKED,
                    and_(InboxItem.attempts >= GIVE_UP_AFTER, InboxItem.due_at > bitacora.clock()),
                ),
            )
        )
        return [f"{address}: {error}" for address, error in session.execute(query)]


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Record)) or 0
