"""An upgrade of the database (F34): cut off in the middle, under load, refused before and after."""

import signal
from datetime import timedelta
from pathlib import Path

import pytest
from flask_migrate import downgrade
from sqlalchemy import text

from server import create_app
from server.cli.database import MIGRATIONS
from simulator import Simulator
from tests.forkserver import STATEMENT, Crash
from tests.live import settings_for
from tests.post import Post
from tests.processes import Installation
from tests.reckoning import catch_up, reckon, settle

pytestmark = pytest.mark.flow
FIRST_VERSION = "0001"
CUTS = 3
# No upgrade from the first version takes fewer.
STATEMENTS = 20
# A mailbox is walked through every ten minutes.
NEXT_ROUND = timedelta(minutes=11)


def go_back_to_the_first_version(firm: Installation, simulator: Simulator) -> None:
    url, data_dir = firm.environment["BITACORA_DATABASE_URL"], Path(firm.environment["BITACORA_DATA_DIR"])
    app = create_app(settings_for(simulator, url, data_dir, port=0))
    with app.app_context():
        downgrade(directory=str(MIGRATIONS), revision=FIRST_VERSION)
    app.extensions["bitacora"].database.engine.dispose()


def test_an_upgrade_that_is_cut_off_is_begun_again(
    firm: Installation, simulator: Simulator, post: Post
) -> None:
    assert firm.clock is not None
    firm.start("serve")
    post.deliver(10)
    settle(firm, simulator)
    firm.kill("serve")
    go_back_to_the_first_version(firm, simulator)
    simulator.faults.drop_notifications(share=1.0)
    post.deliver(10)

    for statement in post.chance.sample(range(1, STATEMENTS), CUTS):
        code, _ = firm.command("init-db", crash=Crash(STATEMENT, statement))
        assert code == -signal.SIGKILL
        for command in ("serve", "worker"):
            code, said = firm.command(command)
            assert code == 1
            assert "of an earlier version: run `bitacora init-db`" in said
    firm.run("init-db")

    simulator.faults.clear()
    firm.clock.set(NEXT_ROUND)
    started_at = firm.clock()
    firm.start("serve")
    catch_up(firm, simulator, started_at)
    reckon(firm, simulator)


def test_a_database_that_changes_under_load_refuses_and_heals(
    firm: Installation, simulator: Simulator, post: Post
) -> None:
    """The running program meets tables of another version for a while, and nobody restarts it."""
    assert firm.clock is not None
    firm.start("serve")
    post.deliver(10)
    settle(firm, simulator)

    go_back_to_the_first_version(firm, simulator)
    post.deliver(10)
    firm.run("init-db")
    post.deliver(10)

    firm.clock.set(NEXT_ROUND)
    catch_up(firm, simulator, firm.clock())
    reckon(firm, simulator)


def test_a_database_of_a_newer_version_is_refused(firm: Installation) -> None:
    with firm.database() as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for command in ("serve", "worker", "web", "init-db"):
        code, said = firm.command(command)
        assert code == 1
        assert "written by a newer version (its revision is 9999)" in said
        assert "Traceback" not in said
