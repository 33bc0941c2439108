"""`bitacora init-db`: bring the database to this version of the program."""

from pathlib import Path

import click
from flask_migrate import upgrade

import server
from server import create_app
from server.settings import Settings

MIGRATIONS = Path(server.__file__).parent.parent / "migrations"


@click.command("init-db")
def init_db() -> None:
    """Create the tables, or bring them to this version. Repeating it is harmless."""
    migrate_database(Settings.load())
    click.echo("The database is ready.")


def migrate_database(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
    app.extensions["bitacora"].database.engine.dispose()
