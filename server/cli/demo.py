"""`bitacora demo`: the whole product on one computer, with an invented firm and its own Microsoft 365.

The simulator is a program of its own that is spoken to over HTTP; the server that is started here is
the one of `bitacora serve`, with nothing but other addresses in its settings.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import httpx

from server.cli.run import refuse_taken_port
from server.settings import PREFIX, SettingsError

START_PATIENCE_S = 30.0
END_PATIENCE_S = 10.0
REASONS = ("Consulta", "Documentación", "Requerimiento", "Presupuesto", "Reclamación")
AREAS = ("Fiscal", "Contable", "Laboral", "Mercantil", "Renta")


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port of the register.")
@click.option("--simulator-port", default=8025, show_default=True, help="Port of the Outlook look-alike.")
@click.option("--simulator-tls-port", default=8443, show_default=True, help="Port of its sign-in.")
@click.option(
    "--data", "data_dir", type=click.Path(path_type=Path), default=Path("data/demo"), show_default=True
)
def demo(port: int, simulator_port: int, simulator_tls_port: int, data_dir: Path) -> None:
    """Show Bitácora at work: an invented firm, its mailboxes, and mail that keeps arriving."""
    _refuse_taken_ports(port, simulator_port, simulator_tls_port)
    # However this program is told to end, what it started must end with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    shutil.rmtree(data_dir, ignore_errors=True)  # mailboxes and register are born together
    data_dir.mkdir(parents=True)
    public_url = f"http://localhost:{port}"
    outlook = f"http://127.0.0.1:{simulator_port}"
    with _running(_simulator_command(simulator_port, simulator_tls_port, data_dir, public_url)):
        _wait_for(f"{outlook}/simulator/settings")
        os.environ.update(_settings(outlook, data_dir, port, public_url))
        _prepare(outlook)
        with _running([sys.executable, "-m", "server.cli", "serve"]) as server:
            _wait_for(f"{public_url}/readyz")
            _announce(simulator_port, public_url)
            server.wait()


def _simulator_command(port: int, tls_port: int, data_dir: Path, public_url: str) -> list[str]:
    return [
        *(sys.executable, "-m", "simulator", "--story", "office_day"),
        *("--port", str(port), "--tls-port", str(tls_port)),
        *("--data", str(data_dir / "simulator"), "--public-url", public_url),
    ]


def _settings(outlook: str, data_dir: Path, port: int, public_url: str) -> dict[str, str]:
    """What points the server at the simulator: these variables and nothing else."""
    given: dict[str, str] = httpx.get(f"{outlook}/simulator/settings").raise_for_status().json()
    ours = {
        "DATA_DIR": str(data_dir),
        "BIND": f"127.0.0.1:{port}",
        "PUBLIC_URL": public_url,
        "DATABASE_URL": "",
    }
    return {**given, **{f"{PREFIX}{name}": value for name, value in ours.items()}}


def _prepare(outlook: str) -> None:
    """Set the firm up as its administrator would, with the same commands."""
    _bitacora("init-db")
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "clients.csv"
        listing.write_bytes(httpx.get(f"{outlook}/simulator/clients.csv").raise_for_status().content)
        _bitacora("clients", "import", str(listing))
    choices = [f"--reason={name}" for name in REASONS] + [f"--area={name}" for name in AREAS]
    _bitacora("catalog", "add", *choices)
    for account in httpx.get(f"{outlook}/simulator/accounts").raise_for_status().json():
        _bitacora("accounts", "add", *_account_arguments(account))


def _account_arguments(account: Mapping[str, Any]) -> list[str]:
    arguments = [account["address"], f"--{account['visibility']}"]
    if account["owner"]:
        arguments += ["--owner", account["owner"]]
    return [*arguments, "--since", account["since"][:10]]


def _bitacora(*arguments: str) -> None:
    """Another command of this program, in this process: starting Python anew would take seconds each."""
    root = click.get_current_context().find_root().command
    root.main(list(arguments), standalone_mode=False)


def _announce(simulator_port: int, public_url: str) -> None:
    click.echo(
        "\nBitácora is running with an invented firm. Open in a browser:\n\n"
        f"  Outlook look-alike   http://localhost:{simulator_port}/outlook/\n"
        f"  The register         {public_url}/\n\n"
        "Send a mail as a client in the look-alike and watch it file itself. Ctrl-C ends everything."
    )


@contextmanager
def _running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that ends when the block does, however the block ends."""
    process = subprocess.Popen(command)  # noqa: S603  # our own programs
    try:
        yield process
    except KeyboardInterrupt:
        click.echo("\nEnding …")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise click.ClickException(f"{url} did not answer within {START_PATIENCE_S:.0f} s")


def _refuse_taken_ports(port: int, simulator_port: int, simulator_tls_port: int) -> None:
    options = {"--port": port, "--simulator-port": simulator_port, "--simulator-tls-port": simulator_tls_port}
    for option, number in options.items():
        try:
            refuse_taken_port(f"127.0.0.1:{number}")
        except SettingsError:
            raise click.ClickException(
                f"port {number} is taken by another program; choose another with {option} NUMBER "
                f"(with make: make run ARGUMENTS='{option} NUMBER')"
            ) from None
