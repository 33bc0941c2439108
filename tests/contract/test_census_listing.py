"""The list of all that a mailbox holds since a date, in every folder, through all pages."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from simulator import Simulator
from simulator.bulk import fill
from tests.contract.conftest import ANA
from tests.contract.letters import letter

pytestmark = pytest.mark.integration

FIRST, LAST = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
OPTIONS = {
    "$select": "id,internetMessageId,parentFolderId,receivedDateTime,sentDateTime,isDraft,from",
    "$filter": "receivedDateTime ge 2026-10-01T00:00:00Z",
    "$orderby": "receivedDateTime",
    "$top": "1000",
    "$count": "true",
}
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}


def listed(graph: httpx.Client, **options: str) -> tuple[list[dict[str, Any]], list[int]]:
    """Every item, and how many came on each page."""
    answer = graph.get(f"/users/{ANA}/messages", params={**OPTIONS, **options}, headers=IMMUTABLE).json()
    items, sizes = answer["value"], [len(answer["value"])]
    while link := answer.get("@odata.nextLink"):
        answer = graph.get(link, headers=IMMUTABLE).json()
        items += answer["value"]
        sizes.append(len(answer["value"]))
    return items, sizes


def test_every_mail_of_every_folder_is_listed_in_order(graph: httpx.Client, firm: Simulator) -> None:
    ids = {
        identifier
        for folder in ("inbox", "junkemail", "deleteditems", "drafts", "sentitems")
        for identifier in fill(firm.world, [ANA], 450, since=FIRST, until=LAST, folder=folder)
    }
    fill(firm.world, [ANA], 10, since=datetime(2026, 9, 1, tzinfo=UTC), until=FIRST)

    items, sizes = listed(graph)

    assert sizes == [1000, 1000, 250]
    assert {item["id"] for item in items} == ids
    received = [item["receivedDateTime"] for item in items]
    assert received == sorted(received)
    assert len({item["parentFolderId"] for item in items}) == 5
    assert set(items[0]) == {"@odata.etag", *OPTIONS["$select"].split(",")}


def test_every_page_says_how_many_there_are(graph: httpx.Client, firm: Simulator) -> None:
    fill(firm.world, [ANA], 5, since=FIRST, until=LAST)

    first = graph.get(f"/users/{ANA}/messages", params={**OPTIONS, "$top": "2"}).json()
    second = graph.get(first["@odata.nextLink"]).json()

    assert (first["@odata.count"], second["@odata.count"]) == (5, 5)


def test_drafts_are_listed_and_what_is_deleted_for_good_is_not(graph: httpx.Client, firm: Simulator) -> None:
    draft = firm.world.save_draft(ANA, {"subject": "A medias"})
    deleted, kept = (firm.world.deliver(letter())[0] for _ in range(2))
    firm.world.delete(ANA, deleted)

    items, _ = listed(graph)

    assert {item["id"]: item["isDraft"] for item in items} == {draft: True, kept: False}


def test_a_period_can_be_asked_for_day_by_day(graph: httpx.Client, firm: Simulator) -> None:
    fill(firm.world, [ANA], 62, since=FIRST, until=LAST)
    day = "receivedDateTime ge 2026-10-05T00:00:00Z and receivedDateTime lt 2026-10-06T00:00:00Z"

    items, _ = listed(graph, **{"$filter": f"{day} and isDraft eq false"})

    assert [item["receivedDateTime"] for item in items] == ["2026-10-05T00:00:00Z", "2026-10-05T12:00:00Z"]


def test_what_arrives_between_two_pages_is_listed_too(graph: httpx.Client, firm: Simulator) -> None:
    fill(firm.world, [ANA], 3, since=FIRST, until=LAST)
    first = graph.get(f"/users/{ANA}/messages", params={**OPTIONS, "$top": "2"}).json()
    firm.world.deliver(letter(receivedDateTime="2026-11-02T09:00:00Z"))

    second = graph.get(first["@odata.nextLink"]).json()

    assert len(second["value"]) == 2


@pytest.mark.parametrize(
    "clause", ["isDraft eq false", "isDraft eq false and receivedDateTime ge 2026-10-01T00:00:00Z"]
)
def test_a_filter_must_begin_with_the_date_that_sorts(graph: httpx.Client, clause: str) -> None:
    answer = graph.get(f"/users/{ANA}/messages", params={**OPTIONS, "$filter": clause})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InefficientFilter")
