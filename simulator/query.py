"""OData query options of lists and single items."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from simulator.errors import bad_request
from simulator.filters import Filter, parsed_filter
from simulator.values import at_path, instant

Item = TypeVar("Item")
LARGEST_PAGE = 1000
OPTIONS = frozenset(
    {"$select", "$filter", "$orderby", "$top", "$skip", "$count", "$expand", "$skiptoken", "$deltatoken"}
)
_PART = re.compile(r"[^,()]+(?:\((?:[^()']|'[^']*')*\))?")
_EXTENDED_ID = re.compile(r"\bid\s+eq\s+'([^']*)'")
NO_FILTER = Filter()
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Order:
    """One property to sort by."""

    property: str
    descending: bool

    def key(self, properties: Mapping[str, Any]) -> Any:
        value = at_path(properties, tuple(self.property.split("/")))
        if self.property.endswith("DateTime"):
            return instant(value) or _EARLIEST
        return value.casefold() if isinstance(value, str) else (value or "")


@dataclass(frozen=True)
class Query:
    """The query options of one request; `select` None means the default properties."""

    select: tuple[str, ...] | None = None
    filter: Filter = NO_FILTER
    order: tuple[Order, ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    expand: Mapping[str, str] | None = None

    @property
    def expands_attachments(self) -> bool:
        return "attachments" in (self.expand or {})

    @property
    def extended_ids(self) -> list[str]:
        """The single-value extended properties that are asked for."""
        return _EXTENDED_ID.findall((self.expand or {}).get("singleValueExtendedProperties", ""))

    def chosen(
        self, items: Iterable[Item], properties: Callable[[Item], Mapping[str, Any]]
    ) -> Sequence[Item]:
        """The items that pass the filter, in the order asked for."""
        passed = list(items)
        if self.filter.conditions:
            passed = [item for item in passed if self.filter.matches(properties(item))]
        for order in reversed(self.order):
            passed = sorted(passed, key=_keyed(order, properties), reverse=order.descending)
        return passed


def _keyed(order: Order, properties: Callable[[Item], Mapping[str, Any]]) -> Callable[[Item], Any]:
    return lambda item: order.key(properties(item))


def parsed_query(args: Mapping[str, str], properties: Iterable[str]) -> Query:
    """The options in a query string; raises GraphError 400 for unknown options and properties."""
    return _parsed(tuple(args.items()), tuple(properties))


@lru_cache
def _parsed(options: tuple[tuple[str, str], ...], properties: tuple[str, ...]) -> Query:
    # Remembered, since callers ask for the same properties of one message after another.
    args, known = dict(options), frozenset(properties)
    for name in args:
        if name.startswith("$") and name.lower() not in OPTIONS:
            raise bad_request(f"The query option '{name}' is not supported.")
    query = Query(
        select=_select(args.get("$select"), known),
        filter=parsed_filter(args["$filter"]) if args.get("$filter") else NO_FILTER,
        order=_orders(args.get("$orderby", "")),
        top=_number(args, "$top", LARGEST_PAGE, least=1),
        skip=_number(args, "$skip") or 0,
        count=args.get("$count", "").lower() == "true",
        expand=_expansions(args.get("$expand", "")),
    )
    _check_efficient(query)
    return query


def _select(text: str | None, known: frozenset[str]) -> tuple[str, ...] | None:
    if not text:
        return None
    spelled = {name.lower(): name for name in known}
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name.lower() not in spelled:
            raise bad_request(
                f"Could not find a property named '{name}' on type 'Microsoft.OutlookServices.Message'.",
                "RequestBroker--ParseUri",
            )
    return tuple(dict.fromkeys(spelled[name.lower()] for name in names))


def _orders(text: str) -> tuple[Order, ...]:
    words = [part.split() for part in text.split(",") if part.strip()]
    return tuple(Order(part[0], part[1:] == ["desc"]) for part in words)


def _number(args: Mapping[str, str], name: str, most: int | None = None, *, least: int = 0) -> int | None:
    if name not in args:
        return None
    text = args[name]
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        raise bad_request(f"The value '{text}' of {name} is invalid.")
    return int(text)


def _expansions(text: str) -> dict[str, str]:
    parts = [part.strip() for part in _PART.findall(text)]
    return {part.partition("(")[0]: part.partition("(")[2].removesuffix(")") for part in parts}


def _check_efficient(query: Query) -> None:
    # Graph documentation, "List messages": what is sorted by must come first, in that order, in the filter.
    sorted_by = [order.property for order in query.order]
    filtered = query.filter.properties
    if sorted_by and filtered and filtered[: len(sorted_by)] != sorted_by:
        raise bad_request(
            "The restriction or sort order is too complex for this operation.", "InefficientFilter"
        )
