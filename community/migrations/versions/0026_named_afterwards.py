"""named afterwards

Revision: 0026
Follows: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whoever sat until now was told that nobody else is shown it, so it stays so.
    op.add_column("attendances", sa.Column("named_afterwards", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("attendances", "named_afterwards")
