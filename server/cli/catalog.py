"""`bitacora catalog`: the firm's reasons and areas."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from sqlalchemy.orm import Session

from server.cli.context import parts
from server.records.catalog import (
    ChoiceNotFound,
    ChoiceView,
    NameRefused,
    NameTaken,
    add_areas,
    add_reasons,
    choice_named,
    list_choices,
    remove_choice,
    rename_choice,
    restore_choice,
)
from server.records.models import Area, Reason

KINDS = {"reason": Reason, "area": Area}
which = click.argument("which", type=click.Choice(list(KINDS)))


@click.group()
def catalog() -> None:
    """The reasons and areas that records are classified by."""


@catalog.command("add")
@click.option(
    "--reason", "reason_names", multiple=True, metavar="NAME", help="A reason to add; may be repeated."
)
@click.option("--area", "area_names", multiple=True, metavar="NAME", help="An area to add; may be repeated.")
def add(reason_names: tuple[str, ...], area_names: tuple[str, ...]) -> None:
    """Add reasons and areas; those that are there already stay, and retired ones are offered again."""
    with _writing() as session:
        added = add_reasons(session, reason_names), add_areas(session, area_names)
    click.echo(f"Added {added[0]} reasons and {added[1]} areas.")


@catalog.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List reasons and areas, how many records have each, and which are retired."""
    with parts().database.reading() as session:
        found = {name: list_choices(session, kind) for name, kind in KINDS.items()}
    if as_json:
        rows = {f"{name}s": [asdict(each) for each in views] for name, views in found.items()}
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    lines = [_line(name, each) for name, views in found.items() for each in views]
    click.echo("\n".join(lines) or "None yet. Add some with `bitacora catalog add --reason NAME`.")


@catalog.command("rename")
@which
@click.argument("name")
@click.argument("new_name")
def rename(which: str, name: str, new_name: str) -> None:
    """Give a reason or area another name, on old records too: `rename area Fiscal Impuestos`."""
    with _writing() as session:
        renamed = rename_choice(session, KINDS[which], _id_of(session, which, name), new_name)
    click.echo(f"{which} {name} is now {renamed.name}.")


@catalog.command("retire")
@which
@click.argument("name")
def retire(which: str, name: str) -> None:
    """Offer a reason or area no more; one that no record has or has had is deleted."""
    with _writing() as session:
        deleted = remove_choice(session, KINDS[which], _id_of(session, which, name))
    click.echo(f"{which} {name} is {'deleted' if deleted else 'retired; the records that have it keep it'}.")


@catalog.command("restore")
@which
@click.argument("name")
def restore(which: str, name: str) -> None:
    """Offer a retired reason or area again."""
    with _writing() as session:
        restored = restore_choice(session, KINDS[which], _id_of(session, which, name))
    click.echo(f"{which} {restored.name} is offered again.")


@contextmanager
def _writing() -> Iterator[Session]:
    try:
        with parts().database.writing() as session:
            yield session
    except (NameRefused, NameTaken) as error:
        raise click.UsageError(str(error)) from None


def _id_of(session: Session, which: str, name: str) -> int:
    try:
        return choice_named(session, KINDS[which], name).id
    except ChoiceNotFound:
        raise click.UsageError(f"there is no {which} {name}; `bitacora catalog list` names all") from None


def _line(which: str, choice: ChoiceView) -> str:
    state = "" if choice.active else "  (retired)"
    return f"{which:<6}  {choice.records:>7}  {choice.name}{state}"
