"""Messages as Graph lists and shows them."""

from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from simulator import Simulator
from tests.contract.conftest import ANA, LUIS
from tests.contract.letters import letter, person
from tests.contract.samples import assert_same_shape, sample

pytestmark = pytest.mark.integration

MESSAGES = f"/users/{ANA}/messages"
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}
PNG = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "logo.png",
    "contentType": "image/png",
    "isInline": True,
    "contentId": "logo",
    "contentBytes": "iVBORw0KGgo=",
}
PDF = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "factura.pdf",
    "contentType": "application/pdf",
    "contentBytes": "JVBERi0xLjQ=",
}


def deliver(simulator: Simulator, *subjects: str, **fields: Any) -> list[str]:
    """One mail a minute for each subject, the last one newest; returns immutable ids."""
    return [
        simulator.world.deliver(
            letter(subject, receivedDateTime=f"2026-11-20T10:{minute:02d}:00Z", **fields)
        )[0]
        for minute, subject in enumerate(subjects)
    ]


def subjects(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [message["subject"] for message in answer.json()["value"]]


def test_a_message_has_the_shape_of_graphs(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = deliver(firm, "Concierto")

    message = graph.get(f"{MESSAGES}/{found}").json()

    # The sample is older than this property.
    assert_same_shape(message, {**sample("docs/message_get_full.json"), "conversationIndex": ""})


def test_a_recorded_message_comes_out_as_it_went_in(graph: httpx.Client, firm: Simulator) -> None:
    recorded = sample("corso/email-with-attachments.json")
    (found,) = firm.world.deliver(recorded, mailboxes=[ANA], folder="sentitems")

    message = graph.get(f"{MESSAGES}/{found}", params={"$expand": "attachments"}).json()

    own = {"@odata.context", "@odata.etag", "@odata.type", "id", "changeKey", "parentFolderId", "webLink"}
    own |= {"attachments", "attachments@odata.context"}
    assert {k: v for k, v in message.items() if k not in own} == {
        k: v for k, v in recorded.items() if k not in own
    }
    assert [a["name"] for a in message["attachments"]] == [a["name"] for a in recorded["attachments"]]


def test_the_newest_ten_come_first(graph: httpx.Client, firm: Simulator) -> None:
    deliver(firm, *(f"n{number}" for number in range(12)))

    page = graph.get(MESSAGES)
    rest = graph.get(page.json()["@odata.nextLink"])

    assert subjects(page) + subjects(rest) == [f"n{number}" for number in reversed(range(12))]
    assert "@odata.nextLink" not in rest.json()


def test_options_stay_in_the_next_link(graph: httpx.Client, firm: Simulator) -> None:
    deliver(firm, *(f"n{number}" for number in range(5)))
    options = {
        "$top": "2",
        "$select": "subject",
        "$filter": "receivedDateTime ge 2026-11-20T10:01:00Z",
        "$orderby": "receivedDateTime asc",
        "$count": "true",
    }

    page = graph.get(MESSAGES, params=options).json()
    rest = graph.get(page["@odata.nextLink"]).json()

    assert page["@odata.count"] == 4
    assert [m["subject"] for m in page["value"] + rest["value"]] == ["n1", "n2", "n3", "n4"]
    assert set(rest["value"][0]) == {"@odata.etag", "id", "subject"}


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("receivedDateTime gt 2026-11-20T10:01:00Z", ["c"]),
        ("receivedDateTime le 2026-11-20T11:01:00+01:00", ["b", "a"]),
        ("receivedDateTime ge 2026-11-20T10:01:00Z and receivedDateTime lt 2026-11-20T10:02:00Z", ["b"]),
        ("isRead eq false and isDraft eq false", ["c", "b", "a"]),
        ("isDraft eq true", []),
        ("from/emailAddress/address eq 'PEDRO@panaderiauno.example'", ["c", "b", "a"]),
        ("(subject eq 'a')", ["a"]),
        ("internetMessageId eq '<o''neill@x.example>'", []),
    ],
)
def test_filters_choose(graph: httpx.Client, firm: Simulator, clause: str, expected: list[str]) -> None:
    deliver(firm, "a", "b", "c")

    assert subjects(graph.get(MESSAGES, params={"$filter": clause})) == expected


def test_a_message_is_found_by_its_internet_id(graph: httpx.Client, firm: Simulator) -> None:
    firm.world.deliver(letter("buscada", internetMessageId="<a+b'c@x.example>"))
    deliver(firm, "otra")

    clause = "internetMessageId eq '<a+b''c@x.example>'"
    answer = graph.get(f"{MESSAGES}?$filter={quote(clause, safe='')}")

    assert subjects(answer) == ["buscada"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"$filter": "isRead eq false", "$orderby": "receivedDateTime desc"}, "InefficientFilter"),
        ({"$filter": "subject like 'x'"}, "BadRequest"),
        ({"$select": "sensitivity"}, "RequestBroker--ParseUri"),
        ({"$top": "1001"}, "BadRequest"),
        ({"$top": "0"}, "BadRequest"),
        ({"$search": "factura"}, "BadRequest"),
        ({"$skiptoken": "rubbish"}, "BadRequest"),
    ],
)
def test_what_graph_refuses_is_refused(graph: httpx.Client, options: dict[str, str], code: str) -> None:
    answer = graph.get(MESSAGES, params=options)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_an_order_that_begins_the_filter_is_allowed(graph: httpx.Client, firm: Simulator) -> None:
    deliver(firm, "a", "b")
    clause = "receivedDateTime ge 2026-01-01T00:00:00Z and isRead eq false"

    answer = graph.get(MESSAGES, params={"$filter": clause, "$orderby": "receivedDateTime asc"})

    assert subjects(answer) == ["a", "b"]


def test_the_whole_mailbox_shows_drafts_and_deleted_items_and_a_folder_its_own(
    graph: httpx.Client, firm: Simulator
) -> None:
    kept, thrown = deliver(firm, "kept", "thrown")
    firm.world.move(ANA, thrown, "deleteditems")
    firm.world.save_draft(ANA, {"subject": "draft"})

    assert set(subjects(graph.get(MESSAGES))) == {"kept", "thrown", "draft"}
    assert subjects(graph.get(f"/users/{ANA}/mailFolders/inbox/messages")) == ["kept"]
    assert kept != thrown


def test_a_deleted_message_is_gone(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = deliver(firm, "gone")

    deleted = graph.delete(f"{MESSAGES}/{found}")

    assert deleted.status_code == 204
    answer = graph.get(f"{MESSAGES}/{found}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ErrorItemNotFound")
    assert subjects(graph.get(MESSAGES)) == []
    assert subjects(graph.get(f"/users/{ANA}/mailFolders/recoverableitemsdeletions/messages")) == ["gone"]


def test_the_default_id_changes_with_a_move_and_the_immutable_one_does_not(
    graph: httpx.Client, firm: Simulator
) -> None:
    deliver(firm, "x")
    before = graph.get(MESSAGES).json()["value"][0]["id"]
    lasting = graph.get(MESSAGES, headers=IMMUTABLE)

    moved = graph.post(f"{MESSAGES}/{before}/move", json={"destinationId": "archive"})

    assert before.startswith("AAMk")
    assert lasting.headers["preference-applied"] == 'IdType="ImmutableId"'
    assert lasting.json()["value"][0]["id"].startswith("AAkALg")
    assert moved.status_code == 201
    assert moved.json()["id"] != before
    assert graph.get(f"{MESSAGES}/{before}").status_code == 404
    after = graph.get(f"{MESSAGES}/{lasting.json()['value'][0]['id']}", headers=IMMUTABLE).json()
    assert after["id"] == lasting.json()["value"][0]["id"]
    assert after["parentFolderId"] == moved.json()["parentFolderId"]


def test_headers_and_unique_body_come_on_demand(graph: httpx.Client, firm: Simulator) -> None:
    headers = [{"name": "List-Id", "value": "<boletin.example>"}]
    (found,) = deliver(firm, "x", internetMessageHeaders=headers)

    plain = graph.get(f"{MESSAGES}/{found}").json()
    asked = graph.get(f"{MESSAGES}/{found}", params={"$select": "internetMessageHeaders,uniqueBody"}).json()

    assert not {"internetMessageHeaders", "uniqueBody"} & set(plain)
    assert asked["internetMessageHeaders"] == headers
    assert asked["uniqueBody"]["contentType"] == "html"


def test_what_the_mailbox_sent_has_no_headers(graph: httpx.Client, firm: Simulator) -> None:
    sent = firm.world.send(ANA, {"subject": "x", "toRecipients": [person(LUIS)]})
    (received,) = graph.get(f"/users/{LUIS}/messages", params={"$select": "internetMessageHeaders"}).json()[
        "value"
    ]

    own = graph.get(f"{MESSAGES}/{sent}", params={"$select": "internetMessageHeaders"}).json()

    assert "internetMessageHeaders" not in own
    assert {"From", "To", "Message-ID"} <= {header["name"] for header in received["internetMessageHeaders"]}


def test_derived_types_are_marked_in_lists(graph: httpx.Client, firm: Simulator) -> None:
    kind = {"@odata.type": "#microsoft.graph.eventMessageRequest", "meetingMessageType": "meetingRequest"}
    deliver(firm, "cita", **kind)
    deliver(firm, "carta")

    cita, carta = sorted(graph.get(MESSAGES).json()["value"], key=lambda m: m["subject"], reverse=True)

    assert cita["@odata.type"] == "#microsoft.graph.eventMessageRequest"
    assert cita["meetingMessageType"] == "meetingRequest"
    assert "@odata.type" not in carta


def test_extended_properties_are_expanded_by_id(graph: httpx.Client, firm: Simulator) -> None:
    private = [{"id": "Integer 0x36", "value": "2"}]
    deliver(firm, "private", singleValueExtendedProperties=private)
    deliver(firm, "plain", **{"@odata.type": "#microsoft.graph.eventMessageRequest"})
    expand = "singleValueExtendedProperties($filter=id eq 'String 0x001A' or id eq 'Integer 0x0036')"

    found = graph.get(MESSAGES, params={"$expand": expand, "$select": "subject"}).json()["value"]

    values = {m["subject"]: [p["value"] for p in m["singleValueExtendedProperties"]] for m in found}
    assert values == {"private": ["IPM.Note", "2"], "plain": ["IPM.Schedule.Meeting.Request", "0"]}


def test_bodies_come_as_text_on_demand(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = deliver(firm, "x", body={"contentType": "html", "content": "<p>Hola<br>Ana &amp; Luis</p>"})

    answer = graph.get(f"{MESSAGES}/{found}", headers={"Prefer": 'outlook.body-content-type="text"'})

    assert answer.json()["body"] == {"contentType": "text", "content": "Hola\nAna & Luis"}
    assert "outlook.body-content-type" in answer.headers["preference-applied"]


def test_inline_images_do_not_count_as_attachments(graph: httpx.Client, firm: Simulator) -> None:
    inline, both = deliver(firm, "x", attachments=[PNG]) + deliver(firm, "y", attachments=[PNG, PDF])

    shown = {
        name: graph.get(f"{MESSAGES}/{found}").json() for name, found in (("inline", inline), ("both", both))
    }

    assert (shown["inline"]["hasAttachments"], shown["both"]["hasAttachments"]) == (False, True)
    assert len(graph.get(f"{MESSAGES}/{inline}/attachments").json()["value"]) == 1


def test_a_file_attachment_has_the_shape_of_graphs(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = deliver(firm, "x", attachments=[PDF])
    (listed,) = graph.get(f"{MESSAGES}/{found}/attachments").json()["value"]

    one = graph.get(f"{MESSAGES}/{found}/attachments/{listed['id']}").json()
    raw = graph.get(f"{MESSAGES}/{found}/attachments/{listed['id']}/$value")

    assert_same_shape(one, sample("docs/attachment_file.json"))
    assert (raw.content, raw.headers["content-type"]) == (b"%PDF-1.4", "application/pdf")


def test_an_attached_message_shows_its_content_on_demand(graph: httpx.Client, firm: Simulator) -> None:
    inner = {"@odata.type": "#microsoft.graph.itemAttachment", "name": "dentro", "item": recorded_item()}
    (found,) = deliver(firm, "x", attachments=[inner])
    (listed,) = graph.get(f"{MESSAGES}/{found}/attachments").json()["value"]
    path = f"{MESSAGES}/{found}/attachments/{listed['id']}"

    plain = graph.get(path).json()
    expanded = graph.get(path, params={"$expand": "microsoft.graph.itemattachment/item"}).json()
    mail = message_from_bytes(graph.get(f"{path}/$value").content, policy=default)

    assert_same_shape(plain, sample("docs/attachment_item.json"))
    assert expanded["item"]["subject"] == mail["subject"] == "Dentro"


def test_a_link_has_no_content(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = deliver(
        firm, "x", attachments=[{"@odata.type": "#microsoft.graph.referenceAttachment", "name": "l"}]
    )
    (listed,) = graph.get(f"{MESSAGES}/{found}/attachments", params={"$select": "name"}).json()["value"]

    assert set(listed) == {"@odata.type", "id", "name"}
    assert graph.get(f"{MESSAGES}/{found}/attachments/{listed['id']}/$value").status_code == 405


def test_a_message_can_be_had_as_a_mail_file(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = deliver(firm, "Añadir\nlínea", attachments=[PDF])

    mail = message_from_bytes(graph.get(f"{MESSAGES}/{found}/$value").content, policy=default)

    assert (mail["subject"], mail["to"]) == ("Añadir línea", f'"{ANA}" <{ANA}>')
    assert [part.get_filename() for part in mail.iter_attachments()] == ["factura.pdf"]


def recorded_item() -> dict[str, object]:
    return {
        **letter("Dentro"),
        "@odata.type": "#microsoft.graph.message",
        "internetMessageId": "<d@x.example>",
    }
