"""Nothing lost and nothing doubled while web and worker are killed in the middle of a burst."""

import random
import threading
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from server.db import prepare_engine
from server.ingest.models import InboxItem, ItemState
from simulator import Simulator
from tests import register
from tests.checker import balance
from tests.firm import ACCOUNTS
from tests.processes import Installation
from tests.waiting import eventually

MAILS = 500
KILLS = 5
SENDERS = ("ana.lopez@panaderiauno.example", "taller@dos.example", "trafico@tres.example")
CODES = dict(zip(SENDERS, ("C01", "C02", "C03"), strict=True))


@pytest.mark.flow
@pytest.mark.timeout(300)
# On PostgreSQL, see test_many_processes.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_kills_in_a_burst_of_mail_lose_and_double_nothing(
    installation: Installation, simulator: Simulator
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    installation.import_clients()
    installation.start("web")
    installation.start("worker")
    for address in ACCOUNTS:
        installation.run("accounts", "add", address, "--public")
    engine = create_engine(
        installation.environment["BITACORA_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
    )
    prepare_engine(engine)
    eventually(lambda: _nothing_waits(engine), within=60, what="subscribing")

    expected = _burst(simulator, installation, chance)
    simulator.notifications.wait_until_idle(timeout=120)
    eventually(lambda: _is_quiet(engine), within=120, what="working the inbox off")

    with Session(engine) as session:
        result = balance(expected, register.records(session))
    engine.dispose()
    print(result)
    assert result.ok, result.report()


def _burst(simulator: Simulator, installation: Installation, chance: random.Random) -> list[dict[str, Any]]:
    """Deliver the mails while the processes die and come back."""
    delivered: list[dict[str, Any]] = []
    sending = threading.Thread(target=lambda: delivered.extend(_deliver(simulator, chance.random())))
    sending.start()
    for _ in range(KILLS):
        threading.Event().wait(chance.uniform(0.2, 0.8))
        for name in chance.sample(["web", "worker"], k=chance.choice([1, 2])):
            installation.kill(name)
            installation.start(name)
    sending.join()
    return delivered


def _deliver(simulator: Simulator, seed: float) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    expected = []
    for number in range(MAILS):
        sender = chance.choice(SENDERS)
        receivers = chance.sample(ACCOUNTS, k=chance.choice([1, 1, 2]))
        message_id = f"<burst-{number}@panaderiauno.example>"
        simulator.world.deliver(
            {
                "internetMessageId": message_id,
                "subject": f"Factura {number}",
                "from": {"emailAddress": {"name": "", "address": sender}},
                "toRecipients": [{"emailAddress": {"name": "", "address": each}} for each in receivers],
            }
        )
        expected.append(
            {"client": CODES[sender], "internet_message_id": message_id, "copies": len(receivers)}
        )
        if number % 10 == 0:
            threading.Event().wait(0.05)
    return expected


def _nothing_waits(engine: Engine) -> bool:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(InboxItem)) == 0


def _is_quiet(engine: Engine) -> bool:
    with Session(engine) as session:
        waiting = select(func.count()).where(InboxItem.state == ItemState.WAITING)
        return session.scalar(waiting) == 0
