"""The firm's reasons and areas. The only writer of both.

What a record has, or has had, is not deleted but retired: it keeps its name there, and nobody can choose it
any more. The database alone decides which names there are, so two people may work on a list at once.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.clients.folding import fold_name
from server.db import insert_into
from server.records.models import Area, Choice, Reason, Record, RecordChange, replaced_choice

LONGEST_NAME = 80
# The column of a record in which a choice of each list stands.
COLUMNS: Mapping[type[Choice], str] = {Reason: "reason_id", Area: "area_id"}


class ChoiceNotFound(Exception):
    """There is no such reason or area any more."""


class NameRefused(ValueError):
    """A name that nobody could read in a list: it shows nothing, or too much."""


class NameTaken(Exception):
    """Case and accents aside, another choice of the list has this name."""

    def __init__(self, name: str, *, active: bool) -> None:
        super().__init__(f"{name} is there already" if active else f"{name} is there already, retired")
        self.name = name
        self.active = active


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A choice, and how many records have it, deleted ones included."""

    id: int
    name: str
    active: bool
    records: int


def choices(session: Session, kind: type[Choice]) -> list[Choice]:
    """A list in the order of its names, retired choices included."""
    return list(session.scalars(select(kind).order_by(kind.folded)))


def list_choices(session: Session, kind: type[Choice]) -> list[ChoiceView]:
    """The same with the number of records that have each."""
    column = getattr(Record, COLUMNS[kind])
    used = select(column, func.count()).where(column.is_not(None)).group_by(column)
    counts: dict[int, int] = dict(session.execute(used).all())
    return [_view(choice, counts.get(choice.id, 0)) for choice in choices(session, kind)]


def add_choice(session: Session, kind: type[Choice], name: str) -> tuple[ChoiceView, bool]:
    """Add a choice, or bring back the one that has just this name; says whether it is new.

    Raises NameRefused, and NameTaken if the one that is there is spelled differently.
    """
    name = proper_name(name)
    values = {"name": name, "folded": fold_name(name), "active": True}
    statement = insert_into(session, kind).values(values).on_conflict_do_nothing()
    is_new = session.scalar(statement.returning(kind.id)) is not None
    choice = session.scalars(
        select(kind).where(kind.folded == values["folded"]).with_for_update()
    ).one_or_none()
    if choice is None:
        return add_choice(session, kind, name)  # somebody deleted it between the two statements
    if choice.name != name:
        raise NameTaken(choice.name, active=choice.active)
    choice.active = True
    return _seen(session, choice), is_new


def rename_choice(session: Session, kind: type[Choice], choice_id: int, name: str) -> ChoiceView:
    """Give a choice another name, on the records that have it too. Raises as `add_choice` does."""
    name = proper_name(name)
    choice = _held(session, kind, choice_id)
    try:
        with session.begin_nested():
            choice.name = name
    except IntegrityError:
        raise _taken(session, kind, name) from None
    return _seen(session, choice)


def remove_choice(session: Session, kind: type[Choice], choice_id: int) -> bool:
    """Delete a choice that no record has or has had, else retire it; says whether it is deleted.

    Raises ChoiceNotFound.
    """
    # Whoever is about to choose it waits for this lock, and whoever has chosen it is waited for.
    choice = _held(session, kind, choice_id)
    if _is_used(session, choice):
        choice.active = False
        return False
    session.delete(choice)
    return True


def restore_choice(session: Session, kind: type[Choice], choice_id: int) -> ChoiceView:
    """Offer a retired choice again. Raises ChoiceNotFound."""
    choice = _held(session, kind, choice_id)
    choice.active = True
    return _seen(session, choice)


def add_reasons(session: Session, names: Iterable[str]) -> int:
    """Add the reasons that are not there yet, and say how many. Raises as `add_choice` does."""
    return sum(add_choice(session, Reason, name)[1] for name in names)


def add_areas(session: Session, names: Iterable[str]) -> int:
    """Add the areas that are not there yet, and say how many. Raises as `add_choice` does."""
    return sum(add_choice(session, Area, name)[1] for name in names)


def choice_named(session: Session, kind: type[Choice], name: str) -> Choice:
    """The choice of that name, however it is spelled. Raises ChoiceNotFound."""
    found = session.scalars(select(kind).where(kind.folded == fold_name(name))).one_or_none()
    if found is None:
        raise ChoiceNotFound
    return found


def proper_name(name: str) -> str:
    """The name on one line, without what nobody sees. Raises NameRefused."""
    shown = "".join(" " if c.isspace() else c for c in name if c.isspace() or _is_shown(c))
    proper = unicodedata.normalize("NFC", " ".join(shown.split()))
    if not fold_name(proper):
        raise NameRefused("the name is empty")
    if len(proper) > LONGEST_NAME:
        raise NameRefused(f"the name is longer than {LONGEST_NAME} characters")
    return proper


def _is_shown(character: str) -> bool:
    return not unicodedata.category(character).startswith("C")


def _held(session: Session, kind: type[Choice], choice_id: int) -> Choice:
    """A choice that nobody else writes or takes until the transaction ends."""
    choice = session.get(kind, choice_id, with_for_update=True)
    if choice is None:
        raise ChoiceNotFound
    return choice


def _taken(session: Session, kind: type[Choice], name: str) -> NameTaken:
    other = session.scalars(select(kind).where(kind.folded == fold_name(name))).one_or_none()
    return NameTaken(other.name, active=other.active) if other else NameTaken(name, active=True)


def _is_used(session: Session, choice: Choice) -> bool:
    """Whether a record has it, or had it: an undo would give it back."""
    column = COLUMNS[type(choice)]
    has = select(exists().where(getattr(Record, column) == choice.id))
    had = select(RecordChange.id).where(replaced_choice(column) == choice.id).limit(1)
    return bool(session.scalar(has)) or session.scalar(had) is not None


def _seen(session: Session, choice: Choice) -> ChoiceView:
    column = getattr(Record, COLUMNS[type(choice)])
    return _view(choice, session.scalar(select(func.count()).where(column == choice.id)) or 0)


def _view(choice: Choice, records: int) -> ChoiceView:
    return ChoiceView(choice.id, choice.name, choice.active, records)
