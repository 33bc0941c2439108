"""`bitacora records`: the register as a file."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import true

from server.accounts.viewer import OPERATOR
from server.cli.context import parts
from server.clients.search import client_card
from server.records.filters import Filters
from server.records.lists import total_records
from server.records.workbook.stream import MOST_RECORDS, pages_of, stream_workbook
from server.records.workbook.totals import Totals
from server.records.workbook.words import WORDS
from server.web.context import Bitacora


@click.group()
def records() -> None:
    """The firm's communications with its clients."""


@records.command()
@click.option("--client", "code", required=True, metavar="CODE", help="Whose communications.")
@click.option(
    "-o",
    "--output",
    "file",
    required=True,
    metavar="FILE.xlsx",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to; a file that is there is replaced once the new one is complete.",
)
@click.option("--language", type=click.Choice(list(WORDS)), default="es", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def export(code: str, file: Path, language: str, as_json: bool) -> None:
    """Write all communications of one client as an Excel workbook.

    What is known through private accounts only stands there without its content.
    """
    bitacora, filters = parts(), Filters(client=code)
    total = _total(bitacora, filters, code)
    totals = Totals()
    pages = pages_of(bitacora.database, OPERATOR, filters)
    pieces = stream_workbook(pages, WORDS[language], bitacora.settings.zone, totals)
    _write(file, _shown(pieces, totals, total))
    if as_json:
        numbers = {"records": totals.records, "restricted": totals.restricted, "bytes": file.stat().st_size}
        click.echo(json.dumps({"client": code, "file": str(file), **numbers}, ensure_ascii=False, indent=2))
        return
    without = f", {totals.restricted:,} of them without content" if totals.restricted else ""
    click.echo(f"{file}: {totals.records:,} communications of {code}{without}.")


def _total(bitacora: Bitacora, filters: Filters, code: str) -> int:
    with bitacora.database.reading() as session:
        if client_card(session, code, allowed=true()) is None:
            raise click.UsageError(f"there is no client {code}")
        total = total_records(session, OPERATOR, filters)
    if total > MOST_RECORDS:
        raise click.ClickException(f"{code} has {total:,} communications; a sheet holds {MOST_RECORDS:,}")
    return total


def _shown(pieces: Iterable[bytes], totals: Totals, total: int) -> Iterable[bytes]:
    """The same pieces, with a bar that grows while they are taken."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("communications", total=total)
        for piece in pieces:
            progress.update(task, completed=totals.records)
            yield piece


def _write(file: Path, pieces: Iterable[bytes]) -> None:
    """A file is there when it is complete, or not at all."""
    with NamedTemporaryFile(dir=file.absolute().parent, prefix=f".{file.name}.", delete=False) as part:
        try:
            part.writelines(pieces)
            part.close()
            os.replace(part.name, file)
        except BaseException:
            os.unlink(part.name)
            raise
