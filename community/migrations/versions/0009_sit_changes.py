"""sit changes

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sit_changes",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("wall_start", sa.String(length=19), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('moved', 'called_off', 'kept')", name=op.f("ck_sit_changes_kind_known")),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_sit_changes_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["series_id"], ["sit_series.id"], name=op.f("fk_sit_changes_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "planned_at", name=op.f("pk_sit_changes")),
    )
    with op.batch_alter_table("sit_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sit_changes_by_id"), ["by_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sit_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sit_changes_by_id"))

    op.drop_table("sit_changes")
