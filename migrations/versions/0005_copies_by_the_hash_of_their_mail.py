"""copies by the hash of their mail, in whichever mailbox

Revision: 0005
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("copy") as table:
        table.drop_index("ix_copy_account_id_lookup")
        table.create_index("ix_copy_lookup_account_id", ["lookup", "account_id"])


def downgrade() -> None:
    with op.batch_alter_table("copy") as table:
        table.drop_index("ix_copy_lookup_account_id")
        table.create_index("ix_copy_account_id_lookup", ["account_id", "lookup"])
