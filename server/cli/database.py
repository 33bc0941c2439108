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


@click.command("init-db")
def init_db() -> None:
    """Create the tables, or bring them to this version. Repeating it is harmless."""
    migrate_database(Settings.load())
    click.echo("The database is ready.")


def is_current(engine: Engine) -> bool:
    """Whether the database has exactly the tables of this version."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found is not None and found == scripts.get_current_head()


def migrate_database(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
    app.extensions["bitacora"].database.engine.dispose()
