"""practices

Revision: 0019
Follows: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_practices_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practices")),
    )
    op.create_index(op.f("ix_practices_group_id"), "practices", ["group_id"])
    op.create_table(
        "practice_versions",
        sa.Column("practice_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("lead", sa.String(200), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("nourishes", sa.String(24), nullable=False),
        sa.Column("meets", sa.JSON(), nullable=False),
        sa.Column("teacher_led", sa.Boolean(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_html", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "nourishes IN ('drive', 'threat', 'soothing')", name=op.f("ck_practice_versions_nourishes_known")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_practice_versions_practice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["members.id"], name=op.f("fk_practice_versions_written_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("practice_id", "version", name=op.f("pk_practice_versions")),
    )
    op.create_index(op.f("ix_practice_versions_written_by_id"), "practice_versions", ["written_by_id"])


def downgrade() -> None:
    op.drop_table("practice_versions")
    op.drop_table("practices")
