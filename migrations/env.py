"""How Alembic reaches the database: through the running Flask app."""

from alembic import context
from flask import current_app
from sqlalchemy import Enum

# Every package that has tables must be known before they are compared.
import server.clients.models
import server.ingest.models
import server.records.folded
import server.records.models  # noqa: F401
from server.db import Base, UtcDateTime


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Migrations speak of plain columns: they must not change when our types do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def run_migrations() -> None:
    engine = current_app.extensions["bitacora"].database.engine
    # The first statement takes the write lock, so that two programs cannot migrate at once.
    with engine.connect().execution_options(writes=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            transactional_ddl=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
