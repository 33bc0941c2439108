"""What happens in mailboxes, without Graph."""

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator import World
from simulator.changes import MessageChange
from simulator.errors import GraphError
from simulator.users import UnknownUser

ANA, LUIS = "ana@ribera.example", "luis@ribera.example"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    world = World(now=lambda: NOW)
    world.add_user("Ana Ribera", ANA, aliases=["ana@ribera-antigua.example"])
    world.add_user("Luis Ortega", LUIS, folder_language="en")
    return world


def people(*addresses: str) -> list[dict[str, Any]]:
    return [{"emailAddress": {"name": "", "address": address}} for address in addresses]


def told(world: World) -> list[tuple[str, str, str]]:
    return [(event.mailbox, event.event, event.folder) for event in world.truth]


def test_a_mail_reaches_every_local_recipient_once(world: World) -> None:
    mail = {
        "toRecipients": people("ANA@ribera-antigua.example", ANA, "fuera@x.example"),
        "ccRecipients": people(LUIS),
    }

    assert len(world.deliver(mail)) == 2
    assert told(world) == [(ANA, "delivered", "inbox"), (LUIS, "delivered", "inbox")]


def test_missing_properties_are_filled_in_and_given_ones_kept(world: World) -> None:
    world.deliver({"subject": None, "isRead": None, "internetMessageId": None}, mailboxes=[ANA])
    world.deliver({}, mailboxes=[ANA])

    nulls, filled = (event.message for event in world.truth)
    assert (nulls["subject"], nulls["isRead"], nulls["internetMessageId"]) == (None, None, None)
    assert filled["internetMessageId"].endswith("@mail.ribera.example>")
    assert filled["receivedDateTime"] == filled["sentDateTime"] == "2026-11-24T09:30:00Z"
    assert (filled["isDraft"], filled["toRecipients"]) == (False, [])
    assert "from" not in filled


def test_the_preview_is_the_text_of_the_body(world: World) -> None:
    content = f"<style>p {{}}</style><p>Uno</p>\r\n<p>dos &lt;3</p>{'x' * 300}"
    world.deliver({"body": {"contentType": "html", "content": content}}, mailboxes=[ANA])

    preview = world.truth.events[0].message["bodyPreview"]
    assert preview.startswith("Uno dos <3")
    assert len(preview) == 255


def test_recipients_without_address_are_no_recipients(world: World) -> None:
    odd: list[Any] = [{"emailAddress": {"name": "x"}}, {"emailAddress": None}, {}, None]

    assert world.deliver({"toRecipients": odd, "ccRecipients": None}) == []


def test_what_is_sent_lies_in_sent_items_and_with_the_recipients(world: World) -> None:
    world.send(ANA, {"subject": "Hola", "toRecipients": people(LUIS), "bccRecipients": people(ANA)})

    assert told(world) == [
        (LUIS, "delivered", "inbox"),
        (ANA, "delivered", "inbox"),
        (ANA, "sent", "sentitems"),
    ]
    received, _, sent = (event.message for event in world.truth)
    assert received["internetMessageId"] == sent["internetMessageId"]
    assert (received["bccRecipients"], sent["bccRecipients"]) == ([], people(ANA))
    assert sent["from"]["emailAddress"]["address"] == ANA


def test_an_answer_belongs_to_the_thread_of_what_it_answers(world: World) -> None:
    def mail(number: int, *references: str) -> dict[str, Any]:
        headers = [{"name": "References", "value": " ".join(references)}]
        return {"internetMessageId": f"<{number}@x>", "internetMessageHeaders": headers}

    for message in (mail(1), mail(2, "<1@x>"), mail(3, "<1@x>", "<2@x>"), mail(4, "<2@x>"), mail(5)):
        world.deliver(message, mailboxes=[ANA])

    threads = [event.message["conversationId"] for event in world.truth]
    assert len(set(threads[:4])) == 1
    assert threads[4] != threads[0]


def test_the_truth_names_folders_by_their_lasting_names(world: World) -> None:
    (found,) = world.deliver({}, mailboxes=[LUIS])
    clients = world.create_folder(LUIS, "Clientes", "inbox")
    uno = world.create_folder(LUIS, "Uno", clients)
    loose = world.create_folder(LUIS, "Suelta")
    for folder in (uno, loose, "DeletedItems"):
        world.move(LUIS, found, folder)
    world.delete(LUIS, found)

    assert [(event, folder) for _, event, folder in told(world)] == [
        ("delivered", "inbox"),
        ("moved", "inbox/Clientes/Uno"),
        ("moved", "Suelta"),
        ("moved", "deleteditems"),
        ("deleted", "deleteditems"),
    ]


def test_the_truth_is_not_changed_by_what_comes_after(world: World) -> None:
    (found,) = world.deliver({}, mailboxes=[ANA])
    world.update(ANA, found, {"isRead": True})

    assert [event.message["isRead"] for event in world.truth] == [False, True]


def test_a_deleted_mail_can_be_restored(world: World) -> None:
    (found,) = world.deliver({}, mailboxes=[ANA])
    world.delete(ANA, found)
    with pytest.raises(GraphError):
        world.update(ANA, found, {"isRead": True})

    restored = world.move(ANA, found, "inbox")

    assert restored.id == found
    assert world.mailbox(ANA).listed() == [restored]


def test_a_deleted_folder_takes_its_mails_along(world: World) -> None:
    outer = world.create_folder(ANA, "Fuera")
    inner = world.create_folder(ANA, "Dentro", outer)
    world.deliver({}, mailboxes=[ANA], folder=inner)

    world.delete_folder(ANA, outer)

    assert world.mailbox(ANA).listed() == []
    assert {"Fuera", "Dentro"}.isdisjoint(f.display_name for f in world.mailbox(ANA).folders.values())


def test_only_a_draft_can_be_sent(world: World) -> None:
    (found,) = world.deliver({}, mailboxes=[ANA])

    with pytest.raises(GraphError, match="not a draft"):
        world.send_draft(ANA, found)


def test_listeners_hear_of_before_and_after(world: World) -> None:
    heard: list[MessageChange] = []
    world.on_change(heard.append)
    (found,) = world.deliver({}, mailboxes=[ANA])
    world.update(ANA, found, {"isRead": True})

    created, updated = heard
    assert (created.before, created.arrival) == (None, True)
    assert updated.before is created.after
    assert updated.after is not None
    assert updated.after.etag != updated.before.etag if updated.before else False


def test_the_same_seed_gives_the_same_ids() -> None:
    def ids(seed: int) -> list[str]:
        world = World(now=lambda: NOW, seed=seed)
        world.add_user("Ana", ANA)
        return world.deliver({}, mailboxes=[ANA]) + [user.id for user in world.users]

    assert ids(1) == ids(1)
    assert ids(1)[0] != ids(2)[0]
    assert ids(1)[1] == ids(2)[1]


def test_nobody_is_found_by_an_unknown_name(world: World) -> None:
    with pytest.raises(UnknownUser):
        world.mailbox("nobody@x.example")


def test_folders_have_names_in_the_language_of_their_owner(world: World) -> None:
    names = [world.mailbox(owner).folder("drafts").display_name for owner in (ANA, LUIS)]

    assert names == ["Borradores", "Drafts"]


def test_what_is_archived_leaves_and_may_come_back_under_another_id(world: World) -> None:
    (found,) = world.deliver({"subject": "Escritura"}, mailboxes=[ANA])

    archived = world.archive(ANA, found)
    gone = world.mailbox(ANA).listed()
    back = world.unarchive(ANA, archived)

    assert gone == []
    assert len({found, archived, back}) == 3
    assert [m.properties["subject"] for m in world.mailbox(ANA).listed()] == ["Escritura"]
    assert [event for _, event, _ in told(world)] == ["delivered", "archived", "delivered"]


def test_what_is_purged_cannot_be_restored(world: World) -> None:
    (found,) = world.deliver({}, mailboxes=[ANA])
    world.delete(ANA, found)

    world.purge(ANA, found)

    with pytest.raises(GraphError):
        world.move(ANA, found, "inbox")
    assert told(world)[-1] == (ANA, "purged", "recoverableitemsdeletions")


def test_a_mail_sent_again_is_another_mail(world: World) -> None:
    file = {"name": "a.txt", "contentBytes": "eA=="}
    first = world.send(ANA, {"subject": "Aviso", "toRecipients": people(LUIS), "attachments": [file]})

    second = world.resend(ANA, first)

    box = world.mailbox(ANA)
    once, again = (box.message(each) for each in (first, second))
    assert once.properties["internetMessageId"] != again.properties["internetMessageId"]
    assert (once.properties["subject"], again.properties["subject"]) == ("Aviso", "Aviso")
    assert [attachment["name"] for attachment in again.attachments] == ["a.txt"]
    assert len(world.mailbox(LUIS).listed()) == 2


def test_a_removed_user_gets_no_mail_until_they_come_back(world: World) -> None:
    (before,) = world.deliver({}, mailboxes=[ANA])

    ana = world.remove_user(ANA)
    lost = world.deliver({"toRecipients": people(ANA, LUIS)})
    world.restore_user(ana)

    assert len(lost) == 1
    assert [message.id for message in world.mailbox(ANA).listed()] == [before]
    assert world.user("ana@ribera-antigua.example") == ana
