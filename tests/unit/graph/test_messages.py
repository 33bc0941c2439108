"""Graph's messages, translated into ours; nothing in them can be relied upon."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.graph.client import whole
from server.graph.messages import FIELDS, WireMessage, read_message
from server.mail import Role

SAMPLES = Path(__file__).parents[4] / "shared" / "graph-samples"
NULLABLE = [field for field in FIELDS if field != "id"]


def read(**fields: Any) -> Any:
    return read_message(msgspec.json.decode(json.dumps({"id": "AAkALg", **fields}), type=WireMessage))


def person(address: str, name: str = "") -> dict[str, Any]:
    return {"emailAddress": {"name": name, "address": address}}


@pytest.mark.parametrize("field", NULLABLE)
def test_any_field_may_be_null_or_absent(field: str) -> None:
    assert read().graph_id == read(**{field: None}).graph_id == "AAkALg"


def test_times_are_utc_whatever_their_zone() -> None:
    message = read(sentDateTime="2026-10-01T10:00:00+02:00", receivedDateTime="2026-10-01T08:00:01Z")

    assert message.sent_at.isoformat() == "2026-10-01T08:00:00+00:00"
    assert message.received_at.isoformat() == "2026-10-01T08:00:01+00:00"


def test_extended_properties_are_found_in_either_spelling() -> None:
    message = read(
        singleValueExtendedProperties=[
            {"id": "String 0x1a", "value": "REPORT.IPM.Note.NDR"},
            {"id": "Integer 0x0036", "value": "2"},
            {"id": "String {00020329-0000-0000-c000-000000000046} Name x", "value": "y"},
        ]
    )

    assert (message.message_class, message.sensitivity) == ("REPORT.IPM.Note.NDR", 2)


def test_a_sender_is_named_only_where_it_is_not_the_author() -> None:
    own = read(**{"from": person("a@x.example"), "sender": person("a@x.example")})
    delegate = read(**{"from": person("info@x.example"), "sender": person("a@x.example")})

    assert [p.role for p in own.participants] == [Role.FROM]
    assert [p.role for p in delegate.participants] == [Role.FROM, Role.SENDER]


def test_a_nul_does_not_reach_the_database() -> None:
    message = read(subject="a\0b", toRecipients=[person("x\0@y.example", "n\0")])

    assert message.subject == "ab"
    assert (message.participants[0].address, message.participants[0].name) == ("x@y.example", "n")


@given(
    st.dictionaries(st.sampled_from(NULLABLE), st.none() | st.text() | st.integers() | st.lists(st.none()))
)
def test_a_strange_shape_is_refused_in_one_way(fields: dict[str, Any]) -> None:
    try:
        read(**fields)
    except (msgspec.MsgspecError, ValueError):
        return


@pytest.mark.parametrize(
    "name",
    [
        "docs/message_get_full.json",
        "corso/email-with-attachments.json",
        "corso/email-with-event-info.json",
        "corso/email-within-email.json",
    ],
)
def test_microsofts_own_messages_can_be_read(name: str) -> None:
    if not SAMPLES.exists():
        pytest.skip("the samples of Microsoft's documentation are not beside this checkout")
    wire = msgspec.json.decode((SAMPLES / name).read_bytes(), type=WireMessage)

    message = read_message(wire)

    assert message.graph_id
    assert message.address_of(Role.FROM)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb'{"a":"\ud83d\ude00"}', "\U0001f600"),
        (rb'{"a":"cut \ud83d"}', "cut �"),
        (rb'{"a":"\ude00 half"}', "� half"),
        (rb'{"a":"\\ud83d"}', "\\ud83d"),
        ('{"a":"ñ"}'.encode(), "ñ"),
        (b'{"a":"\xed\xa0\xbd"}', "���"),
    ],
)
def test_half_a_character_is_replaced_and_a_whole_one_is_not(body: bytes, expected: str) -> None:
    assert json.loads(whole(body))["a"] == expected
