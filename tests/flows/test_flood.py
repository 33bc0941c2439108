"""Garbage at the webhook (F39): the genuine hints are kept, and of the rest nothing stays."""

import json
import random
import threading
from collections import Counter
from contextlib import suppress

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.ingest.models import InboxItem
from simulator import Simulator
from simulator.values import Json
from tests.post import Post, hint
from tests.processes import Installation
from tests.reckoning import reckon, settle

pytestmark = pytest.mark.flow
ATTACKERS = 24
LUIS = "luis@ribera.example"


def test_a_flood_of_garbage_neither_stops_genuine_hints_nor_leaves_a_trace(
    firm: Installation, simulator: Simulator, post: Post
) -> None:
    firm.start("web")
    firm.start("worker")
    [copy] = post.deliver(to=[LUIS])
    settle(firm, simulator)
    genuine = hint(simulator, LUIS, copy)
    garbage = [
        b"",
        b"{",
        b"\x00\xff" * 50,
        b"[" * 50_000,
        b'{"value":[' + b"1," * 10_000 + b"1]}",
        bytes(2 * 1024 * 1024),
        _delivery({**genuine, "clientState": "guessed"}),
        _delivery({**genuine, "tenantId": "another"}),
        _delivery(*({**genuine, "subscriptionId": str(number)} for number in range(1_000))),
    ]
    answers: Counter[int] = Counter()
    stopping = threading.Event()

    def attack(number: int) -> None:
        mine = random.Random(post.chance.random())
        with httpx.Client(timeout=60) as client:
            while not stopping.is_set():
                # What is too large may be cut off before it has been sent.
                with suppress(httpx.TransportError):
                    answer = client.post(f"{firm.url}/graph/notifications", content=mine.choice(garbage))
                    answers[answer.status_code] += 1

    attackers = [threading.Thread(target=attack, args=(number,)) for number in range(ATTACKERS)]
    for attacker in attackers:
        attacker.start()
    try:
        for _ in range(10):
            post.deliver(5)
            simulator.notifications.wait_until_idle()
    finally:
        stopping.set()
        for attacker in attackers:
            attacker.join()

    settle(firm, simulator)
    print(f"garbage: {dict(answers)}")
    reckon(firm, simulator)
    assert simulator.notifications.lost == 0
    assert answers.keys() <= {202, 400, 413}
    with firm.database() as engine, Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(InboxItem)) == 0


def _delivery(*items: Json) -> bytes:
    return json.dumps({"value": items}).encode()
