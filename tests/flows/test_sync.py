"""Catching up by hand."""

import pytest

from simulator import Simulator
from tests.processes import Installation, bitacora

pytestmark = pytest.mark.flow


MAIL = {
    "subject": "Modelo 111",
    "from": {"emailAddress": {"name": "", "address": "taller@dos.example"}},
    "toRecipients": [{"emailAddress": {"name": "", "address": "luis@ribera.example"}}],
}


def test_sync_files_what_lies_in_the_mailboxes(installation: Installation, simulator: Simulator) -> None:
    installation.import_clients()
    simulator.world.deliver(MAIL)
    installation.start("web")
    installation.run("accounts", "add", "luis@ribera.example", "--public")

    said = installation.run("sync", "luis@ribera.example")

    assert "1 mailboxes are up to date; 1 new records" in said


# What the command waits for does not depend on the database.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sync_gives_up_with_the_reason_while_graph_refuses(
    installation: Installation, simulator: Simulator
) -> None:
    installation.run("accounts", "add", "luis@ribera.example", "--public")
    simulator.faults.next_call(500, path="mailFolders", count=1_000)

    done = bitacora(installation.environment, "sync")

    assert done.returncode != 0
    assert "luis@ribera.example: Microsoft Graph answered 500" in done.stdout + done.stderr


def test_sync_waits_for_no_mailbox_that_refuses_and_says_what_to_do(
    installation: Installation, simulator: Simulator
) -> None:
    installation.import_clients()
    simulator.world.deliver(MAIL)
    for address in ("luis@ribera.example", "ana@ribera.example"):
        installation.run("accounts", "add", address, "--public")
    simulator.faults.mailbox_unavailable("ana@ribera.example")

    done = bitacora(installation.environment, "sync")

    assert done.returncode == 1
    assert done.stdout == "1 mailboxes are up to date; 1 new records.\n"
    assert "ana@ribera.example: Microsoft Graph answered 404 MailboxNotEnabledForRESTAPI" in done.stderr
    assert "another `sync`, goes on with it; `bitacora check` says" in done.stderr
