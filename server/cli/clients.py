"""`bitacora clients`: the directory of clients."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from server.cli.context import parts
from server.clients.import_file import read_file
from server.clients.import_lines import parse_rows
from server.clients.import_refused import ImportRefused
from server.ingest.card import import_list

MOST_FAULTS_SHOWN = 50


@click.group()
def clients() -> None:
    """The clients and the addresses that they write from."""


@clients.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_(file: Path, as_json: bool) -> None:
    """Import the clients of FILE (xlsx or csv). Importing again updates and never doubles."""
    bitacora = parts()
    try:
        parsed = parse_rows(read_file(file))
        _refuse_faults(file, [str(error) for error in parsed.errors])
        with bitacora.database.writing() as session:
            result = import_list(session, parsed, bitacora.clock())
    except ImportRefused as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        numbers = {**asdict(result), "warnings": [str(warning) for warning in result.warnings]}
        click.echo(json.dumps(numbers, ensure_ascii=False, indent=2))
        return
    for warning in result.warnings:
        click.echo(f"warning: {warning}")
    click.echo(
        f"Clients: {result.added} added, {result.updated} updated, {result.unchanged} unchanged. "
        f"Lines: {result.addresses_added} added, {result.addresses_removed} removed."
    )


def _refuse_faults(file: Path, faults: list[str]) -> None:
    if not faults:
        return
    for fault in faults[:MOST_FAULTS_SHOWN]:
        click.echo(fault, err=True)
    more = len(faults) - MOST_FAULTS_SHOWN
    hidden = f" ({more} more not shown)" if more > 0 else ""
    raise click.ClickException(
        f"{file.name} was not imported: {len(faults)} faults{hidden}. Nothing was changed."
    )
