"""sit now

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = (
    "kind IN ('reply', 'held', 'decided', 'admitted', 'sit_begins', 'reminder', {more}'sit_changed', 'desk', 'brought')"
)


def upgrade() -> None:
    _add_flag("sit_series", "on_the_spot")
    _add_flag("sit_wishes", "hears_of_sit_now")
    with op.batch_alter_table("sit_wishes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_of_sit_now_at", sa.DateTime(timezone=True), nullable=True))
    _let_kinds_be(KINDS.format(more="'sit_now', "))


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind = 'sit_now'")
    _let_kinds_be(KINDS.format(more=""))
    with op.batch_alter_table("sit_wishes", schema=None) as batch_op:
        batch_op.drop_column("told_of_sit_now_at")
        batch_op.drop_column("hears_of_sit_now")
    with op.batch_alter_table("sit_series", schema=None) as batch_op:
        batch_op.drop_column("on_the_spot")


def _add_flag(table: str, column: str) -> None:
    """Add a yes-or-no column that says no in every row there is."""
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.add_column(sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False))


def _let_kinds_be(these: str) -> None:
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), these)
