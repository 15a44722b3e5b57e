"""pages of no sit

Revision: 0025
Follows: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    of_no_sit = sa.text("sit_id IS NULL")
    op.create_index(
        "ix_journal_entries_of_no_sit",
        "journal_entries",
        ["member_id", "written_at", "id"],
        sqlite_where=of_no_sit,
        postgresql_where=of_no_sit,
    )


def downgrade() -> None:
    op.drop_index("ix_journal_entries_of_no_sit", table_name="journal_entries")
