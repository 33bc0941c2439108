"""`bitacora inbox`: what is due, what runs, what failed, and trying it again."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

import click

from server.cli.context import parts
from server.ingest.complaint import complaint
from server.ingest.inbox import parked as parked_items
from server.ingest.inbox import retry as retry_items
from server.ingest.models import InboxItem
from server.ingest.overview import AccountOverview, overview

Row = dict[str, object]


@click.group()
def inbox() -> None:
    """The durable list of work."""


@inbox.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List what is due, what runs now, and what failed and why."""
    bitacora = parts()
    with bitacora.database.reading() as session:
        seen = overview(session, bitacora.clock(), {})
    if as_json:
        click.echo(json.dumps(_as_json(seen.accounts), indent=2))
        return
    for name, lines in (
        ("Due", _due_lines(seen.accounts)),
        ("Running", _running_lines(seen.accounts)),
        ("Failed", _failed_lines(seen.accounts)),
    ):
        click.echo(name)
        click.echo("\n".join(lines) or "  nothing")
    if seen.set_aside:
        click.echo(f"Set aside: {seen.set_aside.items}. `bitacora inbox parked` lists them.")


@inbox.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def parked(as_json: bool) -> None:
    """List what was set aside, with the reason."""
    with parts().database.reading() as session:
        rows = [_row(item) for item in parked_items(session)]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['id']:>6}  account {row['account_id']}  {row['kind']:<12} {row['last_error']}")
    if not rows:
        click.echo("Nothing is set aside.")


@inbox.command()
@click.argument("item_id", type=int, required=False)
def retry(item_id: int | None) -> None:
    """Try ITEM_ID again, or everything that was set aside."""
    bitacora = parts()
    with bitacora.database.writing() as session:
        woken = retry_items(session, bitacora.clock(), item_id)
    if item_id is not None and not woken:
        raise click.ClickException(f"no item {item_id} is set aside; `bitacora inbox parked` lists them")
    click.echo(f"{woken} items will be tried again.")


def _row(item: InboxItem) -> dict[str, object]:
    return {
        "id": item.id,
        "account_id": item.account_id,
        "kind": item.kind.value,
        "graph_id": item.graph_id,
        "attempts": item.attempts,
        "received_at": item.received_at.isoformat(),
        "last_error": item.last_error,
    }


def _as_json(accounts: Iterable[AccountOverview]) -> Row:
    """By account and kind, as the text has it."""
    work = [(account, waiting) for account in accounts for waiting in account.waiting]
    return {
        "due": [
            {
                "account": account.address,
                "kind": waiting.kind.value,
                "items": waiting.items,
                "due": waiting.due,
                "next_due_at": _time(waiting.next_due_at),
            }
            for account, waiting in work
        ],
        "running": [
            {"account": account.address, "until": _time(account.lease.until)}
            for account in accounts
            if account.lease
        ],
        "failed": [
            {
                "account": account.address,
                "kind": waiting.kind.value,
                "items": waiting.failed,
                "next_due_at": _time(waiting.next_due_at),
                "cause": complaint(waiting.last_error).cause.value,
                "error": waiting.last_error,
            }
            for account, waiting in work
            if waiting.last_error
        ],
    }


def _due_lines(accounts: Iterable[AccountOverview]) -> Iterator[str]:
    for account in accounts:
        for waiting in account.waiting:
            later = waiting.items - waiting.due
            words = [f"{waiting.due} now"] * bool(waiting.due) + [f"{later} later"] * bool(later)
            first = f"first {_time(waiting.next_due_at)}"
            yield f"  {account.address:<40} {waiting.kind:<12} {', '.join(words):<20} {first}"


def _running_lines(accounts: Iterable[AccountOverview]) -> Iterator[str]:
    for account in accounts:
        if account.lease:
            yield f"  {account.address:<40} held until {_time(account.lease.until)}"


def _failed_lines(accounts: Iterable[AccountOverview]) -> Iterator[str]:
    for account in accounts:
        for waiting in account.waiting:
            if waiting.last_error:
                tried = f"{waiting.failed} tried"
                yield f"  {account.address:<40} {waiting.kind:<12} {tried:<20} {waiting.last_error}"


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
