"""`bitacora accounts`: the mailboxes that are watched, and how far their mail has been read."""

import json
from datetime import datetime

import click

from server.accounts.accounts import AccountRefused, add_account, all_accounts
from server.accounts.models import Account, Visibility
from server.accounts.staff import update_staff
from server.cli.backfill import backfill, describe, rehearse, row_of, since_option, start_of
from server.cli.context import parts
from server.ingest.backfill import Backfill, progress
from server.ingest.upkeep import request_capture


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
@since_option
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
                since=start_of(since, now),
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
    """List the accounts, how fresh they are, and how far their back-fill is."""
    bitacora = parts()
    with bitacora.database.reading() as session:
        found = {backfill.account_id: backfill for backfill in progress(session, bitacora.clock())}
        rows = [_row(account, found[account.id]) for account in all_accounts(session)]
        lines = [_line(account, found[account.id]) for account in all_accounts(session)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        click.echo(
            "\n".join(lines) or "No account yet. Add one with `bitacora accounts add ADDRESS --public`."
        )


for command in (backfill, rehearse):
    accounts.add_command(command)


def _line(account: Account, backfill: Backfill) -> str:
    freshness = (
        f"synced {_moment(account) or 'never'}  back-fill {describe(backfill)}  {account.pause_reason}"
    )
    return f"{account.address:<40} {account.visibility:<8} {account.state:<7} {freshness.rstrip()}"


def _row(account: Account, backfill: Backfill) -> dict[str, object]:
    return {
        "address": account.address,
        "name": account.name,
        "visibility": account.visibility.value,
        "owner": account.owner.address if account.owner else None,
        "since": account.since.isoformat(),
        "state": account.state.value,
        "pause_reason": account.pause_reason,
        "synced_at": _moment(account),
        "backfill": row_of(backfill),
    }


def _moment(account: Account) -> str | None:
    return account.synced_at.isoformat(timespec="seconds") if account.synced_at else None
