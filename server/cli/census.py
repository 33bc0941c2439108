"""`bitacora census`: the proof that nothing was lost, taken now."""

import sys
import time
from collections.abc import Mapping
from datetime import timedelta

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from server.accounts.accounts import account_at, all_accounts
from server.accounts.models import Account, Visibility
from server.cli.census_sheet import Sheet, as_json, as_text
from server.cli.context import parts
from server.composition import make_worker
from server.db import Database
from server.ingest.census import counted_so_far, latest, request_census
from server.ingest.models import InboxItem, ItemState, Kind
from server.records.models import Path
from server.web.context import Bitacora

LOOK_AGAIN_S = 0.2
# What is put off for longer is left to the running server.
PATIENCE = timedelta(seconds=15)


@click.command()
@click.argument("address", required=False)
@click.option("--days", type=click.IntRange(min=0), default=14, show_default=True, help="How many to print.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
def census(address: str | None, days: int, json_wanted: bool) -> None:
    """Compare the mailbox ADDRESS, or all, with the register, and read again what is missing.

    Each day must come out even: in the mailbox = filed + unassigned + internal + excluded. The exit code is
    1 if a mail is still missing afterwards, or a mailbox could not be gone through.
    """
    bitacora = parts()
    accounts = _chosen(bitacora.database, address)
    addresses = {account.id: account.address for account in accounts}
    began = bitacora.clock()
    with bitacora.database.writing() as session:
        request_census(session, addresses, began)
    _work_off(bitacora, addresses)
    with bitacora.database.reading() as session:
        found = {addresses[account_id]: latest(session, account_id) for account_id in addresses}
        faults = _faults(session, addresses)
    results = {name: result for name, result in found.items() if result and result.finished_at >= began}
    private = {account.address for account in accounts if account.visibility is Visibility.PRIVATE}
    sheets = [Sheet(name, result, name in private, days) for name, result in results.items()]
    click.echo(as_json(sheets) if json_wanted else as_text(sheets))
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(1 if faults or any(result.missing for result in results.values()) else 0)


def _chosen(database: Database, address: str | None) -> list[Account]:
    with database.reading() as session:
        if address is None:
            return all_accounts(session)
        account = account_at(session, address)
    if account is None:
        raise click.UsageError(f"{address} is not an account; `bitacora accounts list` shows them")
    return [account]


def _work_off(bitacora: Bitacora, addresses: Mapping[int, str]) -> None:
    """Take the censuses in this process, and read what they miss as far as it can be read now."""
    worker = make_worker(bitacora)
    worker.start()
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("counting")
            while left := _left(bitacora, addresses):
                progress.update(task, description=left)
                time.sleep(LOOK_AGAIN_S)
    finally:
        worker.stop()


def _left(bitacora: Bitacora, addresses: Mapping[int, str]) -> str:
    """What there is to wait for, in words; empty if nothing is."""
    put_off = or_(InboxItem.state == ItemState.PARKED, InboxItem.due_at > bitacora.clock() + PATIENCE)
    with bitacora.database.reading() as session:
        kinds = session.scalars(select(InboxItem.kind).where(_is_ours(addresses), ~put_off)).all()
        counted = counted_so_far(session, addresses)
    mailboxes = kinds.count(Kind.CENSUS)
    if mailboxes:
        return f"{mailboxes} mailboxes to go, {counted} mails counted in them"
    return f"{len(kinds)} missing mails to be read" if kinds else ""


def _is_ours(addresses: Mapping[int, str]) -> ColumnElement[bool]:
    missing = and_(InboxItem.kind == Kind.MESSAGE, InboxItem.path == Path.CENSUS)
    return and_(InboxItem.account_id.in_(addresses), or_(InboxItem.kind == Kind.CENSUS, missing))


def _faults(session: Session, addresses: Mapping[int, str]) -> list[str]:
    """Which mailboxes could not be gone through, and why."""
    query = select(InboxItem.account_id, InboxItem.last_error).where(
        InboxItem.account_id.in_(addresses), InboxItem.kind == Kind.CENSUS
    )
    return [
        f"{addresses[account_id]}: {error}\nIts census is not complete. The running server, or another "
        "`census`, goes on with it; `bitacora check` says whether the mailbox may be read."
        for account_id, error in session.execute(query)
    ]
