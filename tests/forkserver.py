"""Processes of the product in a blink: forked from one that has imported it already.

A start from nothing costs a second of computing, a fork costs hundredths of one. What runs afterwards is
the same: `server.cli.main` in a process of its own, with its own environment and its own database
connections. Two doors are added for tests: the clock of the process may be set off (`Offset`), and it may be
made to die at a step of capture (`Crash`).
"""

import ctypes
import importlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, event

# The SDK imports its request builders when they are first used.
IMPORTED = (
    "server.cli",
    "msgraph.generated.users.item.mail_folders.item.messages.delta.delta_request_builder",
)


STATEMENT = "a statement"
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Crash:
    """Die at the `passing`th time that a step of capture is reached, or a STATEMENT goes to the database."""

    step: str
    passing: int = 1


@dataclass(frozen=True)
class Order:
    """What to start; `log` receives what it prints, `clock` names the file of an `Offset`."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    clock: Path | None = None
    crash: Crash | None = None


class Offset:
    """How far the clock of all processes that were given its file is ahead; may be set while they run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set(timedelta())

    def __call__(self) -> datetime:
        """What the processes take for the time."""
        return datetime.now(UTC) + self._ahead

    def set(self, ahead: timedelta) -> None:
        self._ahead = ahead
        fresh = self.path.with_suffix(".new")
        fresh.write_text(str(ahead.total_seconds()))
        fresh.replace(self.path)


class Forked:
    """A process that the fork server started; as much of `subprocess.Popen` as tests need."""

    def __init__(self, answers: Connection) -> None:
        self._answers = answers
        self.pid: int = answers.recv()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, or minus the signal that ended it; None while it runs."""
        if self.returncode is None and self._answers.poll():
            self._finish()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutError after so many seconds."""
        if self.returncode is None and not self._answers.poll(timeout):
            raise TimeoutError(f"the process did not end within {timeout} s")
        if self.returncode is None:
            self._finish()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def _finish(self) -> None:
        self.returncode = self._answers.recv()
        self._answers.close()


class ForkServer:
    def __init__(self, address: Path) -> None:
        self._address = address

    @classmethod
    @contextmanager
    def started(cls, folder: Path) -> Iterator[Self]:
        """A fork server that ends, with whatever it started, when the block does."""
        address = folder / "forkserver"
        process = subprocess.Popen([sys.executable, "-m", "tests.forkserver", str(address)], stdout=-1)
        assert process.stdout is not None
        process.stdout.readline()  # it listens
        try:
            yield cls(address)
        finally:
            process.stdout.close()
            process.terminate()
            process.wait()

    def start(self, order: Order) -> Forked:
        connection = Client(str(self._address), family="AF_UNIX")
        connection.send(order)
        return Forked(connection)


def main() -> None:
    """Fork until ended."""
    _end_with_parent()
    with Listener(sys.argv[1], family="AF_UNIX") as listener:
        for module in IMPORTED:
            importlib.import_module(module)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        assert threading.active_count() == 1, "a fork would leave a thread behind"
        print("listening", flush=True)
        while True:
            connection = listener.accept()
            if os.fork() == 0:
                _keep(connection)
            connection.close()


def _end_with_parent() -> None:
    """Be killed when whoever started this process ends, so that a test run that is killed leaves nothing."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _keep(connection: Connection) -> None:
    """Start one process and tell how it ended."""
    _end_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    order: Order = connection.recv()
    pid = os.fork()
    if pid == 0:
        connection.close()
        _become(order)
    with suppress(OSError):  # whoever asked may have gone
        connection.send(pid)
        connection.send(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    os._exit(0)


def _become(order: Order) -> None:
    code = 1
    try:
        _end_with_parent()
        os.setsid()
        _redirect(order.log)
        os.environ.clear()
        os.environ.update(order.environment)
        _prepare(order)
        code = _run(order.arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _redirect(log: Path) -> None:
    target = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def _prepare(order: Order) -> None:
    import server.composition
    import server.steps

    if order.clock is not None:
        server.composition.compose = partial(server.composition.compose, clock=_clock(order.clock))
    if order.crash is not None:
        pass_by = _crashing(order.crash)
        server.steps.watch(pass_by)
        event.listen(Engine, "before_cursor_execute", lambda *_: pass_by(STATEMENT))


def _run(arguments: Sequence[str]) -> int:
    import server.cli

    sys.argv = ["bitacora", *arguments]
    try:
        server.cli.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
        return 1
    return 0


def _clock(path: Path) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(seconds=float(path.read_text()))


def _crashing(crash: Crash) -> Callable[[str], None]:
    """Kills the whole group, as a power cut would: a web server consists of two processes."""
    passed, turn = 0, threading.Lock()

    def pass_by(step: str) -> None:
        nonlocal passed
        with turn:
            passed += step == crash.step
            if step == crash.step and passed == crash.passing:
                os.killpg(0, signal.SIGKILL)

    return pass_by


if __name__ == "__main__":
    main()
