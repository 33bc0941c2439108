"""`bitacora catalog`: the firm's reasons and areas."""

import click

from server.cli.context import parts
from server.records.register import add_areas, add_reasons


@click.group()
def catalog() -> None:
    """The reasons and areas that records are classified by."""


@catalog.command("add")
@click.option(
    "--reason", "reason_names", multiple=True, metavar="NAME", help="A reason to add; may be repeated."
)
@click.option("--area", "area_names", multiple=True, metavar="NAME", help="An area to add; may be repeated.")
def add(reason_names: tuple[str, ...], area_names: tuple[str, ...]) -> None:
    """Add reasons and areas; those that are there already stay as they are."""
    with parts().database.writing() as session:
        added = add_reasons(session, reason_names), add_areas(session, area_names)
    click.echo(f"Added {added[0]} reasons and {added[1]} areas.")
