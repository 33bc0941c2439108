"""Drafts, answers, sending and marking through Graph."""

import base64

import httpx
import pytest

from simulator import Simulator
from tests.contract.conftest import ANA, LUIS
from tests.contract.letters import letter, person

pytestmark = pytest.mark.integration

MESSAGES = f"/users/{ANA}/messages"


def only(graph: httpx.Client, owner: str, folder: str) -> dict[str, object]:
    """The one message of a folder."""
    (found,) = graph.get(f"/users/{owner}/mailFolders/{folder}/messages").json()["value"]
    message: dict[str, object] = found
    return message


def test_a_draft_is_made_changed_and_sent(graph: httpx.Client) -> None:
    draft = graph.post(MESSAGES, json={"subject": "Hola", "toRecipients": [person(LUIS)]})
    path = draft.headers["location"]

    changed = graph.patch(path, json={"body": {"contentType": "html", "content": "<b>Qué tal</b>"}})
    sent = graph.post(f"{path}/send")

    assert (draft.status_code, changed.status_code, sent.status_code) == (201, 200, 202)
    assert draft.json()["isDraft"] is True
    assert changed.json()["bodyPreview"] == "Qué tal"
    own, received = only(graph, ANA, "sentitems"), only(graph, LUIS, "inbox")
    assert own["isDraft"] is received["isDraft"] is False
    assert own["internetMessageId"] == received["internetMessageId"]
    assert received["from"] == {"emailAddress": {"name": "Ana Ribera", "address": ANA}}
    assert own["conversationId"] != received["conversationId"]


def test_a_sent_draft_keeps_its_immutable_id_unless_told_otherwise(
    graph: httpx.Client, firm: Simulator
) -> None:
    first, second = (firm.world.save_draft(ANA, {"subject": name}) for name in ("1", "2"))

    kept = firm.world.send_draft(ANA, first)
    firm.faults.change_ids_on_sending()
    changed = firm.world.send_draft(ANA, second)

    assert kept == first
    assert changed != second
    assert graph.get(f"{MESSAGES}/{second}").status_code == 404


def test_blind_copies_are_known_to_the_sender_only(graph: httpx.Client) -> None:
    message = {"subject": "x", "toRecipients": [person("c@x.example")], "bccRecipients": [person(LUIS)]}

    answer = graph.post(f"/users/{ANA}/sendMail", json={"message": message})

    assert answer.status_code == 202
    assert only(graph, ANA, "sentitems")["bccRecipients"] == [person(LUIS)]
    assert only(graph, LUIS, "inbox")["bccRecipients"] == []


def test_mail_that_is_not_saved_leaves_no_trace(graph: httpx.Client) -> None:
    graph.post(f"/users/{ANA}/sendMail", json={"message": letter(to=LUIS), "saveToSentItems": False})

    assert graph.get(MESSAGES).json()["value"] == []
    assert only(graph, LUIS, "inbox")["subject"] == "Facturas"


def test_a_reply_goes_to_the_sender_in_the_same_thread(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = firm.world.deliver(letter("Facturas", internetMessageId="<uno@x.example>"))
    original = graph.get(f"{MESSAGES}/{found}").json()

    draft = graph.post(f"{MESSAGES}/{found}/createReply", json={"comment": "Recibidas."})

    assert draft.status_code == 201
    assert draft.json()["subject"] == "RE: Facturas"
    assert draft.json()["toRecipients"] == [original["from"]]
    assert draft.json()["conversationId"] == original["conversationId"]
    assert "Recibidas." in draft.json()["body"]["content"]
    assert "internetMessageHeaders" not in draft.json()


def test_a_reply_to_all_leaves_the_own_addresses_out(graph: httpx.Client, firm: Simulator) -> None:
    both = [person("ana.ribera@ribera.example"), person(LUIS)]
    (found, _) = firm.world.deliver(letter(toRecipients=both, ccRecipients=[person("otro@x.example")]))

    draft = graph.post(f"{MESSAGES}/{found}/createReplyAll", json={}).json()

    assert [p["emailAddress"]["address"] for p in draft["ccRecipients"]] == [LUIS, "otro@x.example"]


def test_a_reply_that_is_sent_threads_at_the_other_end(graph: httpx.Client, firm: Simulator) -> None:
    sent = firm.world.send(ANA, {"subject": "Hola", "toRecipients": [person(LUIS)]})
    received = only(graph, LUIS, "inbox")

    answer = graph.post(f"/users/{LUIS}/messages/{received['id']}/reply", json={"comment": "Bien"})

    assert answer.status_code == 202
    own = graph.get(f"{MESSAGES}/{sent}").json()
    assert only(graph, ANA, "inbox")["conversationId"] == own["conversationId"]


def test_a_comment_and_a_body_exclude_each_other(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = firm.world.deliver(letter())
    request = {"comment": "x", "message": {"body": {"contentType": "text", "content": "y"}}}

    assert graph.post(f"{MESSAGES}/{found}/createReply", json=request).status_code == 400


def test_a_forward_carries_the_attachments(graph: httpx.Client, firm: Simulator) -> None:
    file = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentBytes": "YQ=="}
    (found,) = firm.world.deliver(letter(attachments=[file]))

    request = {"toRecipients": [person(LUIS)], "comment": "Mira"}
    assert graph.post(f"{MESSAGES}/{found}/forward", json=request).status_code == 202

    received = only(graph, LUIS, "inbox")
    assert received["hasAttachments"] is True
    assert str(received["subject"]).endswith("Facturas")


def test_categories_and_read_marks_can_be_set_on_received_mail(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = firm.world.deliver(letter())
    before = graph.get(f"{MESSAGES}/{found}").json()

    after = graph.patch(f"{MESSAGES}/{found}", json={"categories": ["Registrado"], "isRead": True})

    assert after.status_code == 200
    assert (after.json()["categories"], after.json()["isRead"]) == (["Registrado"], True)
    assert after.json()["changeKey"] != before["changeKey"]


def test_received_mail_keeps_its_subject(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = firm.world.deliver(letter())

    assert graph.patch(f"{MESSAGES}/{found}", json={"subject": "otro"}).status_code == 400


def test_a_copy_has_ids_of_its_own(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = firm.world.deliver(letter())

    answer = graph.post(f"{MESSAGES}/{found}/copy", json={"destinationId": "archive"})

    copies = graph.get(MESSAGES).json()["value"]
    assert answer.status_code == 201
    assert len({copy["id"] for copy in copies}) == 2
    assert len({copy["internetMessageId"] for copy in copies}) == 1


def test_small_files_are_attached_and_large_ones_refused(graph: httpx.Client) -> None:
    draft = graph.post(MESSAGES, json={"subject": "x"}).json()["id"]

    def attach(size: int) -> httpx.Response:
        content = base64.b64encode(b"x" * size).decode()
        file = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "x", "contentBytes": content}
        return graph.post(f"{MESSAGES}/{draft}/attachments", json=file)

    assert (attach(2_000_000).status_code, attach(3_200_000).status_code) == (201, 413)
    assert graph.get(f"{MESSAGES}/{draft}").json()["hasAttachments"] is True


@pytest.mark.parametrize("body", [b"no json", b"[1]"])
def test_a_payload_that_is_no_object_is_refused(graph: httpx.Client, body: bytes) -> None:
    answer = graph.post(MESSAGES, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
