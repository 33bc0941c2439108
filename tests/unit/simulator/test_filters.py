"""OData filters."""

import pytest

from simulator.errors import GraphError
from simulator.filters import parsed_filter

MAIL = {
    "subject": "Año nuevo",
    "isRead": False,
    "receivedDateTime": "2026-11-20T10:00:00Z",
    "from": {"emailAddress": {"address": "Ana@x.example"}},
    "categories": ["Rojo"],
    "sentDateTime": None,
}


@pytest.mark.parametrize(
    "text",
    [
        "isRead eq false",
        "subject eq 'año nuevo'",
        "subject ne 'otra'",
        "from/emailAddress/address eq 'ana@x.example'",
        "receivedDateTime ge 2026-11-20T10:00:00Z",
        "receivedDateTime lt 2026-11-20T11:00:01+01:00",
        "receivedDateTime gt 2026-11-20 and receivedDateTime le 2026-11-20T10:00:00.000Z",
        "(isRead eq false) and (subject eq 'Año nuevo')",
        "(isRead eq false and subject eq 'Año nuevo')",
        "categories/any(c:c eq 'rojo')",
        "sentDateTime eq null",
        "from/emailAddress/name eq null",
    ],
)
def test_a_filter_lets_the_mail_through(text: str) -> None:
    assert parsed_filter(text).matches(MAIL)


@pytest.mark.parametrize(
    "text",
    [
        "isRead eq true",
        "receivedDateTime gt 2026-11-20T10:00:00Z",
        "sentDateTime ge 2026-01-01T00:00:00Z",
        "isRead eq false and subject eq 'otra'",
        "categories/any(c:c eq 'azul')",
        "replyTo/emailAddress/address eq 'x'",
    ],
)
def test_a_filter_holds_the_mail_back(text: str) -> None:
    assert not parsed_filter(text).matches(MAIL)


def test_quotes_are_doubled_in_texts() -> None:
    assert parsed_filter("internetMessageId eq '<o''neill and eq@x>'").matches(
        {"internetMessageId": "<o'neill and eq@x>"}
    )


def test_properties_are_named_in_order_once() -> None:
    found = parsed_filter(
        "receivedDateTime ge 2026-01-01 and isRead eq true and receivedDateTime lt 2027-01-01"
    )

    assert found.properties == ["receivedDateTime", "isRead"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "isRead",
        "isRead is true",
        "isRead eq",
        "isRead eq true or isRead eq false",
        "subject eq x",
        "(isRead eq true",
    ],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(GraphError, match="not understood"):
        parsed_filter(text)
