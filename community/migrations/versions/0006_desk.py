"""desk

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The log only grows: the database itself refuses to change or delete an entry. REPLACE deletes without firing
# a trigger, hence the one on INSERT.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER log_entries_no_update BEFORE UPDATE ON log_entries
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END""",
    """CREATE TRIGGER log_entries_no_delete BEFORE DELETE ON log_entries
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END""",
    """CREATE TRIGGER log_entries_no_replace BEFORE INSERT ON log_entries
WHEN EXISTS (SELECT 1 FROM log_entries WHERE group_id = NEW.group_id AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END""",
)
POSTGRESQL_TRIGGERS = (
    """CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log only grows'; END $$""",
    """CREATE TRIGGER log_entries_no_change BEFORE UPDATE OR DELETE ON log_entries
FOR EACH ROW EXECUTE FUNCTION log_only_grows()""",
    """CREATE TRIGGER log_entries_no_truncate BEFORE TRUNCATE ON log_entries
FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows()""",
)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(24), nullable=True),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.CheckConstraint("state IN ('open', 'decided', 'closed')", name=op.f("ck_cases_state_known")),
        sa.CheckConstraint("subject_kind IN ('post', 'join_request')", name=op.f("ck_cases_subject_kind_known")),
        sa.CheckConstraint(
            "verdict IN ('let_through', 'return', 'hide', 'leave', 'admit', 'decline')",
            name=op.f("ck_cases_verdict_known"),
        ),
        sa.ForeignKeyConstraint(["about_id"], ["members.id"], name=op.f("fk_cases_about_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["members.id"], name=op.f("fk_cases_decided_by_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_cases_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_about_id"), ["about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_cases_group_id_state_subject_kind_opened_at_id"),
            ["group_id", "state", "subject_kind", "opened_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_cases_subject_kind_subject_id"), ["subject_kind", "subject_id"], unique=False
        )
        batch_op.create_index(
            "uq_cases_open_subject",
            ["subject_kind", "subject_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "log_entries",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(24), nullable=False),
        sa.Column("subject_kind", sa.String(24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "act IN ('let_through', 'returned', 'hid', 'left', 'restored', 'admitted', 'declined', 'muted', 'unmuted', 'removed')",
            name=op.f("ck_log_entries_act_known"),
        ),
        sa.CheckConstraint(
            "subject_kind IN ('post', 'join_request', 'member')", name=op.f("ck_log_entries_subject_kind_known")
        ),
        sa.ForeignKeyConstraint(["about_id"], ["members.id"], name=op.f("fk_log_entries_about_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["members.id"], name=op.f("fk_log_entries_actor_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_log_entries_group_id")),
        sa.PrimaryKeyConstraint("group_id", "number", name=op.f("pk_log_entries")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("log_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_entries_about_id"), ["about_id"], unique=False)

    op.create_table(
        "log_heads",
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_log_heads_group_id")),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_log_heads")),
    )
    op.create_table(
        "case_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('held_newcomer', 'held_everything', 'join', 'flag_client', 'flag_unkind', 'flag_worried', 'flag_other')",
            name=op.f("ck_case_reasons_kind_known"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_case_reasons_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_reasons_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_reasons")),
        sa.UniqueConstraint("case_id", "by_id", name=op.f("uq_case_reasons_case_id_by_id")),
    )
    with op.batch_alter_table("case_reasons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_reasons_by_id"), ["by_id"], unique=False)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("case_reasons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_reasons_by_id"))

    op.drop_table("case_reasons")
    op.drop_table("log_heads")
    with op.batch_alter_table("log_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_log_entries_about_id"))

    op.drop_table("log_entries")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_cases_open_subject", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_cases_subject_kind_subject_id"))
        batch_op.drop_index(batch_op.f("ix_cases_group_id_state_subject_kind_opened_at_id"))
        batch_op.drop_index(batch_op.f("ix_cases_decided_by_id"))
        batch_op.drop_index(batch_op.f("ix_cases_about_id"))

    op.drop_table("cases")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION log_only_grows()")
