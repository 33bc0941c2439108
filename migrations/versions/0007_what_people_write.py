"""records made by hand, changes and their undo, words on where a mail does not belong

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.alter_column("type", existing_type=sa.String(length=32), nullable=True)
        batch_op.add_column(sa.Column("notes", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("reply_to_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("deleted_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("fk_record_reply_to_id_record", "record", ["reply_to_id"], ["id"])
        batch_op.create_foreign_key("fk_record_deleted_by_id_person", "person", ["deleted_by_id"], ["id"])
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("belongs", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "record_participant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["record.id"],
            name=op.f("fk_record_participant_record_id_record"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_participant")),
    )
    op.create_index("ix_record_participant_record_id", "record_participant", ["record_id"])
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_batch_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_table(
        "record_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_record_change_batch_id_batch")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_record_change_person_id_person")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_change_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_change")),
        sa.UniqueConstraint("record_id", "version", name=op.f("uq_record_change_record_id_version")),
    )
    op.create_index("ix_record_change_batch_id", "record_change", ["batch_id"])


def downgrade() -> None:
    # What was written by hand has no place in the earlier version, nor has a word against a client.
    op.drop_table("record_change")
    op.drop_table("batch")
    op.drop_table("record_participant")
    op.execute("DELETE FROM assignment WHERE NOT belongs")
    op.execute("UPDATE record SET type = 'other' WHERE type IS NULL")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("belongs")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_constraint("fk_record_deleted_by_id_person", type_="foreignkey")
        batch_op.drop_constraint("fk_record_reply_to_id_record", type_="foreignkey")
        batch_op.drop_column("deleted_by_id")
        batch_op.drop_column("deleted_at")
        batch_op.drop_column("edited_at")
        batch_op.drop_column("reply_to_id")
        batch_op.drop_column("notes")
        batch_op.alter_column("type", existing_type=sa.String(length=32), nullable=False)
