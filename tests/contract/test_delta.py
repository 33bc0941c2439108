"""Delta queries of one folder."""

from typing import Any

import httpx
import pytest

from simulator import Simulator
from tests.contract.conftest import ANA
from tests.contract.letters import letter
from tests.contract.samples import assert_same_shape, sample

pytestmark = pytest.mark.integration

INBOX = f"/users/{ANA}/mailFolders/inbox/messages/delta"
ARCHIVE = f"/users/{ANA}/mailFolders/archive/messages/delta"
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}


def walk(
    graph: httpx.Client,
    link: str,
    params: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[list[dict[str, Any]], str]:
    """Every item up to the delta link, and that link."""
    items: list[dict[str, Any]] = []
    page = graph.get(link, params=params, headers=headers)
    while True:
        assert page.status_code == 200, page.text
        answer = page.json()
        items += answer["value"]
        assert ("@odata.nextLink" in answer) != ("@odata.deltaLink" in answer)
        if "@odata.deltaLink" in answer:
            return items, answer["@odata.deltaLink"]
        page = graph.get(answer["@odata.nextLink"], headers=headers)


def names(items: list[dict[str, Any]]) -> list[str]:
    return ["-" if "@removed" in item else item["subject"] for item in items]


def deliver(simulator: Simulator, count: int) -> list[str]:
    return [
        simulator.world.deliver(
            letter(f"n{number}", receivedDateTime=f"2026-11-{number % 28 + 1:02d}T09:00:00Z")
        )[0]
        for number in range(count)
    ]


def test_the_first_walk_shows_everything_in_pages_of_the_size_preferred(
    graph: httpx.Client, firm: Simulator
) -> None:
    deliver(firm, 7)

    first = graph.get(INBOX, headers={"Prefer": "odata.maxpagesize=3"}).json()
    items, _ = walk(graph, INBOX, headers={"Prefer": "odata.maxpagesize=3"})

    assert len(first["value"]) == 3
    assert names(items) == [f"n{number}" for number in reversed(range(7))]


def test_pages_have_the_shape_of_graphs(graph: httpx.Client, firm: Simulator) -> None:
    ids = deliver(firm, 3)
    options = {"$select": "subject,isRead,sender", "$top": "2"}
    page = graph.get(INBOX, params=options).json()
    last = graph.get(page["@odata.nextLink"]).json()
    firm.world.delete(ANA, ids[0])
    firm.world.update(ANA, ids[1], {"isRead": True})
    second = graph.get(last["@odata.deltaLink"]).json()

    assert_same_shape(page, sample("docs/delta_round1_page1.json"))
    assert_same_shape(last, sample("docs/delta_round1_last.json"))
    assert_same_shape(second, sample("docs/delta_round2_removed_and_updated.json"))
    assert second["value"][1]["isRead"] is True


def test_the_next_walk_shows_what_changed_once(graph: httpx.Client, firm: Simulator) -> None:
    ids = deliver(firm, 3)
    _, link = walk(graph, INBOX)
    firm.world.update(ANA, ids[0], {"isRead": True})
    firm.world.update(ANA, ids[0], {"categories": ["x"]})
    firm.world.delete(ANA, ids[1])
    firm.world.deliver(letter("new"))

    items, link = walk(graph, link)

    assert names(items) == ["n0", "-", "new"]
    assert walk(graph, link)[0] == []


def test_a_delta_link_can_be_used_again(graph: httpx.Client, firm: Simulator) -> None:
    _, link = walk(graph, INBOX)
    deliver(firm, 2)

    assert names(walk(graph, link)[0]) == names(walk(graph, link)[0]) == ["n0", "n1"]


def test_options_of_the_first_call_stay_in_force(graph: httpx.Client, firm: Simulator) -> None:
    old, _ = deliver(firm, 2)
    options = {"$select": "subject", "$filter": "receivedDateTime ge 2026-11-02T00:00:00Z"}
    items, link = walk(graph, INBOX, options)
    firm.world.update(ANA, old, {"isRead": True})
    firm.world.deliver(letter("new"))

    again, _ = walk(graph, link)

    assert names(items) == ["n1"]
    assert names(again) == ["new"]
    assert set(again[0]) == {"@odata.type", "@odata.etag", "id", "subject"}


def test_a_move_is_a_removal_and_a_new_default_id(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = deliver(firm, 1)
    (before,), inbox = walk(graph, INBOX)
    _, archive = walk(graph, ARCHIVE)

    firm.world.move(ANA, found, "archive")

    (removed,), _ = walk(graph, inbox)
    (added,), _ = walk(graph, archive)
    assert removed == {
        "@odata.type": "#microsoft.graph.message",
        "id": before["id"],
        "@removed": {"reason": "deleted"},
    }
    assert added["id"] != before["id"]


def test_there_and_back_leaves_an_immutable_id_in_place(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = deliver(firm, 1)
    _, link = walk(graph, INBOX, headers=IMMUTABLE)

    firm.world.move(ANA, found, "archive")
    firm.world.move(ANA, found, "inbox")

    (item,), _ = walk(graph, link, headers=IMMUTABLE)
    assert (item["id"], "@removed" in item) == (found, False)


def test_hidden_moves_show_the_removal_only(graph: httpx.Client, firm: Simulator) -> None:
    (found,) = deliver(firm, 1)
    _, inbox = walk(graph, INBOX, headers=IMMUTABLE)
    _, archive = walk(graph, ARCHIVE, headers=IMMUTABLE)
    firm.faults.hide_moves_from_delta()

    firm.world.move(ANA, found, "archive")
    firm.world.move(ANA, found, "inbox")

    assert names(walk(graph, inbox, headers=IMMUTABLE)[0]) == ["-"]
    assert names(walk(graph, archive, headers=IMMUTABLE)[0]) == ["-"]


def test_an_expired_link_is_gone_and_says_where_to_begin_again(graph: httpx.Client, firm: Simulator) -> None:
    deliver(firm, 1)
    _, link = walk(graph, INBOX)
    firm.faults.expire_delta()

    answer = graph.get(link)

    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "SyncStateNotFound")
    assert names(walk(graph, answer.headers["location"])[0]) == ["n0"]


def test_an_expired_link_may_be_called_otherwise(graph: httpx.Client, firm: Simulator) -> None:
    _, link = walk(graph, INBOX)
    firm.faults.expire_delta(status=400, code="syncStateNotFound")

    answer = graph.get(link)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "syncStateNotFound")


def test_odd_pages_are_empty_replayed_or_lead_to_themselves(graph: httpx.Client, firm: Simulator) -> None:
    deliver(firm, 2)

    firm.faults.empty_delta_pages(1)
    empty = graph.get(INBOX).json()
    firm.faults.replay_delta(2)
    replayed, _ = walk(graph, INBOX)
    firm.faults.loop_delta(3)
    link = graph.get(INBOX).json()["@odata.nextLink"]
    itself = graph.get(link).json()["@odata.nextLink"]
    looping, _ = walk(graph, link)

    assert (empty["value"], "@odata.nextLink" in empty) == ([], True)
    assert names(replayed) == ["n1", "n0"] * 3
    assert itself == link
    assert names(looping) == ["n1", "n0"] * 2


def test_a_forged_link_leads_elsewhere(graph: httpx.Client, firm: Simulator) -> None:
    deliver(firm, 3)
    firm.faults.foreign_next_link("http://127.0.0.1:9/steal")

    pages = [graph.get(path, params={"$top": 1}).json() for path in (INBOX, f"/users/{ANA}/messages")]

    assert [page["@odata.nextLink"] for page in pages] == ["http://127.0.0.1:9/steal"] * 2


def test_a_filter_by_date_caps_the_answer_at_5000(graph: httpx.Client, firm: Simulator) -> None:
    with firm.world.lock:
        for _ in range(5_010):
            firm.world.deliver(letter("x", receivedDateTime="2026-11-01T09:00:00Z"))
    headers = {"Prefer": "odata.maxpagesize=1000"}
    options = {"$select": "id", "$filter": "receivedDateTime ge 2026-01-01T00:00:00Z"}

    assert len(walk(graph, INBOX, options, headers)[0]) == 5_000
    assert len(walk(graph, INBOX, {"$select": "id"}, headers)[0]) == 5_010


@pytest.mark.parametrize(
    "options",
    [{"$filter": "isRead eq false"}, {"$orderby": "subject"}, {"$search": "x"}, {"$select": "nope"}],
)
def test_delta_takes_fewer_options_than_a_list(graph: httpx.Client, options: dict[str, str]) -> None:
    assert graph.get(INBOX, params=options).status_code == 400


@pytest.mark.parametrize("verb", ["delta", "delta()", "microsoft.graph.delta()", "microsoft.graph.delta"])
def test_delta_has_several_spellings(graph: httpx.Client, firm: Simulator, verb: str) -> None:
    deliver(firm, 1)

    items, _ = walk(graph, f"/users('{ANA}')/mailFolders('inbox')/messages/{verb}")

    assert names(items) == ["n0"]
