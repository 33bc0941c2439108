"""What an operator reads when something is not as it should be: one message, and a failing exit code."""

import os
import sqlite3
from pathlib import Path

import pytest

from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.processes import Installation, bitacora, free_port

pytestmark = pytest.mark.flow


@pytest.fixture
def environment(simulator: Simulator, tmp_path: Path) -> dict[str, str]:
    build_firm(simulator.world)
    port = free_port()
    return {
        **simulator.settings(),
        "BITACORA_DATA_DIR": str(tmp_path / "data"),
        "BITACORA_BIND": f"127.0.0.1:{port}",
        "BITACORA_PUBLIC_URL": f"http://localhost:{port}",
    }


def failure(environment: dict[str, str], *arguments: str) -> str:
    """What a command that must fail says; never the inside of the program."""
    done = bitacora(environment, *arguments)
    assert done.returncode != 0, done.stdout
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return said


def test_all_missing_settings_are_named_at_once() -> None:
    said = failure({}, "serve")

    assert "BITACORA_TENANT_ID is missing" in said
    assert "BITACORA_CLIENT_ID is missing" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BITACORA_GRAPH_URL", "http://graph.example"),
        ("BITACORA_GRAPH_URL", "https://graph.example/v1.0"),
        ("BITACORA_LOGIN_URL", "http://localhost:8443"),
        ("BITACORA_PUBLIC_URL", "register.example"),
        ("BITACORA_BIND", "8000"),
        ("BITACORA_CA_BUNDLE", "/nowhere/ca.pem"),
        ("BITACORA_CLIENT_SECRET", ""),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], name: str, value: str) -> None:
    said = failure({**environment, name: value}, "accounts", "list")

    assert name in said


def test_an_unknown_kind_of_database_is_told(environment: dict[str, str]) -> None:
    said = failure({**environment, "BITACORA_DATABASE_URL": "oracle://x/y"}, "init-db")

    assert "BITACORA_DATABASE_URL" in said


def test_an_empty_database_says_how_to_fill_it(environment: dict[str, str]) -> None:
    for command in (["serve"], ["worker"], ["accounts", "list"]):
        assert "bitacora init-db" in failure(environment, *command)


def test_a_wrong_secret_is_told_and_nothing_is_written(environment: dict[str, str]) -> None:
    assert bitacora(environment, "init-db").returncode == 0

    said = failure(
        {**environment, "BITACORA_CLIENT_SECRET": "wrong"},
        *("accounts", "add", "ana@ribera.example", "--public"),
    )

    assert "BITACORA_CLIENT_SECRET" in said
    assert "No account yet" in bitacora(environment, "accounts", "list").stdout


def test_a_graph_that_is_away_is_told(environment: dict[str, str]) -> None:
    assert bitacora(environment, "init-db").returncode == 0

    said = failure(
        {**environment, "BITACORA_GRAPH_URL": f"http://127.0.0.1:{free_port()}"},
        *("accounts", "add", "ana@ribera.example", "--public"),
    )

    assert "BITACORA_GRAPH_URL" in said


def test_an_unknown_mailbox_is_told(environment: dict[str, str]) -> None:
    assert bitacora(environment, "init-db").returncode == 0

    said = failure(environment, "accounts", "add", "nobody@ribera.example", "--public")

    assert "spelling" in said


def test_a_locked_database_is_told(environment: dict[str, str]) -> None:
    assert bitacora(environment, "init-db").returncode == 0
    database = sqlite3.connect(Path(environment["BITACORA_DATA_DIR"]) / "bitacora.sqlite3")
    database.execute("BEGIN IMMEDIATE")

    said = failure(environment, "catalog", "add", "--reason", "Consulta")

    database.close()
    assert "locked" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder_is_told(environment: dict[str, str]) -> None:
    folder = Path(environment["BITACORA_DATA_DIR"])
    folder.mkdir()
    folder.chmod(0o500)

    assert "BITACORA_DATA_DIR" in failure(environment, "init-db")


def test_a_read_only_database_is_told(environment: dict[str, str]) -> None:
    assert bitacora(environment, "init-db").returncode == 0
    path = Path(environment["BITACORA_DATA_DIR"]) / "bitacora.sqlite3"

    said = failure(
        {**environment, "BITACORA_DATABASE_URL": f"sqlite:///file:{path}?mode=ro&uri=true"},
        *("catalog", "add", "--reason", "Consulta"),
    )

    assert "read-only" in said


def test_a_taken_port_is_told(environment: dict[str, str], simulator: Simulator) -> None:
    assert bitacora(environment, "init-db").returncode == 0
    taken = simulator.url.rpartition("/")[2]

    said = failure({**environment, "BITACORA_BIND": taken}, "serve")

    assert "BITACORA_BIND" in said


def test_check_names_the_permission_that_is_missing(installation: Installation, simulator: Simulator) -> None:
    installation.start("web")
    installation.run("accounts", "add", "ana@ribera.example", "--public")
    everything = bitacora(installation.environment, "check")
    simulator.faults.refuse_permission("Mail.Read")

    said = failure(installation.environment, "check")

    assert everything.returncode == 0, everything.stdout
    assert "FAIL  permission Mail.Read for ana@ribera.example" in said
    assert "Exchange" in said


def test_check_tells_when_nobody_reaches_the_server(environment: dict[str, str]) -> None:
    assert bitacora(environment, "init-db").returncode == 0

    assert "FAIL" in failure(environment, "check")
