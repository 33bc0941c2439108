"""reasons and areas that changes took from records, found by an index

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = ("area_id", "reason_id")


def upgrade() -> None:
    for column in COLUMNS:
        replaced = f"(CAST(\"before\" ->> '{column}' AS INTEGER))"
        op.create_index(
            f"ix_record_change_{column}",
            "record_change",
            [sa.text(replaced)],
            sqlite_where=sa.text(f"{replaced} IS NOT NULL"),
            postgresql_where=sa.text(f"{replaced} IS NOT NULL"),
        )


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_record_change_{column}", table_name="record_change")
