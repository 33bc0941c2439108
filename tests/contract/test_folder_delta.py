"""Delta queries of a mailbox's folders."""

from typing import Any

import httpx
import pytest

from simulator import Simulator
from tests.contract.conftest import ANA
from tests.contract.letters import letter
from tests.contract.test_delta import walk

pytestmark = pytest.mark.integration

TREE = f"/users/{ANA}/mailFolders/delta"
KIND = {"@odata.type": "#microsoft.graph.mailFolder"}
STANDARD = {"inbox", "drafts", "sentitems", "deleteditems", "junkemail", "archive", "outbox"}


def names(items: list[dict[str, Any]]) -> list[str]:
    return ["-" if "@removed" in item else item["displayName"] for item in items]


def test_the_first_walk_shows_every_folder_page_by_page(graph: httpx.Client, firm: Simulator) -> None:
    outer = firm.world.create_folder(ANA, "Clientes", "inbox")
    inner = firm.world.create_folder(ANA, "Panadería", outer)
    firm.world.deliver(letter(), mailboxes=[ANA], folder=inner)

    first = graph.get(TREE, headers={"Prefer": "odata.maxpagesize=3"}).json()
    items, _ = walk(graph, TREE, headers={"Prefer": "odata.maxpagesize=3"})

    assert (len(first["value"]), "@odata.nextLink" in first) == (3, True)
    by_id = {item["id"]: item for item in items}
    assert (by_id[inner]["parentFolderId"], by_id[inner]["totalItemCount"]) == (outer, 1)
    assert by_id[outer]["childFolderCount"] == 1
    box = firm.world.mailbox(ANA)
    assert {box.folder(name).id for name in STANDARD} < set(by_id)
    assert len(items) == len(by_id)


def test_the_next_walk_shows_what_is_new_renamed_moved_and_gone(graph: httpx.Client, firm: Simulator) -> None:
    old, renamed, moved = (firm.world.create_folder(ANA, name) for name in ("Viejo", "Uno", "Dos"))
    _, link = walk(graph, TREE)
    firm.world.delete_folder(ANA, old)
    firm.world.rename_folder(ANA, renamed, "Primero")
    firm.world.move_folder(ANA, moved, renamed)
    new = firm.world.create_folder(ANA, "Tres", moved)

    items, again = walk(graph, link)

    assert names(items) == ["Primero", "Dos", "Tres", "-"]
    by_id = {item["id"]: item for item in items}
    assert by_id[old] == {**KIND, "id": old, "@removed": {"reason": "deleted"}}
    assert (by_id[moved]["parentFolderId"], by_id[new]["parentFolderId"]) == (renamed, moved)
    assert walk(graph, again)[0] == []
    assert names(walk(graph, link)[0]) == names(items)


def test_a_folder_takes_what_is_below_it_along(graph: httpx.Client, firm: Simulator) -> None:
    outer = firm.world.create_folder(ANA, "Fuera")
    inner = firm.world.create_folder(ANA, "Dentro", outer)
    _, link = walk(graph, TREE)

    firm.world.delete_folder(ANA, outer)

    items, _ = walk(graph, link)
    assert {item["id"] for item in items if "@removed" in item} == {outer, inner}


def test_a_folder_counts_what_is_in_it_now(graph: httpx.Client, firm: Simulator) -> None:
    def counts(name: str) -> tuple[int, int]:
        folder = graph.get(f"/users/{ANA}/mailFolders/{name}").json()
        return folder["totalItemCount"], folder["unreadItemCount"]

    first, second = (firm.world.deliver(letter())[0] for _ in range(2))
    full = counts("inbox")
    firm.world.update(ANA, first, {"isRead": True})
    firm.world.move(ANA, second, "archive")

    assert (full, counts("inbox"), counts("archive")) == ((2, 2), (1, 0), (1, 1))


def test_hidden_folders_are_shown_to_who_asked_for_them(graph: httpx.Client, firm: Simulator) -> None:
    _, seeing_less = walk(graph, TREE)
    items, seeing_all = walk(graph, TREE, {"includeHiddenFolders": "true"})
    hidden = firm.world.create_folder(ANA, "Oculta", hidden=True)

    assert any(item["isHidden"] for item in items)
    assert walk(graph, seeing_less)[0] == []
    assert [item["id"] for item in walk(graph, seeing_all)[0]] == [hidden]


def test_a_folder_can_be_renamed_and_moved_over_graph(graph: httpx.Client, firm: Simulator) -> None:
    folder = firm.world.create_folder(ANA, "Uno")
    path = f"/users/{ANA}/mailFolders/{folder}"

    renamed = graph.patch(path, json={"displayName": "Primero"})
    moved = graph.post(f"{path}/move", json={"destinationId": "inbox"})
    circle = graph.post(f"/users/{ANA}/mailFolders/inbox/move", json={"destinationId": folder})

    assert (renamed.status_code, moved.status_code, circle.status_code) == (200, 201, 400)
    assert (moved.json()["id"], moved.json()["displayName"]) == (folder, "Primero")
    assert moved.json()["parentFolderId"] == firm.world.mailbox(ANA).folder("inbox").id


def test_options_of_the_first_call_stay_in_force(graph: httpx.Client, firm: Simulator) -> None:
    _, link = walk(graph, TREE, {"$select": "displayName"})
    firm.world.create_folder(ANA, "Nueva")

    (item,), _ = walk(graph, link)

    assert set(item) == {"@odata.type", "id", "displayName"}


@pytest.mark.parametrize(("status", "code"), [(410, "SyncStateNotFound"), (404, "syncStateNotFound")])
def test_an_expired_link_says_where_to_begin_again(
    graph: httpx.Client, firm: Simulator, status: int, code: str
) -> None:
    items, link = walk(graph, TREE)
    firm.faults.expire_delta(status=status, code=code)

    answer = graph.get(link)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert names(walk(graph, answer.headers["location"])[0]) == names(items)


def test_the_messages_of_a_folder_that_is_gone_are_not_found(graph: httpx.Client, firm: Simulator) -> None:
    folder = firm.world.create_folder(ANA, "Breve")
    _, link = walk(graph, f"/users/{ANA}/mailFolders/{folder}/messages/delta")

    firm.world.delete_folder(ANA, folder)

    assert graph.get(link).status_code == 404
