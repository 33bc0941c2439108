"""`bitacora census`: the proof that nothing was lost, taken now."""

import sys
from collections.abc import Mapping

import click
from sqlalchemy import ColumnElement, and_, or_, select

from server.accounts.models import Visibility
from server.cli.census_sheet import Sheet, as_json, as_text
from server.cli.context import parts
from server.cli.patience import chosen, is_put_off, unfinished, work_off
from server.ingest.census import counted_so_far, latest, request_census
from server.ingest.models import InboxItem, Kind
from server.records.models import Path
from server.web.context import Bitacora


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
    accounts = chosen(bitacora.database, address)
    addresses = {account.id: account.address for account in accounts}
    began = bitacora.clock()
    with bitacora.database.writing() as session:
        request_census(session, addresses, began)
    work_off(bitacora, lambda: _left(bitacora, addresses))
    with bitacora.database.reading() as session:
        found = {addresses[account_id]: latest(session, account_id) for account_id in addresses}
        faults = unfinished(session, addresses, Kind.CENSUS)
    results = {name: result for name, result in found.items() if result and result.finished_at >= began}
    private = {account.address for account in accounts if account.visibility is Visibility.PRIVATE}
    sheets = [Sheet(name, result, name in private, days) for name, result in results.items()]
    click.echo(as_json(sheets) if json_wanted else as_text(sheets))
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(1 if faults or any(result.missing for result in results.values()) else 0)


def _left(bitacora: Bitacora, addresses: Mapping[int, str]) -> str:
    """What there is to wait for, in words; empty if nothing is."""
    query = select(InboxItem.kind).where(_is_ours(addresses), ~is_put_off(bitacora.clock()))
    with bitacora.database.reading() as session:
        kinds = session.scalars(query).all()
        counted = counted_so_far(session, addresses)
    mailboxes = kinds.count(Kind.CENSUS)
    if mailboxes:
        return f"{mailboxes} mailboxes to go, {counted} mails counted in them"
    return f"{len(kinds)} missing mails to be read" if kinds else ""


def _is_ours(addresses: Mapping[int, str]) -> ColumnElement[bool]:
    missing = and_(InboxItem.kind == Kind.MESSAGE, InboxItem.path == Path.CENSUS)
    return and_(InboxItem.account_id.in_(addresses), or_(InboxItem.kind == Kind.CENSUS, missing))
