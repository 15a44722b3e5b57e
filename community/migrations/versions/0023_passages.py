"""passages: what members share of their journals, sealed, and the panel that a thread has for one

Revision: 0023
Follows: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = (
    "kind IN ('reply', 'held', 'decided', 'admitted', 'sit_begins', 'reminder', 'sit_now', 'thanks', 'sit_changed', "
    "'desk', 'brought'{more})"
)
WITHDRAWN_IS_EMPTY = "status = 'shared' OR (sealed IS NULL AND answer IS NULL AND entry_id IS NULL AND NOT in_notebook)"


def upgrade() -> None:
    _make_passages()
    with op.batch_alter_table("threads", schema=None) as batch_op:
        batch_op.add_column(sa.Column("panel", sa.String(24), nullable=True))
    _let_kinds_be(KINDS.format(more=", 'passage'"))


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind = 'passage'")
    _let_kinds_be(KINDS.format(more=""))
    with op.batch_alter_table("threads", schema=None) as batch_op:
        batch_op.drop_column("panel")
    op.drop_table("passages")


def _make_passages() -> None:
    op.create_table(
        "passages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(24), nullable=False),
        sa.Column("wants", sa.String(24), nullable=True),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("in_notebook", sa.Boolean(), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answer_key_id", sa.String(64), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("write_key", sa.String(36), nullable=False),
        sa.Column("shared_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.CheckConstraint("audience IN ('group', 'teachers')", name=op.f("ck_passages_audience_known")),
        sa.CheckConstraint("status IN ('shared', 'withdrawn')", name=op.f("ck_passages_status_known")),
        sa.CheckConstraint("wants IN ('be_heard', 'questions', 'ideas')", name=op.f("ck_passages_wants_known")),
        sa.CheckConstraint(WITHDRAWN_IS_EMPTY, name=op.f("ck_passages_withdrawn_is_empty")),
        *(_points_to(column, table, gone) for column, table, gone in POINTS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
        sa.UniqueConstraint("author_id", "write_key", name=op.f("uq_passages_author_id_write_key")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_passages_thread_id")),
    )
    op.create_index(op.f("ix_passages_author_id_id"), "passages", ["author_id", "id"])
    for column in ("entry_id", "group_id", "answered_by_id"):
        op.create_index(op.f(f"ix_passages_{column}"), "passages", [column])
    only = sa.text("in_notebook")
    op.create_index(
        "ix_passages_notebook", "passages", ["group_id", "shared_at"], sqlite_where=only, postgresql_where=only
    )


POINTS = (
    ("author_id", "members", "CASCADE"),
    ("entry_id", "journal_entries", "CASCADE"),
    ("group_id", "groups", "CASCADE"),
    ("thread_id", "threads", "SET NULL"),
    ("answered_by_id", "members", "SET NULL"),
)


def _points_to(column: str, table: str, gone: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_passages_{column}"), ondelete=gone)


def _let_kinds_be(these: str) -> None:
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind_known"), these)
