"""thanks unnamed

Revision: 0015
Follows: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sit_thanks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_as", sa.String(24), nullable=True))
    # Nobody wrote down how they were seen when they thanked, so nobody is named for it.
    op.execute("UPDATE sit_thanks SET seen_as = 'one_more'")
    with op.batch_alter_table("sit_thanks", schema=None) as batch_op:
        batch_op.alter_column("seen_as", existing_type=sa.String(24), nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_sit_thanks_seen_as_known"), "seen_as IN ('name', 'initials', 'one_more')"
        )
        batch_op.create_index(batch_op.f("ix_sit_thanks_thanked_at"), ["thanked_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sit_thanks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sit_thanks_thanked_at"))
        batch_op.drop_constraint(op.f("ck_sit_thanks_seen_as_known"), type_="check")
        batch_op.drop_column("seen_as")
