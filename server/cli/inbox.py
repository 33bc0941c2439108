"""`bitacora inbox`: what could not be done, and trying it again."""

import json

import click

from server.cli.context import parts
from server.ingest.inbox import parked as parked_items
from server.ingest.inbox import retry as retry_items
from server.ingest.models import InboxItem


@click.group()
def inbox() -> None:
    """Work that was set aside because it failed again and again."""


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
