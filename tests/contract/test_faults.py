"""What goes wrong on demand, and the log that shows what a client made of it."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from simulator import Simulator
from simulator.tenant import TENANT_ID
from tests.contract.conftest import ANA, LUIS, trusting

pytestmark = pytest.mark.integration

MESSAGES = f"/users/{ANA}/messages"


def test_the_next_call_is_throttled_and_the_one_after_is_not(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(429, retry_after=2)

    first, second = graph.get(MESSAGES), graph.get(MESSAGES)

    assert (first.status_code, first.headers["retry-after"], second.status_code) == (429, "2", 200)
    assert first.json()["error"]["code"] == "ApplicationThrottled"


def test_a_retry_time_may_be_missing_or_a_date(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(503, retry_after="Tue, 24 Nov 2026 10:00:00 GMT")
    firm.faults.next_call(504)

    dated, bare = graph.get(MESSAGES), graph.get(MESSAGES)

    assert (dated.status_code, dated.headers["retry-after"]) == (503, "Tue, 24 Nov 2026 10:00:00 GMT")
    assert (bare.status_code, "retry-after" in bare.headers) == (504, False)


def test_a_fault_meets_only_what_it_names(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(500, path="/messages", method="GET", mailbox=LUIS, count=2)

    statuses = [graph.get(f"/users/{who}/messages").status_code for who in (ANA, LUIS, LUIS, LUIS)]

    assert statuses == [200, 500, 500, 200]
    assert graph.get(f"/users/{LUIS}").status_code == 200


def test_an_answer_may_be_a_page(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(502, html_body=True)

    answer = graph.get(MESSAGES)

    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")


def test_an_answer_may_be_other_json(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(200, body='{"value": null, "value": []}')

    assert graph.get(MESSAGES).text == '{"value": null, "value": []}'


def test_an_answer_may_call_itself_compressed(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(false_gzip=True)

    with pytest.raises(httpx.DecodingError):
        graph.get(MESSAGES)


def test_an_answer_may_end_in_its_middle(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(cut_body=True)

    with pytest.raises(httpx.RemoteProtocolError):
        graph.get(MESSAGES)

    assert graph.get(MESSAGES).status_code == 200


def test_a_connection_may_end_with_the_work_done(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(drop=True)

    with pytest.raises(httpx.RemoteProtocolError):
        graph.post(MESSAGES, json={"subject": "saved all the same"})

    assert len(graph.get(MESSAGES).json()["value"]) == 1


def test_an_answer_may_be_late_until_the_faults_are_cleared(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(delay=60.0)

    with pytest.raises(httpx.ReadTimeout):
        graph.get(MESSAGES, timeout=0.05)

    firm.faults.clear()
    assert graph.get(MESSAGES).status_code == 200


def test_sign_in_fails_only_where_it_is_named(firm: Simulator) -> None:
    firm.faults.next_call(500)
    firm.faults.next_call(503, path="/discovery/")
    url = f"{firm.login_url}/{TENANT_ID}/discovery/v2.0/keys"

    statuses = [httpx.get(url, verify=trusting(firm)).status_code for _ in range(2)]

    assert statuses == [503, 200]
    assert [call.status for call in firm.requests.calls(path="/discovery/")] == statuses


def test_a_fifth_request_at_once_is_one_too_many(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(path=f"{MESSAGES}?slow", delay=60.0, count=4)
    ana = firm.world.user(ANA).id

    with ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(graph.get, f"{MESSAGES}?slow", timeout=30) for _ in range(4)]
        firm.requests.wait_for_progress(ana, 4)
        fifth = graph.get(MESSAGES)
        other = graph.get(f"/users/{LUIS}/messages")
        firm.faults.clear()

    assert (fifth.status_code, fifth.headers["retry-after"]) == (429, "1")
    assert "MailboxConcurrency" in fifth.json()["error"]["message"]
    assert other.status_code == 200
    assert [each.result().status_code for each in slow] == [200] * 4
    assert firm.requests.most_concurrent(ana) == 5


def test_one_connection_serves_many_requests(graph: httpx.Client) -> None:
    first = graph.get(MESSAGES)
    graph.get(MESSAGES)

    pool = graph._transport._pool  # type: ignore[attr-defined]
    assert first.headers["connection"] == "keep-alive"
    assert len(pool.connections) == 1
