"""pages of modules

Revision: 0024
Follows: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    of_a_module = sa.text("module IS NOT NULL")
    op.create_index(
        op.f("ix_journal_entries_member_id_module_written_at"),
        "journal_entries",
        ["member_id", "module", "written_at"],
        sqlite_where=of_a_module,
        postgresql_where=of_a_module,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_journal_entries_member_id_module_written_at"), table_name="journal_entries")
