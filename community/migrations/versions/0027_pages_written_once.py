"""pages written once

Revision: 0027
Follows: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    of_a_form = sa.text("write_key IS NOT NULL")
    op.add_column("journal_entries", sa.Column("write_key", sa.String(36), nullable=True))
    op.create_index(
        op.f("ix_journal_entries_member_id_write_key"),
        "journal_entries",
        ["member_id", "write_key"],
        unique=True,
        sqlite_where=of_a_form,
        postgresql_where=of_a_form,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_journal_entries_member_id_write_key"), table_name="journal_entries")
    op.drop_column("journal_entries", "write_key")
