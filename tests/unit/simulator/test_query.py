"""OData query options."""

from typing import Any

import pytest

from simulator.errors import GraphError
from simulator.query import parsed_query

KNOWN = ("id", "subject", "receivedDateTime", "isRead")


def test_names_are_found_in_any_case_and_once() -> None:
    assert parsed_query({"$select": "Subject, id,subject"}, KNOWN).select == ("subject", "id")


def test_sorting_is_by_every_property_named() -> None:
    items: list[dict[str, Any]] = [
        {"subject": "b", "receivedDateTime": "2026-01-01T00:00:00Z"},
        {"subject": "A", "receivedDateTime": "2026-01-02T00:00:00Z"},
        {"subject": "a", "receivedDateTime": "2026-01-03T00:00:00+00:00"},
        {"subject": "a", "receivedDateTime": None},
    ]

    query = parsed_query({"$orderby": "subject,receivedDateTime desc"}, KNOWN)

    assert query.chosen(items, lambda item: item) == [items[2], items[1], items[3], items[0]]


def test_expansions_are_told_apart() -> None:
    extended = "singleValueExtendedProperties($filter=id eq 'String 0x1' or id eq 'X 0x2')"
    expand = f"attachments($select=id,name),{extended}"

    query = parsed_query({"$expand": expand}, KNOWN)

    assert query.expands_attachments
    assert query.extended_ids == ["String 0x1", "X 0x2"]


@pytest.mark.parametrize(
    ("order", "clause", "efficient"),
    [
        ("receivedDateTime", "receivedDateTime ge 2026-01-01 and isRead eq true", True),
        ("receivedDateTime", "isRead eq true and receivedDateTime ge 2026-01-01", False),
        ("receivedDateTime,subject", "receivedDateTime ge 2026-01-01", False),
    ],
)
def test_a_sorted_filter_must_begin_with_what_it_sorts_by(order: str, clause: str, efficient: bool) -> None:
    options = {"$orderby": order, "$filter": clause}

    if efficient:
        assert parsed_query(options, KNOWN).order
    else:
        with pytest.raises(GraphError, match="too complex"):
            parsed_query(options, KNOWN)
