"""What people do with their mail, as delta, notifications and lists show it."""

import httpx
import pytest

from simulator import Simulator
from simulator.delivery import DeliveryRules
from tests.contract.conftest import ANA
from tests.contract.letters import letter, person
from tests.contract.receiver import Receiver
from tests.contract.test_delta import INBOX, names, walk
from tests.contract.test_notifications import watch
from tests.contract.test_subscriptions import wanted

pytestmark = pytest.mark.integration

IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}
MESSAGES = f"/users/{ANA}/messages"


@pytest.fixture(autouse=True)
def one_update(firm: Simulator) -> None:
    firm.notifications.rules = DeliveryRules(updates_after_arrival=(0, 0))


def status(graph: httpx.Client, message_id: str) -> int:
    return graph.get(f"{MESSAGES}/{message_id}", headers=IMMUTABLE).status_code


@pytest.fixture
def mail(firm: Simulator) -> str:
    """The immutable id of a mail in Ana's inbox."""
    return firm.world.deliver(letter())[0]


def test_there_and_back_with_immutable_ids_shows_the_removal_only(
    graph: httpx.Client, firm: Simulator, mail: str
) -> None:
    _, link = walk(graph, INBOX, headers=IMMUTABLE)
    firm.faults.hide_moves_from_delta()
    firm.world.move(ANA, mail, firm.world.create_folder(ANA, "Clientes"))
    firm.world.move(ANA, mail, "inbox")

    items, link = walk(graph, link, headers=IMMUTABLE)

    assert [(item["id"], "@removed" in item) for item in items] == [(mail, True)]
    assert status(graph, mail) == 200
    assert walk(graph, link, headers=IMMUTABLE)[0] == []
    firm.world.update(ANA, mail, {"isRead": True})
    assert names(walk(graph, link, headers=IMMUTABLE)[0]) == ["Facturas"]


def test_a_move_into_a_new_folder_shows_there(graph: httpx.Client, firm: Simulator, mail: str) -> None:
    folder = firm.world.create_folder(ANA, "Nueva", "inbox")

    firm.world.move(ANA, mail, folder)

    (item,), _ = walk(graph, f"/users/{ANA}/mailFolders/{folder}/messages/delta", headers=IMMUTABLE)
    assert (item["id"], item["parentFolderId"]) == (mail, folder)


def test_the_archive_mailbox_is_out_of_reach(
    graph: httpx.Client, firm: Simulator, receiver: Receiver, mail: str
) -> None:
    _, link = walk(graph, INBOX, headers=IMMUTABLE)
    watch(graph, receiver, headers=IMMUTABLE)

    archived = firm.world.archive(ANA, mail)

    firm.notifications.wait_until_idle()
    assert receiver.kinds == ["deleted"]
    assert [status(graph, each) for each in (mail, archived)] == [404, 404]
    assert names(walk(graph, link, headers=IMMUTABLE)[0]) == ["-"]
    back = firm.world.unarchive(ANA, archived)
    assert [item["id"] for item in walk(graph, link, headers=IMMUTABLE)[0]] == [mail, back]


def test_what_is_restored_is_created_a_second_time(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    watch(graph, receiver, headers=IMMUTABLE)
    (found,) = firm.world.deliver(letter())
    firm.world.delete(ANA, found)
    deleted = status(graph, found)
    firm.world.move(ANA, found, "inbox")

    firm.notifications.wait_until_idle()
    assert (deleted, status(graph, found)) == (404, 200)
    assert receiver.kinds == ["created", "deleted", "created"]
    assert {item["resourceData"]["id"] for item in receiver.items} == {found}


@pytest.mark.parametrize("act", ["delete", "purge"])
def test_what_is_deleted_before_it_is_read_is_not_found(
    graph: httpx.Client, firm: Simulator, mail: str, act: str
) -> None:
    getattr(firm.world, act)(ANA, mail)

    assert status(graph, mail) == 404
    assert graph.get(MESSAGES).json()["value"] == []


def test_a_draft_saved_forty_times_is_one_mail_when_it_is_sent(
    graph: httpx.Client, firm: Simulator, receiver: Receiver
) -> None:
    watch(graph, receiver, headers=IMMUTABLE)
    draft = firm.world.save_draft(ANA, {"toRecipients": [person("c@x.example")]})
    for number in range(40):
        firm.world.update(ANA, draft, {"body": {"contentType": "text", "content": f"versión {number}"}})
    firm.faults.change_ids_on_sending()

    sent = firm.world.send_draft(ANA, draft)

    firm.notifications.wait_until_idle()
    assert receiver.kinds == ["created", *["updated"] * 40, "deleted", "created"]
    assert (status(graph, draft), status(graph, sent)) == (404, 200)
    (found,) = graph.get(MESSAGES).json()["value"]
    assert (found["isDraft"], found["bodyPreview"]) == (False, "versión 39")


def test_a_removed_mailbox_is_not_found_and_comes_back_whole(
    graph: httpx.Client, firm: Simulator, receiver: Receiver, mail: str
) -> None:
    subscription = watch(graph, receiver)["id"]
    _, link = walk(graph, INBOX)

    ana = firm.world.remove_user(ANA)
    paths = (f"/users/{ANA}", f"/users/{ana.id}/messages", link, f"/subscriptions/{subscription}")
    gone = [graph.get(path).status_code for path in paths]
    firm.world.restore_user(ana)
    back = [graph.get(path).status_code for path in paths]

    assert gone == [404] * 4
    assert back == [200, 200, 200, 404]
    assert status(graph, mail) == 200


@pytest.mark.parametrize(
    ("code", "expected", "name"),
    [("MailboxNotEnabledForRESTAPI", 404, "NotFound"), ("ErrorAccessDenied", 403, "Forbidden")],
)
def test_a_mailbox_without_a_licence_answers_nothing_until_it_has_one(
    graph: httpx.Client, firm: Simulator, receiver: Receiver, code: str, expected: int, name: str
) -> None:
    firm.faults.mailbox_unavailable(ANA, code)

    answer = graph.get(MESSAGES)
    refused = graph.post("/subscriptions", json=wanted(receiver))
    firm.faults.mailbox_available(ANA)

    assert (answer.status_code, answer.json()["error"]["code"]) == (expected, code)
    assert (refused.status_code, refused.json()["error"]["code"]) == (expected, "ExtensionError")
    assert f"Status Code: {name};" in refused.json()["error"]["message"]
    assert graph.get(MESSAGES).status_code == 200
