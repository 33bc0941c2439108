"""Outlook's limits as a caller meets them, alone and inside a batch."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from simulator import Simulator
from tests.contract.conftest import ANA, LUIS
from tests.contract.test_batch import batch, get

pytestmark = pytest.mark.integration

MESSAGES = f"/users/{ANA}/messages"


def test_the_wait_that_is_announced_must_be_waited_for(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.set_limits(requests=2)
    answers = [graph.get(MESSAGES) for _ in range(3)]
    firm.clock.advance(timedelta(minutes=5))
    early = graph.get(MESSAGES)
    firm.clock.advance(timedelta(seconds=int(early.headers["retry-after"])))
    patient = graph.get(MESSAGES)

    assert [each.status_code for each in (*answers, early, patient)] == [200, 200, 429, 429, 200]
    assert (answers[2].headers["retry-after"], answers[2].json()["error"]["code"]) == (
        "600",
        "ApplicationThrottled",
    )
    assert (firm.uses()[ANA].refused, firm.uses()[ANA].impatient) == (2, 1)


def test_the_use_of_each_mailbox_is_reported(graph: httpx.Client, firm: Simulator) -> None:
    graph.get(MESSAGES)
    batch(graph, get("1", MESSAGES), get("2", f"/users/{LUIS}/messages"))

    report = httpx.get(f"{firm.url}/simulator/limits").json()

    assert {address: use["requests"] for address, use in report.items() if use["requests"]} == {
        ANA: 2,
        LUIS: 1,
    }
    assert report[ANA] == {
        "requests": 2,
        "most_in_window": 2,
        "most_at_once": 1,
        "refused": 0,
        "impatient": 0,
    }


def test_the_requests_of_a_batch_are_refused_one_by_one(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.set_limits(requests=3)

    found = batch(graph, *(get(str(number), MESSAGES) for number in range(5)), get("luis", "/users/luis"))

    refused = [each for each in found.values() if each["status"] == 429]
    assert [int(each["headers"]["Retry-After"]) for each in refused] == [600, 600]
    assert all(each["body"]["error"]["code"] == "ApplicationThrottled" for each in refused)
    assert firm.uses()[ANA].impatient == 0


def test_a_batch_asks_a_mailbox_four_things_at_once(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(path="/messages", delay=60.0, count=20)
    urls = [MESSAGES] * 10 + [f"/users/{LUIS}/messages"] * 10
    ana, luis = (firm.world.user(each).id for each in (ANA, LUIS))

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(batch, graph, *(get(str(number), url) for number, url in enumerate(urls)))
        for mailbox in (ana, luis):
            firm.requests.wait_for_progress(mailbox, 4)
        single = graph.get(MESSAGES)
        firm.faults.clear()

    assert single.status_code == 429
    statuses = [each["status"] for each in answer.result().values()]
    assert statuses.count(200) >= 10 + 4
    assert (firm.requests.most_concurrent(ana), firm.requests.most_concurrent(luis)) == (5, 4)


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"html_body": True}, 200), ({"cut_body": True}, 200), ({"drop": True}, 504), ({"status": 503}, 503)],
)
def test_a_fault_meets_one_request_of_a_batch(
    graph: httpx.Client, firm: Simulator, fault: dict[str, Any], status: int
) -> None:
    firm.faults.next_call(path="/messages", mailbox=LUIS, **fault)

    found = batch(graph, get("1", MESSAGES), get("2", f"/users/{LUIS}/messages"), get("3", MESSAGES))

    assert [found[key]["status"] for key in "123"] == [200, status, 200]
    assert isinstance(found["1"]["body"], dict)
    assert isinstance(found["2"]["body"], dict) == (status != 200)


def test_a_closed_mailbox_opens_when_the_faults_are_cleared(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.close_mailbox(ANA, 3_600)
    closed = graph.get(MESSAGES)

    firm.faults.clear()

    assert (closed.status_code, closed.headers["retry-after"]) == (429, "3600")
    assert graph.get(MESSAGES).status_code == 200
