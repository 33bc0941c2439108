"""reasons and areas whose names differ in more than case and accents

Revision: 0011
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("reason", "area"):
        # Added bare and made unique by an index: to rebuild the table, SQLite would drop what records name.
        op.add_column(table, sa.Column("folded", sa.String(), nullable=False, server_default=""))
        _fold_names(table)
        op.create_index(op.f(f"ix_{table}_folded"), table, ["folded"], unique=True)


def downgrade() -> None:
    for table in ("reason", "area"):
        op.drop_index(op.f(f"ix_{table}_folded"), table_name=table)
        op.drop_column(table, "folded")


def _fold_names(table: str) -> None:
    """Of two names that have become equal, the later one gets a number."""
    choice = sa.table(table, sa.column("id"), sa.column("name"), sa.column("folded"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(choice.c.id, choice.c.name).order_by(choice.c.id)).all()
    first, taken = {_folded_name(name) for _, name in rows}, set[str]()
    for number, old in rows:
        name, count = old, 1
        while not (folded := _folded_name(name)) or folded in taken or (name != old and folded in first):
            count += 1
            name = f"{old} ({count})"
        taken.add(folded)
        changed = sa.update(choice).where(choice.c.id == number).values(name=name, folded=folded)
        connection.execute(changed)


def _folded_name(name: str) -> str:
    """As the product compared names at this version: what it does later must not change this upgrade."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
