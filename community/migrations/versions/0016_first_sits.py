"""first sits: when a member read what may come up in one; who has sat counts as having read it, nobody else does

Revision: 0016
Follows: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("briefed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE members SET briefed_at ="
        " (SELECT min(joined_at) FROM attendances WHERE attendances.member_id = members.id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_column("briefed_at")
