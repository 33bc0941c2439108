"""What a mutation leaves of a message."""

from typing import Any

import pytest

from simulator.mutation import NULLABLE, UNKNOWN, Mutation

ANA = {"emailAddress": {"name": "Ana", "address": "ana@ribera.example"}}
MESSAGE: dict[str, Any] = {
    "@odata.etag": 'W/"1"',
    "@odata.type": "#microsoft.graph.message",
    "id": "AAk1",
    "subject": "Facturas",
    "importance": "normal",
    "flag": {"flagStatus": "notFlagged"},
    "body": {"contentType": "html", "content": "<p>x</p>"},
    "from": ANA,
    "toRecipients": [ANA, ANA],
    "isRead": False,
}


def test_nothing_changes_unasked() -> None:
    assert Mutation(1).applied(MESSAGE, "a") == MESSAGE


def test_any_field_but_the_id_may_be_null_or_hold_one() -> None:
    shown = [Mutation(seed, nulls=1.0).applied(MESSAGE, "a") for seed in range(100)]

    assert all(each["id"] == "AAk1" and each["@odata.etag"] == 'W/"1"' for each in shown)
    for name in NULLABLE & set(MESSAGE):
        assert None in [each[name] for each in shown], name
    assert {"emailAddress": None} in [each["from"] for each in shown]
    assert [None, ANA, ANA] in [each["toRecipients"] for each in shown]


def test_only_the_fields_that_are_named_become_null() -> None:
    shown = Mutation(1, nulls=1.0, fields={"isRead"}).applied(MESSAGE, "a")

    assert shown == {**MESSAGE, "isRead": None}


@pytest.mark.parametrize("name", sorted(set(UNKNOWN) & set(MESSAGE)))
def test_enums_may_have_words_of_tomorrow(name: str) -> None:
    assert Mutation(1, enums=1.0).applied(MESSAGE, "a")[name] == UNKNOWN[name]


def test_fields_of_tomorrow_may_be_there() -> None:
    shown = Mutation(1, extras=1.0).applied(MESSAGE, "a")

    assert set(shown) > set(MESSAGE)


def test_the_same_seed_changes_a_message_in_the_same_way() -> None:
    def shown(seed: int, identifier: str) -> object:
        return Mutation(seed, nulls=0.5, enums=0.5, extras=0.5).applied(MESSAGE, identifier)

    assert shown(1, "a") == shown(1, "a")
    assert len({str(shown(seed, identifier)) for seed in range(5) for identifier in "ab"}) > 5
