"""practices: Say what changed with a version, and let a practice be withdrawn

Revision: 0022
Follows: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("practices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", sa.String(24), server_default="standing", nullable=False))
        batch_op.create_check_constraint(op.f("ck_practices_status_known"), "status IN ('standing', 'withdrawn')")
    with op.batch_alter_table("practice_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("changed", sa.String(200), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("practice_versions", schema=None) as batch_op:
        batch_op.drop_column("changed")
    with op.batch_alter_table("practices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_practices_status_known"), type_="check")
        batch_op.drop_column("status")
