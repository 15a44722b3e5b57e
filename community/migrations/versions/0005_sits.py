"""sits

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sit_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("wall_start", sa.String(length=19), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("rrule", sa.String(length=200), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('planned', 'ended')", name=op.f("ck_sit_series_status_known")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_sit_series_group_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["members.id"], name=op.f("fk_sit_series_leader_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["members.id"], name=op.f("fk_sit_series_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sit_series")),
    )
    with op.batch_alter_table("sit_series", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sit_series_group_id_status_over_at"), ["group_id", "status", "over_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sit_series_leader_id"), ["leader_id"], unique=False)

    op.create_table(
        "attendances",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_attendances_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["sit_series.id"], name=op.f("fk_attendances_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "starts_at", "member_id", name=op.f("pk_attendances")),
    )
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendances_member_id"), ["member_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendances_member_id"))

    op.drop_table("attendances")
    with op.batch_alter_table("sit_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sit_series_leader_id"))
        batch_op.drop_index(batch_op.f("ix_sit_series_group_id_status_over_at"))

    op.drop_table("sit_series")
