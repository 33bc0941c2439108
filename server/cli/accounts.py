"""`bitacora accounts`: the mailboxes that are watched."""

import json
from datetime import UTC, datetime, timedelta

import click

from server.accounts.accounts import AccountRefused, add_account, all_accounts
from server.accounts.models import Account, Visibility
from server.accounts.staff import update_staff
from server.cli.context import parts
from server.ingest.upkeep import request_capture

DEFAULT_PERIOD = timedelta(days=90)


@click.group()
def accounts() -> None:
    """The mail accounts whose messages are filed."""


@accounts.command("add")
@click.argument("address")
@click.option("--public", "visibility", flag_value="public", help="Everybody may read what is filed.")
@click.option("--private", "visibility", flag_value="private", help="Only the owner may read it.")
@click.option(
    "--owner", metavar="ADDRESS", help="Whose account it is; for --private, needed unless it is its own."
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="File mail from this day on (default: 90 days back)."
)
def add(address: str, visibility: str | None, owner: str | None, since: datetime | None) -> None:
    """Watch the mailbox ADDRESS. Adding it again changes how it is watched."""
    if visibility is None:
        raise click.UsageError("say --public or --private")
    bitacora = parts()
    now = bitacora.clock()
    mailbox = bitacora.graph.users.get(address)
    members = list(bitacora.graph.users.members())
    holder = bitacora.graph.users.get(owner) if owner else (mailbox if visibility == "private" else None)
    with bitacora.database.writing() as session:
        update_staff(session, [*members, mailbox])
        try:
            account, is_new = add_account(
                session,
                mailbox,
                visibility=Visibility(visibility),
                owner=holder,
                since=since.replace(tzinfo=UTC) if since else now - DEFAULT_PERIOD,
                now=now,
            )
        except AccountRefused as error:
            raise click.UsageError(str(error)) from None
        request_capture(session, account.id, now)
    verb = "is now watched" if is_new else "was there already and has been changed"
    click.echo(f"{account.address} {verb} ({account.visibility}), with mail since {account.since:%Y-%m-%d}.")


@accounts.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List the accounts and how fresh they are."""
    with parts().database.reading() as session:
        rows = [_row(account) for account in all_accounts(session)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        freshness = f"synced {row['synced_at'] or 'never'}  {row['pause_reason']}".rstrip()
        click.echo(f"{row['address']:<40} {row['visibility']:<8} {row['state']:<7} {freshness}")
    if not rows:
        click.echo("No account yet. Add one with `bitacora accounts add ADDRESS --public`.")


def _row(account: Account) -> dict[str, str | None]:
    return {
        "address": account.address,
        "name": account.name,
        "visibility": account.visibility.value,
        "owner": account.owner.address if account.owner else None,
        "since": account.since.isoformat(),
        "state": account.state.value,
        "pause_reason": account.pause_reason,
        "synced_at": account.synced_at.isoformat(timespec="seconds") if account.synced_at else None,
    }
