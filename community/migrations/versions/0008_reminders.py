"""reminders

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('reply', 'held', 'decided', 'admitted', 'sit_begins', 'sit_changed', 'desk', 'brought')"
AFTER = "kind IN ('reply', 'held', 'decided', 'admitted', 'sit_begins', 'reminder', 'sit_changed', 'desk', 'brought')"


def upgrade() -> None:
    op.create_table(
        "sit_wishes",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("reminding", sa.String(24), nullable=False),
        sa.Column("remind_of", sa.String(24), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("reminding IN ('none', 'app', 'mail', 'both')", name=op.f("ck_sit_wishes_reminding_known")),
        sa.CheckConstraint("remind_of IN ('intended', 'groups')", name=op.f("ck_sit_wishes_remind_of_known")),
        sa.CheckConstraint("lead_minutes IN (10, 60, 1440)", name=op.f("ck_sit_wishes_lead_minutes_known")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_sit_wishes_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_sit_wishes")),
    )
    op.create_table(
        "sent_reminders",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_sent_reminders_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["sit_series.id"], name=op.f("fk_sent_reminders_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", "series_id", "starts_at", "lead_minutes", name=op.f("pk_sent_reminders")),
    )
    with op.batch_alter_table("sent_reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_reminders_series_id"), ["series_id"], unique=False)
    op.create_table(
        "clock_marks",
        sa.Column("duty", sa.String(length=40), nullable=False),
        sa.Column("done_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("duty", name=op.f("pk_clock_marks")),
    )
    with op.batch_alter_table("outbox_mails", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asks", sa.String(length=120), nullable=True))
    _let_kinds_be(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind = 'reminder'")
    _let_kinds_be(BEFORE)
    op.execute("DELETE FROM outbox_mails WHERE asks IS NOT NULL AND state = 'waiting'")  # nobody would be asked
    with op.batch_alter_table("outbox_mails", schema=None) as batch_op:
        batch_op.drop_column("asks")
    op.drop_table("clock_marks")
    with op.batch_alter_table("sent_reminders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sent_reminders_series_id"))
    op.drop_table("sent_reminders")
    op.drop_table("sit_wishes")


def _let_kinds_be(these: str) -> None:
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), these)
