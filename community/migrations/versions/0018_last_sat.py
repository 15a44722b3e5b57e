"""last sat

Revision: 0018
Follows: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_attendances_member_id_joined_at"), "attendances", ["member_id", "joined_at"])
    op.drop_index(op.f("ix_attendances_member_id"), table_name="attendances")


def downgrade() -> None:
    op.create_index(op.f("ix_attendances_member_id"), "attendances", ["member_id"])
    op.drop_index(op.f("ix_attendances_member_id_joined_at"), table_name="attendances")
