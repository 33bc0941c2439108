"""Catching up by hand."""

import pytest

from simulator import Simulator
from tests.processes import Installation, bitacora

pytestmark = pytest.mark.flow


def test_sync_files_what_lies_in_the_mailboxes(installation: Installation, simulator: Simulator) -> None:
    installation.import_clients()
    simulator.world.deliver(
        {
            "subject": "Modelo 111",
            "from": {"emailAddress": {"name": "", "address": "taller@dos.example"}},
            "toRecipients": [{"emailAddress": {"name": "", "address": "luis@ribera.example"}}],
        }
    )
    installation.start("web")
    installation.run("accounts", "add", "luis@ribera.example", "--public")

    said = installation.run("sync", "luis@ribera.example")

    assert "1 mailboxes are up to date; 1 new records" in said


def test_sync_gives_up_with_the_reason_while_graph_refuses(
    installation: Installation, simulator: Simulator
) -> None:
    installation.run("accounts", "add", "luis@ribera.example", "--public")
    simulator.faults.next_call(500, path="mailFolders", count=1_000)

    done = bitacora(installation.environment, "sync")

    assert done.returncode != 0
    assert "luis@ribera.example: Microsoft Graph answered 500" in done.stdout + done.stderr
