"""OData $filter: comparisons joined by `and`."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.errors import bad_request
from simulator.values import at_path, instant

_CLAUSE = re.compile(
    r"""\s*(?P<property>[A-Za-z][\w/]*)\s+(?P<operator>eq|ne|gt|ge|lt|le)\s+(?P<value>'(?:[^']|'')*'|[^\s()']+)\s*"""
)
_ANY = re.compile(
    r"""\s*(?P<property>\w+)/any\((?P<item>\w+):\s*(?P=item)\s+eq\s+'(?P<value>(?:[^']|'')*)'\)\s*"""
)
_AND = re.compile(r"\s*and\s+", re.IGNORECASE)
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Comparison:
    """One property (a path, with slashes in OData) against one value."""

    path: tuple[str, ...]
    operator: str
    value: object

    def matches(self, properties: Mapping[str, Any]) -> bool:
        found = at_path(properties, self.path)
        if isinstance(self.value, datetime):
            found = instant(found)
        if isinstance(self.value, str) and isinstance(found, str):
            return _OPERATORS[self.operator](found.casefold(), self.value.casefold())
        if found is None and self.value is not None and self.operator not in ("eq", "ne"):
            return False
        return _OPERATORS[self.operator](found, self.value)


@dataclass(frozen=True)
class Member:
    """A collection of strings that must hold one value."""

    path: tuple[str, ...]
    value: str

    def matches(self, properties: Mapping[str, Any]) -> bool:
        found = at_path(properties, self.path)
        return isinstance(found, list) and self.value.casefold() in (str(item).casefold() for item in found)


@dataclass(frozen=True)
class Filter:
    """Conditions that must all hold."""

    conditions: tuple[Comparison | Member, ...] = ()

    @property
    def properties(self) -> list[str]:
        """The properties compared, in the order of their first mention."""
        return list(dict.fromkeys("/".join(condition.path) for condition in self.conditions))

    def matches(self, properties: Mapping[str, Any]) -> bool:
        return all(condition.matches(properties) for condition in self.conditions)


def parsed_filter(text: str) -> Filter:
    """The filter that `text` writes; raises GraphError 400 for what the simulator does not understand."""
    rest, conditions = _unwrapped(text), []
    while True:
        condition, rest = _condition(rest)
        conditions.append(condition)
        if not rest.strip():
            return Filter(tuple(conditions))
        joint = _AND.match(rest)
        if not joint:
            raise _not_understood(rest)
        rest = rest[joint.end() :]


def _condition(text: str) -> tuple[Comparison | Member, str]:
    text = text.lstrip()
    if text.startswith("(") and ")" in text:
        inner, _, rest = text[1:].partition(")")
        condition, remainder = _condition(inner)
        if remainder.strip():
            raise _not_understood(remainder)
        return condition, rest
    if found := _ANY.match(text):
        return Member((found["property"],), _unquoted(found["value"])), text[found.end() :]
    if found := _CLAUSE.match(text):
        path = tuple(found["property"].split("/"))
        return Comparison(path, found["operator"], _literal(found["value"])), text[found.end() :]
    raise _not_understood(text)


def _literal(text: str) -> object:
    if text.startswith("'"):
        return _unquoted(text[1:-1])
    if text in _WORDS:
        return _WORDS[text]
    moment = instant(text)
    if moment is None:
        raise _not_understood(text)
    return moment


def _unquoted(text: str) -> str:
    return text.replace("''", "'")


def _unwrapped(text: str) -> str:
    stripped = text.strip()
    whole = (
        stripped.startswith("(")
        and stripped.endswith(")")
        and "(" not in stripped[1:]
        and ")" not in stripped[:-1]
    )
    return stripped[1:-1] if whole else stripped


def _not_understood(text: str) -> Exception:
    return bad_request(f"Invalid filter clause: '{text.strip()}' is not understood.")
