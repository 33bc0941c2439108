"""SQLite beside other programs and on a full disk (F06, F07): nothing that was acknowledged is lost."""

import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from simulator import Simulator
from tests.forkserver import ForkServer
from tests.post import Post, hint
from tests.processes import Installation, copy_sqlite
from tests.reckoning import reckon, settle
from tests.waiting import eventually

pytestmark = pytest.mark.flow
LUIS = "luis@ribera.example"
HELD_S = 4.0
CHECKPOINT = 4 * 1024 * 1024  # SQLite's own: 1,000 pages


def file_of(firm: Installation) -> Path:
    return Path(firm.environment["BITACORA_DATABASE_URL"].removeprefix("sqlite:///"))


def test_another_program_that_holds_the_write_lock_only_delays(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    sqlite_firm.start("serve")
    settle(sqlite_firm, simulator)
    with closing(sqlite3.connect(file_of(sqlite_firm), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        post.deliver(10)
        before = simulator.notifications.delivered
        threading.Event().wait(HELD_S)  # longer than Graph waits for an answer
        during = simulator.notifications.delivered
        other.execute("ROLLBACK")

    assert during == before, "something was acknowledged that could not be written"
    settle(sqlite_firm, simulator)
    reckon(sqlite_firm, simulator)


def test_a_program_that_reads_for_long_does_not_make_the_log_grow_for_ever(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    log = file_of(sqlite_firm).with_name(f"{file_of(sqlite_firm).name}-wal")
    sqlite_firm.start("serve")
    settle(sqlite_firm, simulator)
    with closing(sqlite3.connect(file_of(sqlite_firm), isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM record").fetchone()
        post.deliver(60)
        settle(sqlite_firm, simulator)
        while_it_read = log.stat().st_size
    for _ in range(3):
        post.deliver(60)
        settle(sqlite_firm, simulator)

    assert log.stat().st_size <= while_it_read + CHECKPOINT
    reckon(sqlite_firm, simulator)


def test_a_database_that_is_replaced_while_it_is_used_is_refused(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    """What went on into the file that nobody sees any more would be lost."""
    firm, database = sqlite_firm, file_of(sqlite_firm)
    saved = firm.folder / "saved.sqlite3"
    firm.start("serve")
    settle(firm, simulator)
    copy_sqlite(database, saved)

    shutil.copyfile(saved, firm.folder / "restored.sqlite3")
    (firm.folder / "restored.sqlite3").replace(database)
    for beside in ("-wal", "-shm"):
        database.with_name(database.name + beside).unlink()
    [copy] = post.deliver(to=[LUIS])
    genuine = {"value": [hint(simulator, LUIS, copy)]}
    answers = [httpx.post(f"{firm.url}/graph/notifications", json=genuine) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {503}
    assert httpx.get(f"{firm.url}/readyz").status_code == 503
    eventually(lambda: "was replaced" in (firm.folder / "serve.log").read_text(), what="saying why")
    firm.kill("serve")
    firm.start("serve")
    settle(firm, simulator)
    reckon(firm, simulator)


def test_a_database_that_is_deleted_while_it_is_used_is_not_made_anew(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    firm, database = sqlite_firm, file_of(sqlite_firm)
    firm.start("serve")
    settle(firm, simulator)

    database.unlink()
    [copy] = post.deliver(to=[LUIS])
    genuine = {"value": [hint(simulator, LUIS, copy)]}
    answers = [httpx.post(f"{firm.url}/graph/notifications", json=genuine) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {503}
    assert httpx.get(f"{firm.url}/readyz").status_code == 503
    assert not database.exists()


def test_a_database_whose_index_was_deleted_is_refused_and_whole_after_a_restart(
    sqlite_firm: Installation, simulator: Simulator, post: Post
) -> None:
    """Without the file ending in -shm two programs no longer see each other's locks."""
    firm, database = sqlite_firm, file_of(sqlite_firm)
    firm.start("serve")
    post.deliver(20)
    settle(firm, simulator)

    database.with_name(f"{database.name}-shm").unlink()
    [copy] = post.deliver(to=[LUIS])
    genuine = {"value": [hint(simulator, LUIS, copy)]}
    refused = httpx.post(f"{firm.url}/graph/notifications", json=genuine)

    assert refused.status_code == 503
    firm.kill("serve")
    firm.start("serve")
    post.deliver(5)
    settle(firm, simulator)
    reckon(firm, simulator)
    with closing(sqlite3.connect(database)) as looking:
        assert looking.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounting.returncode:
        pytest.skip(f"no disk can be mounted: {mounting.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_acknowledges_nothing_and_heals_with_room(
    small_disk: Path,
    sqlite_of_the_firm: Path,
    sqlite_firm: Installation,
    simulator: Simulator,
    forkserver: ForkServer,
    tmp_path: Path,
    post: Post,
) -> None:
    database = small_disk / "bitacora.sqlite3"
    copy_sqlite(sqlite_of_the_firm, database)
    address = f"sqlite:///{database}"
    with Installation.made(simulator, address, tmp_path, forkserver, set_up=True) as firm:
        firm.start("serve")
        settle(firm, simulator)
        ballast = small_disk / "ballast"
        free = shutil.disk_usage(small_disk).free
        with ballast.open("wb") as filling:
            filling.write(bytes(free))
            filling.flush()
            os.fsync(filling.fileno())
        [copy] = post.deliver(to=[LUIS])
        genuine = {"value": [hint(simulator, LUIS, copy)]}
        post.deliver(20)

        def refused() -> bool:
            answer = httpx.post(f"{firm.url}/graph/notifications", json=genuine, timeout=30)
            return answer.status_code == 503

        eventually(refused, what="refusing")
        ballast.unlink()
        settle(firm, simulator)
        reckon(firm, simulator)
    with closing(sqlite3.connect(database)) as looking:
        assert looking.execute("PRAGMA integrity_check").fetchone() == ("ok",)
