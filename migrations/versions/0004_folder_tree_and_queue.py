"""the folder tree's exclusions, and the queue of many machines

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DROP_FUNCTIONS = """
DO $$ DECLARE signature text;
BEGIN
    FOR signature IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate_%'
    LOOP EXECUTE 'DROP FUNCTION ' || signature; END LOOP;
END $$
"""


def upgrade() -> None:
    with op.batch_alter_table("folder_tree", schema=None) as batch_op:
        batch_op.add_column(sa.Column("exclusions", sa.JSON(), nullable=False, server_default="{}"))
    if op.get_bind().dialect.name == "postgresql":
        from procrastinate.schema import SchemaManager

        # The driver's own cursor: the library's text holds colons and percent signs of its own.
        op.get_bind().connection.cursor().execute(SchemaManager.get_schema())


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("events", "periodic_defers", "jobs", "workers"):
            op.execute(f"DROP TABLE procrastinate_{table} CASCADE")
        op.execute(DROP_FUNCTIONS)
        for kind in ("job_to_defer_v1", "job_event_type", "job_status"):
            op.execute(f"DROP TYPE procrastinate_{kind}")
    with op.batch_alter_table("folder_tree", schema=None) as batch_op:
        batch_op.drop_column("exclusions")
