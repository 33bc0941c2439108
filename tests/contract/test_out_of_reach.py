"""The whole cloud, out of reach for a while."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from simulator import Simulator
from tests.contract.conftest import ANA, trusting
from tests.contract.letters import letter

pytestmark = pytest.mark.integration

MESSAGES = f"/users/{ANA}/messages"


def test_nothing_listens_until_it_comes_back_at_the_same_address(
    graph: httpx.Client, firm: Simulator
) -> None:
    addresses = firm.url, firm.login_url
    first = graph.get(MESSAGES)

    with firm.away():
        for url in addresses:
            with pytest.raises(httpx.ConnectError):
                httpx.get(url, verify=trusting(firm))
        with pytest.raises(httpx.TransportError):
            graph.get(MESSAGES)
        firm.world.deliver(letter())

    assert (firm.url, firm.login_url) == addresses
    assert (len(first.json()["value"]), len(graph.get(MESSAGES).json()["value"])) == (0, 1)
    assert httpx.get(f"{firm.login_url}/common/discovery/v2.0/keys", verify=trusting(firm)).status_code == 200


def test_a_request_in_progress_ends_without_an_answer(graph: httpx.Client, firm: Simulator) -> None:
    firm.faults.next_call(delay=60.0)

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(graph.get, MESSAGES, timeout=30)
        firm.requests.wait_for_progress(firm.world.user(ANA).id, 1)
        with firm.away(), pytest.raises(httpx.TransportError):
            slow.result()

    assert graph.get(MESSAGES).status_code == 200


def test_a_reset_brings_it_back(firm: Simulator) -> None:
    firm.go_away()

    firm.reset()

    assert httpx.get(f"{firm.url}/simulator/settings").status_code == 200
