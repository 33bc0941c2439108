"""`bitacora init-db`: bring the database to this version of the program."""

from pathlib import Path

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy import Engine

import server
from server import create_app
from server.settings import Settings

MIGRATIONS = Path(server.__file__).parent.parent / "migrations"


class OtherVersion(click.ClickException):
    """The database does not have the tables of this version; the message says what to do."""


@click.command("init-db")
def init_db() -> None:
    """Create the tables, or bring them to this version. Repeating it is harmless."""
    migrate_database(Settings.load())
    click.echo("The database is ready.")


def require_current(engine: Engine) -> None:
    """Raises OtherVersion unless the database has exactly the tables of this version."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    found = _revision(engine)
    if found is None:
        raise OtherVersion("the database is empty: run `bitacora init-db` first")
    _refuse_newer(scripts, found)
    if found != scripts.get_current_head():
        raise OtherVersion("the database is of an earlier version: run `bitacora init-db` first")


def migrate_database(settings: Settings) -> None:
    """Raises OtherVersion for a database that a newer version has written."""
    app = create_app(settings)
    engine = app.extensions["bitacora"].database.engine
    _refuse_newer(ScriptDirectory(str(MIGRATIONS)), _revision(engine))
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
    engine.dispose()


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(scripts: ScriptDirectory, found: str | None) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if found is not None and found not in known:
        raise OtherVersion(
            f"the database was written by a newer version (its revision is {found}): install that version, "
            "or restore the backup that was made before the upgrade"
        )
