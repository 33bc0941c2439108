"""`bitacora sync`: catch up now, in this process."""

import sys
from collections.abc import Mapping

import click
from sqlalchemy import func, select

from server.cli.context import parts
from server.cli.patience import chosen, is_put_off, unfinished, work_off
from server.db import Database
from server.ingest.models import InboxItem, Kind
from server.ingest.upkeep import request_sync
from server.records.models import Record
from server.web.context import Bitacora


@click.command()
@click.argument("address", required=False)
def sync(address: str | None) -> None:
    """Read what changed in the mailbox ADDRESS, or in all, and file it.

    The exit code is 1 if a mailbox could not be gone through.
    """
    bitacora = parts()
    addresses = {account.id: account.address for account in chosen(bitacora.database, address)}
    with bitacora.database.writing() as session:
        request_sync(session, list(addresses), bitacora.clock())
    before = _count(bitacora.database)
    work_off(bitacora, lambda: _left(bitacora, addresses, before))
    with bitacora.database.reading() as session:
        faults = unfinished(session, addresses, Kind.SYNC)
    new = _count(bitacora.database) - before
    click.echo(f"{len(addresses) - len(faults)} mailboxes are up to date; {new} new records.")
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(1 if faults else 0)


def _left(bitacora: Bitacora, addresses: Mapping[int, str], before: int) -> str:
    """What there is to wait for, in words; empty if nothing is."""
    query = select(func.count()).where(
        InboxItem.kind == Kind.SYNC, InboxItem.account_id.in_(addresses), ~is_put_off(bitacora.clock())
    )
    with bitacora.database.reading() as session:
        mailboxes = session.scalar(query)
    if not mailboxes:
        return ""
    return f"{mailboxes} mailboxes to go, {_count(bitacora.database) - before} new records"


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Record)) or 0
