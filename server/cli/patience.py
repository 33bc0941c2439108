"""What a command works off in its own process, and what it leaves to the running server."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.accounts.accounts import account_at, all_accounts
from server.accounts.models import Account
from server.composition import make_worker
from server.db import Database
from server.ingest.models import InboxItem, ItemState, Kind
from server.web.context import Bitacora

LOOK_AGAIN_S = 0.2
# What is put off for longer is left to the running server.
PATIENCE = timedelta(seconds=15)


def chosen(database: Database, address: str | None) -> list[Account]:
    """The account at an address, or all. Raises click.UsageError."""
    with database.reading() as session:
        if address is None:
            return all_accounts(session)
        account = account_at(session, address)
    if account is None:
        raise click.UsageError(f"{address} is not an account; `bitacora accounts list` shows them")
    return [account]


def work_off(bitacora: Bitacora, left: Callable[[], str]) -> None:
    """Work in this process until nothing is `left`, and show it meanwhile."""
    worker = make_worker(bitacora)
    worker.start()
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("")
            while description := left():
                progress.update(task, description=description)
                time.sleep(LOOK_AGAIN_S)
    finally:
        worker.stop()


def is_put_off(now: datetime) -> ColumnElement[bool]:
    """Nobody should wait for it here: it was set aside, or is not tried again soon."""
    return or_(InboxItem.state == ItemState.PARKED, InboxItem.due_at > now + PATIENCE)


def unfinished(session: Session, addresses: Mapping[int, str], kind: Kind) -> list[str]:
    """Of these accounts, which have work of a kind left, why, and what to do."""
    query = select(InboxItem.account_id, InboxItem.last_error).where(
        InboxItem.account_id.in_(addresses), InboxItem.kind == kind
    )
    return [
        f"{addresses[account_id]}: {error}\nIts {kind} is not complete. The running server, or another "
        f"`{kind}`, goes on with it; `bitacora check` says whether the mailbox may be read."
        for account_id, error in session.execute(query)
    ]
