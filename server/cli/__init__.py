"""The `bitacora` command of the operator."""

import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from server.cli.accounts import accounts
from server.cli.catalog import catalog
from server.cli.census import census
from server.cli.check import check
from server.cli.clients import clients
from server.cli.database import init_db
from server.cli.demo import demo
from server.cli.failures import explain
from server.cli.inbox import inbox
from server.cli.records import records
from server.cli.run import serve, web, worker
from server.cli.sync import sync
from server.graph.errors import GraphError
from server.ingest.lease import MailboxBusy
from server.settings import SettingsError


@click.group()
@click.version_option(package_name="bitacora")
def cli() -> None:
    """Bitácora: the firm's register of communications, kept from inside Outlook.

    Settings come from the environment (BITACORA_…); `bitacora check` says whether they work.
    """


COMMANDS = (
    *(accounts, catalog, census, check, clients, demo, inbox, init_db, records),
    *(serve, sync, web, worker),
)
for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command; a fault that an operator can mend is one message and exit code 1."""
    try:
        cli()
    except (SettingsError, GraphError, MailboxBusy, SQLAlchemyError, OSError, ModuleNotFoundError) as error:
        click.echo(explain(error), err=True)
        sys.exit(1)
