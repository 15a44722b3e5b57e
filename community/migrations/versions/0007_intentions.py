"""intentions

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('reply', 'held', 'decided', 'admitted', 'sit_begins', 'desk', 'brought')"
AFTER = "kind IN ('reply', 'held', 'decided', 'admitted', 'sit_begins', 'sit_changed', 'desk', 'brought')"


def upgrade() -> None:
    op.create_table(
        "sit_intentions",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_sit_intentions_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["sit_series.id"], name=op.f("fk_sit_intentions_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "starts_at", "member_id", name=op.f("pk_sit_intentions")),
    )
    with op.batch_alter_table("sit_intentions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sit_intentions_member_id"), ["member_id"], unique=False)
    _let_kinds_be(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind = 'sit_changed'")
    _let_kinds_be(BEFORE)
    with op.batch_alter_table("sit_intentions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sit_intentions_member_id"))
    op.drop_table("sit_intentions")


def _let_kinds_be(these: str) -> None:
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), these)
