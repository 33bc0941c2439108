"""Each transaction of capture has its step, and so its test of what a sudden end at it does."""

import ast
from collections.abc import Iterator
from pathlib import Path

from server.steps import Step

SERVER = Path(__file__).parents[2] / "server"
SOURCES = [*sorted(SERVER.glob("ingest/**/*.py")), SERVER / "web" / "webhooks.py"]
# Transactions without a step of their own, each with the reason why none is needed.
UNNAMED = {
    "begin_mail._begin": "a draft that nobody made is one row that links nothing",
    "begin_mail._named": "the mark in the draft links it too",
    "by_hand.file_message_by_hand": "one transaction; a person who gets no answer asks again",
    "census._under_way": "a census that was begun goes on; its first page has a step right after it",
    "credential.read_expiry": "one row that the next day writes again",
    "lease._take": "a lease that nobody gives back runs out",
    "lease.held": "the same",
    "turns._enter": "the same; its caller names the step",
    "turns.keep_leases": "the same",
    "own_mailbox._note_ability": "one row that the next action of the person writes again",
    "own_mailbox.open": "the same",
    "upkeep.drop_old_grants": "one statement that the next hour repeats",
    "rehearsal._watch": "writes to a database that is thrown away",
    "trial_register.__init__": "the same",
    "trial_register.bring": "the same",
}


def test_whatever_writes_names_its_step() -> None:
    nameless = {
        f"{path.stem}.{function.name}"
        for path in SOURCES
        for function in _functions(path)
        if _writes(function) and not _steps(function)
    }

    assert nameless == UNNAMED.keys()


def test_every_step_is_passed_somewhere() -> None:
    passed = {step for path in SOURCES for function in _functions(path) for step in _steps(function)}

    assert passed == {step.name for step in Step}


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def _writes(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(call.func, ast.Attribute) and call.func.attr == "writing" for call in _calls(function)
    )


def _steps(function: ast.FunctionDef) -> set[str]:
    """The names of the steps that it says it reached."""
    return {
        step.attr
        for call in _calls(function)
        if isinstance(call.func, ast.Name) and call.func.id == "reached"
        for step in call.args
        if isinstance(step, ast.Attribute)
    }


def _calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield node
