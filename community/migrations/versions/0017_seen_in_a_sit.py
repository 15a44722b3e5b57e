"""seen in a sit

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nobody wrote down how they were seen before, so it stays unknown and names nobody.
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_as", sa.String(24), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_attendances_seen_as_known"), "seen_as IN ('name', 'initials', 'one_more')"
        )


def downgrade() -> None:
    with op.batch_alter_table("attendances", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_attendances_seen_as_known"), type_="check")
        batch_op.drop_column("seen_as")
