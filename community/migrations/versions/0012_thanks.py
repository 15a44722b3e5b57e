"""thanks

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = (
    "kind IN ('reply', 'held', 'decided', 'admitted', 'sit_begins', 'reminder', 'sit_now', {more}'sit_changed', "
    "'desk', 'brought')"
)


def upgrade() -> None:
    op.create_table(
        "sit_thanks",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("thanked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_sit_thanks_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["sit_series.id"], name=op.f("fk_sit_thanks_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "starts_at", "member_id", name=op.f("pk_sit_thanks")),
    )
    with op.batch_alter_table("sit_thanks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sit_thanks_member_id"), ["member_id"], unique=False)
    _let_kinds_be(KINDS.format(more="'thanks', "))


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind = 'thanks'")
    _let_kinds_be(KINDS.format(more=""))
    with op.batch_alter_table("sit_thanks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sit_thanks_member_id"))
    op.drop_table("sit_thanks")


def _let_kinds_be(these: str) -> None:
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), these)
