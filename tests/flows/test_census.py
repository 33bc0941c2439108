"""The proof by command that nothing was lost."""

import json
from urllib.parse import quote

import pytest

from simulator import Simulator
from simulator.bulk import fill
from tests.processes import Installation, bitacora

pytestmark = pytest.mark.flow

LUIS = "luis@ribera.example"
SENDERS = ["taller@dos.example"]


@pytest.fixture
def watched(installation: Installation) -> Installation:
    """Luis's mailbox was read once; nothing runs but the web server."""
    installation.import_clients()
    installation.start("web")
    installation.run("accounts", "add", LUIS, "--public")
    installation.run("sync")
    return installation


def test_census_names_what_was_lost_and_reads_it(watched: Installation, simulator: Simulator) -> None:
    fill(simulator.world, [LUIS], 3, senders=SENDERS)

    said = watched.run("census", LUIS, "--days", "1")

    assert f"{LUIS}, mail since" in said
    assert "  … 2 earlier days" in said
    assert "3 mails were different:" in said
    assert said.count("UTC  Bandeja de entrada: unknown, in order by now") == 3
    assert said.split("sum")[1].split()[:6] == ["3", "0", "0", "0", "0", "3"]
    again = watched.run("census")
    assert again.split("sum")[1].split()[:6] == ["3", "3", "0", "0", "0", "0"]
    assert "Every mail is accounted for." in again


def test_census_fails_while_a_mail_is_missing(watched: Installation, simulator: Simulator) -> None:
    (poison,) = fill(simulator.world, [LUIS], 1, senders=SENDERS)
    simulator.faults.next_call(400, path=quote(poison, safe=""), count=10_000)

    done = bitacora(watched.environment, "census", "--json")

    assert done.returncode == 1, done.stderr
    (row,) = json.loads(done.stdout)
    assert (row["address"], row["missing"]) == (LUIS, 1)
    assert row["total"] == {
        "in_mailbox": 1,
        "filed": 0,
        "unassigned": 0,
        "internal": 0,
        "excluded": 0,
        "different": 1,
    }
    assert [(d["graph_id"], d["reason"], d["reason_now"]) for d in row["differences"]] == [
        (poison, "unknown", "parked")
    ]
    told = bitacora(watched.environment, "census")
    assert told.returncode == 1
    assert "parked: `bitacora inbox parked` says why" in told.stdout


def test_census_says_which_mailbox_it_could_not_go_through(
    watched: Installation, simulator: Simulator
) -> None:
    simulator.faults.mailbox_unavailable(LUIS)

    done = bitacora(watched.environment, "census")

    assert done.returncode == 1
    assert f"{LUIS}: Microsoft Graph answered 404 MailboxNotEnabledForRESTAPI" in done.stderr
    assert "bitacora check" in done.stderr


def test_census_of_a_mailbox_that_is_no_account_says_so(installation: Installation) -> None:
    done = bitacora(installation.environment, "census", "nobody@ribera.example")

    assert done.returncode == 2
    assert "bitacora accounts list" in done.stderr
