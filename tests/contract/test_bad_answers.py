"""Answers that no reader expects, and messages that cannot be read at all."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from simulator import Simulator
from tests.contract.conftest import ANA
from tests.contract.letters import letter
from tests.contract.test_batch import batch, get
from tests.contract.test_delta import INBOX, deliver, names, walk

pytestmark = pytest.mark.integration

MESSAGES = f"/users/{ANA}/messages"
PAGES_OF_ONE = {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=1'}


def address_of(message_id: str) -> str:
    return f"{MESSAGES}/{quote(message_id, safe='')}"


def test_a_connection_may_be_reset_with_the_work_done(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(reset=True)

    with pytest.raises(httpx.ReadError, match="reset"):
        graph.post(MESSAGES, json={"subject": "saved all the same"})

    assert len(graph.get(MESSAGES).json()["value"]) == 1


def test_every_key_may_come_twice(graph: httpx.Client, firm: Simulator) -> None:
    deliver(firm, 1)
    firm.faults.next_call(duplicate_keys=True)

    text = graph.get(MESSAGES).text

    keys: list[str] = []
    found = json.loads(text, object_pairs_hook=lambda pairs: keys.extend(k for k, _ in pairs) or dict(pairs))
    assert keys.count("value") == 2
    assert names(found["value"]) == ["n0"]


def test_messages_may_be_shown_with_nulls_and_news(graph: httpx.Client, firm: Simulator) -> None:
    deliver(firm, 1)
    firm.faults.mutate_messages(seed=3, nulls=1.0, extras=1.0, enums=1.0, fields=["isRead", "subject"])

    (listed,) = graph.get(MESSAGES).json()["value"]
    (changed,) = graph.get(INBOX).json()["value"]
    one = graph.get(address_of(listed["id"])).json()
    firm.faults.clear()

    for found in (listed, changed, one):
        assert (found["isRead"], found["subject"], found["importance"]) == (None, None, "unknownFutureValue")
        assert "contentOfTomorrow" in found
    assert names(graph.get(MESSAGES).json()["value"]) == ["n0"]


def test_two_pages_may_point_to_each_other(graph: httpx.Client, firm: Simulator) -> None:
    ids = deliver(firm, 2)
    firm.faults.loop_delta(7, length=2)

    links, shown, link = [], [], INBOX
    for _ in range(7):
        page = graph.get(link, headers=PAGES_OF_ONE).json()
        link = page["@odata.nextLink"]
        links.append(link)
        shown += [item["id"] for item in page["value"]]
    rest, _ = walk(graph, link, headers=PAGES_OF_ONE)

    assert len(set(links)) == 2
    assert set(shown) == set(ids)
    assert rest[-1]["id"] == ids[0]


def test_what_is_removed_may_be_there_after_all(graph: httpx.Client, firm: Simulator) -> None:
    ids = deliver(firm, 1)
    firm.faults.remove_then_show_delta()

    items, _ = walk(graph, INBOX, headers=PAGES_OF_ONE)

    assert [(item["id"], "@removed" in item) for item in items] == [(ids[0], True), (ids[0], False)]


def test_an_item_may_be_on_three_pages(graph: httpx.Client, firm: Simulator) -> None:
    deliver(firm, 2)
    firm.faults.replay_delta(2)

    items, _ = walk(graph, INBOX, headers=PAGES_OF_ONE)

    assert names(items) == ["n1", "n1", "n1", "n0"]


@pytest.mark.parametrize("kind", ["json", "types", "cut", "html", "error"])
def test_a_poisoned_message_can_never_be_read(graph: httpx.Client, firm: Simulator, kind: Any) -> None:
    poison, good = (firm.world.deliver(letter(name))[0] for name in ("mala", "buena"))
    firm.faults.poison_message(ANA, poison, kind)
    by_default_id = firm.world.mailbox(ANA).message(poison).rest_id

    for name in (poison, by_default_id):
        for _ in range(3):
            assert not readable(graph, address_of(name))
    assert readable(graph, address_of(good))
    found = batch(graph, get("1", address_of(poison)), get("2", address_of(good)))
    assert found["2"]["body"]["subject"] == "buena"
    assert not (isinstance(found["1"]["body"], dict) and found["1"]["body"].get("subject") == "mala")
    recipients = [item["toRecipients"] for item in walk(graph, INBOX)[0]]
    assert [isinstance(each, list) for each in recipients].count(False) == 1

    firm.faults.cure_message(ANA, poison)
    assert readable(graph, address_of(poison))


def readable(graph: httpx.Client, url: str) -> bool:
    try:
        answer = graph.get(url)
        return answer.status_code == 200 and isinstance(answer.json()["toRecipients"], list)
    except (httpx.HTTPError, ValueError):
        return False


def test_a_message_may_hang_while_others_are_read(graph: httpx.Client, firm: Simulator) -> None:
    hanging, good = (firm.world.deliver(letter())[0] for _ in range(2))
    firm.faults.hang_message(ANA, hanging)

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(graph.get, address_of(hanging), timeout=30)
        firm.requests.wait_for_progress(firm.world.user(ANA).id, 1)
        others = [graph.get(address_of(good)).status_code, graph.get(INBOX).status_code]
        waiting = not slow.done()
        firm.faults.clear()

    assert (others, waiting, slow.result().status_code) == ([200, 200], True, 200)
