"""programmes

Revision: 0021
Follows: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    goes_on = sa.text("status = 'followed'")
    op.create_table(
        "followings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('followed', 'left')", name=op.f("ck_followings_status_known")),
        sa.CheckConstraint("(member_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_followings_by_one")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_followings_group_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_followings_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followings")),
        sa.UniqueConstraint("member_id", "programme", name=op.f("uq_followings_member_id_programme")),
    )
    op.create_index(
        "uq_followings_of_group",
        "followings",
        ["group_id"],
        unique=True,
        sqlite_where=goes_on,
        postgresql_where=goes_on,
    )
    op.create_table(
        "module_sits",
        sa.Column("following_id", sa.Integer(), nullable=False),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["following_id"], ["followings.id"], name=op.f("fk_module_sits_following_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["sit_series.id"], name=op.f("fk_module_sits_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("following_id", "module", name=op.f("pk_module_sits")),
        sa.UniqueConstraint("series_id", name=op.f("uq_module_sits_series_id")),
    )


def downgrade() -> None:
    op.drop_table("module_sits")
    op.drop_table("followings")
