"""The documents against the code: what they name exists, and what must be named is."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from server.cli import cli
from server.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SETTINGS = {PREFIX + field.upper() for field in Settings.model_fields}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

_CODE = re.compile(r"^```(?s:.*?)^```|^ {4,}\S.*$|`[^`\n]+`", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
_COMMAND = re.compile(r"(?<![\w=@.-])bitacora[ ]+([a-z][^\n`|;&]*)")
_TARGET = re.compile(r"\bmake[ ]+([a-z-]+)")
_SETTING = re.compile(rf"{PREFIX}[A-Z_]+")

of_each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@of_each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    dead = [link for link in _links(document) if not _leads_somewhere(*link)]

    assert dead == []


@of_each_document
def test_every_command_exists(document: Path) -> None:
    wrong = [line for line in _found(_COMMAND, document) if not _is_command(line.split("#")[0].split())]

    assert wrong == []


@of_each_document
def test_every_make_target_exists(document: Path) -> None:
    assert set(_found(_TARGET, document)) <= TARGETS


@of_each_document
def test_every_setting_exists(document: Path) -> None:
    assert set(_SETTING.findall(document.read_text())) <= SETTINGS


def test_the_readme_names_every_setting() -> None:
    assert set(_SETTING.findall((ROOT / "README.md").read_text())) == SETTINGS


def test_the_documents_name_every_command() -> None:
    text = "\n".join(document.read_text() for document in DOCUMENTS)

    unnamed = [path for path in _paths(cli, "bitacora") if path not in text]

    assert unnamed == []


@pytest.mark.parametrize(
    "line", ["srve", "accounts remove ana@ribera.example", "accounts add ana@ribera.example --pubic", "inbox"]
)
def test_a_command_that_is_none_is_noticed(line: str) -> None:
    assert not _is_command(line.split())


def _found(pattern: re.Pattern[str], document: Path) -> list[str]:
    """What a pattern finds in the code of a document, not in its prose."""
    pieces = _CODE.findall(document.read_text())
    return [found for piece in pieces for found in pattern.findall(piece)]


def _links(document: Path) -> Iterator[tuple[Path, str]]:
    for path, heading in _LINK.findall(document.read_text()):
        yield (document.parent / path if path else document), heading


def _leads_somewhere(path: Path, heading: str) -> bool:
    return path.exists() and (not heading or heading in _headings(path))


def _headings(document: Path) -> set[str]:
    """The anchors that a page gives to its headings."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def _is_command(words: list[str]) -> bool:
    command: click.Command | None = cli
    rest = list(words)
    while isinstance(command, click.Group) and rest:
        command = command.commands.get(rest.pop(0))
    if command is None or isinstance(command, click.Group):
        return False
    known = {option for parameter in command.params for option in parameter.opts}
    return {word.split("=")[0] for word in rest if word.startswith("-")} <= known


def _paths(command: click.Command, path: str) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield path
        return
    for name, below in command.commands.items():
        yield from _paths(below, f"{path} {name}")
