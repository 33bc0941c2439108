"""Watching, stopping and trying out a back-fill from the command line, and a server that dies during one."""

import json
import signal
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.steps import Step
from simulator import Simulator
from simulator.bulk import fill
from tests.firm import ACCOUNTS
from tests.forkserver import Crash
from tests.processes import Installation
from tests.reckoning import reckon, settle

pytestmark = pytest.mark.flow
ANA, JORGE = "ana@ribera.example", "jorge@ribera.example"
MAILS = 1_000
LATER = timedelta(minutes=2)


def test_a_server_that_dies_between_pages_goes_on_where_it_was(
    firm: Installation, simulator: Simulator
) -> None:
    fill(simulator.world, [ANA], MAILS, senders=["ana.lopez@panaderiauno.example"])
    for address in set(ACCOUNTS) - {ANA}:
        firm.run("accounts", "backfill", address, "--stop")

    # The inbox comes first and has three pages.
    firm.start("serve", crash=Crash(Step.PAGE_COMMITTED, 2))
    assert firm.wait_for_end("serve") == -signal.SIGKILL
    cut = backfill(firm)
    let_leases_run_out(firm)
    firm.start("serve")

    assert firm.run("accounts", "backfill", ANA).strip() == f"{ANA}: done"
    assert 0.0 < cut["share"] < 1.0
    assert backfill(firm).items() >= {"state": "done", "share": 1.0, "items_read": MAILS}.items()
    assert max(first_walk(simulator).values()) == 1
    settle(firm, simulator)
    reckon(firm, simulator)


def test_a_back_fill_is_stopped_and_resumed_by_command(firm: Installation, simulator: Simulator) -> None:
    fill(simulator.world, [ANA], MAILS, senders=["ana.lopez@panaderiauno.example"])

    assert "stopped at 0%" in firm.run("accounts", "backfill", ANA, "--stop")
    firm.start("serve")
    assert "stopped at 0%" in firm.run("accounts", "backfill", ANA)
    assert backfill(firm)["state"] == "stopped"
    assert "running" in firm.run("accounts", "backfill", ANA, "--resume")

    assert firm.run("accounts", "backfill", ANA).strip() == f"{ANA}: done"
    line = next(line for line in firm.run("accounts", "list").splitlines() if line.startswith(ANA))
    assert "back-fill done" in line


def test_a_rehearsal_by_command_says_what_an_account_would_bring(
    firm: Installation, simulator: Simulator
) -> None:
    fill(simulator.world, [JORGE], 120, senders=["ana.lopez@panaderiauno.example", "x@stranger.example"])
    since = ("--since", f"{simulator.world.now():%Y}-01-01")

    told = json.loads(firm.run("accounts", "rehearse", JORGE, *since, "--json"))
    said = firm.run("accounts", "rehearse", JORGE, *since)

    assert (told["mails"], told["filed"], told["excluded"]) == (120, 60, {"no_client": 60})
    assert told["clients"] == [{"code": "C01", "name": "Panadería Uno SL", "records": 60, "new_records": 60}]
    assert "120 mails were read, nothing was stored" in said
    assert "60 communications of 1 clients, 60 new" in said
    assert "C01" in said
    assert JORGE not in firm.run("accounts", "list")


def test_commands_about_a_mailbox_that_is_none_say_so(firm: Installation) -> None:
    assert "is not an account" in firm.command("accounts", "backfill", JORGE)[1]
    code, said = firm.command("accounts", "rehearse", "nobody@ribera.example")
    assert code == 1
    assert "Check the spelling" in said


def let_leases_run_out(firm: Installation) -> None:
    """It is later, for the product and for PostgreSQL's queue, whose time is the database's."""
    assert firm.clock is not None
    firm.clock.set(LATER)
    with firm.database() as engine, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(
                text("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - :later"),
                {"later": LATER},
            )


def first_walk(simulator: Simulator) -> Counter[str]:
    """How often each page of Ana's mailbox was read; later visits have links of their own."""
    mailbox = simulator.world.user(ANA).id
    calls = simulator.requests.calls(path="messages/delta", status=200, mailbox=mailbox)
    return Counter(call.path for call in calls if "deltatoken" not in call.path.casefold())


def backfill(firm: Installation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(firm.run("accounts", "backfill", ANA, "--json"))
    return found
