"""mail that a census has counted

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "census_mail",
        sa.Column("census_id", sa.Integer(), nullable=False),
        sa.Column("graph_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["census_id"],
            ["census.id"],
            name=op.f("fk_census_mail_census_id_census"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("census_id", "graph_id", name=op.f("pk_census_mail")),
    )


def downgrade() -> None:
    op.drop_table("census_mail")
