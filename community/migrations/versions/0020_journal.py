"""journal: what members sat stays with them, and sealed pages beside it

Revision: 0020
Follows: 0019
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_sits()
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("sit_id", sa.Integer(), nullable=True),
        sa.Column("module", sa.String(80), nullable=True),
        sa.Column("key_id", sa.String(64), nullable=False),
        *(sa.Column(f"sealed_{name}", sa.LargeBinary(), nullable=True) for name in ("before", "after")),
        *(sa.Column(f"sealed_{name}", sa.LargeBinary(), nullable=True) for name in ("body", "feeling", "thought")),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_journal_entries_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sit_id"], ["journal_sits.id"], name=op.f("fk_journal_entries_sit_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entries")),
        sa.UniqueConstraint("sit_id", name=op.f("uq_journal_entries_sit_id")),
    )
    op.create_index(
        op.f("ix_journal_entries_member_id_written_at_id"), "journal_entries", ["member_id", "written_at", "id"]
    )
    op.create_table(
        "journal_wishes",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("day_ends_minutes", sa.Integer(), server_default="240", nullable=False),
        sa.Column("shows_rhythm", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("shows_company", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.CheckConstraint("day_ends_minutes BETWEEN 0 AND 1439", name=op.f("ck_journal_wishes_day_ends_within_a_day")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_journal_wishes_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_journal_wishes")),
    )
    _log_what_was_sat()


def downgrade() -> None:
    op.drop_table("journal_wishes")
    op.drop_table("journal_entries")
    op.drop_table("journal_sits")


def _make_sits() -> None:
    op.create_table(
        "journal_sits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("closing_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("practice_key", sa.String(64), nullable=False),
        sa.Column("practice_version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("group_name", sa.String(120), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("planned_at", MOMENT, nullable=True),
        sa.Column("write_key", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_journal_sits_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_journal_sits_group_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["sit_series.id"], name=op.f("fk_journal_sits_series_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_sits")),
        sa.UniqueConstraint(
            "member_id", "series_id", "planned_at", name=op.f("uq_journal_sits_member_id_series_id_planned_at")
        ),
        sa.UniqueConstraint("member_id", "write_key", name=op.f("uq_journal_sits_member_id_write_key")),
    )
    op.create_index(op.f("ix_journal_sits_member_id_began_at_id"), "journal_sits", ["member_id", "began_at", "id"])
    op.create_index(op.f("ix_journal_sits_group_id"), "journal_sits", ["group_id"])
    op.create_index(op.f("ix_journal_sits_series_id"), "journal_sits", ["series_id"])


def _log_what_was_sat() -> None:
    """Write into each member's log what they sat before there was one; how long they stayed nobody wrote down."""
    connection = op.get_bind()
    attended = sa.table("attendances", sa.column("member_id"), sa.column("series_id"), sa.column("starts_at", MOMENT))
    attended.append_column(sa.column("joined_at", MOMENT))
    series = sa.text(
        "SELECT sit_series.id, sit_series.group_id, sit_series.title, sit_series.zone, groups.name"
        " FROM sit_series JOIN groups ON groups.id = sit_series.group_id"
    )
    plans = sa.table("sit_series", sa.column("id"), sa.column("plan", sa.JSON()))
    logged = sa.table("journal_sits", *(sa.column(name) for name in _COLUMNS))
    for each in connection.execute(series).mappings().all():
        plan = connection.scalar(sa.select(plans.c.plan).where(plans.c.id == each["id"]))
        moved = _moved(each["id"], each["zone"])
        came = connection.execute(sa.select(attended).where(attended.c.series_id == each["id"])).mappings().all()
        if came:
            connection.execute(sa.insert(logged), [_logged(each, plan, moved, row) for row in came])


_COLUMNS = (
    *("member_id", "began_at", "closing_at", "practice_key", "practice_version", "title"),
    *("group_id", "group_name", "series_id", "planned_at"),
)


def _moved(series_id: int, zone: str) -> dict[datetime, datetime]:
    """Give where the single sits of a series were moved to, by the start that they were planned with."""
    changes = sa.table(
        "sit_changes",
        *(sa.column("series_id"), sa.column("planned_at", MOMENT), sa.column("wall_start"), sa.column("kind")),
    )
    asked = sa.select(changes).where(changes.c.series_id == series_id, changes.c.kind == "moved")
    return {
        _aware(row["planned_at"]): datetime.fromisoformat(row["wall_start"]).replace(tzinfo=ZoneInfo(zone))
        for row in op.get_bind().execute(asked).mappings()
    }


def _logged(series: Any, plan: dict[str, Any], moved: dict[datetime, datetime], row: Any) -> dict[str, Any]:
    planned = _aware(row["starts_at"])
    starts = moved.get(planned, planned).astimezone(UTC)
    closing = starts + timedelta(seconds=plan["total_s"])
    began = min(max(starts, _aware(row["joined_at"])), closing)
    values = (
        *(row["member_id"], _kept(began), _kept(closing), plan["id"], plan["version"], series["title"]),
        *(series["group_id"], series["name"], series["id"], _kept(planned)),
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _kept(moment: datetime) -> datetime:
    """Give a moment as this engine keeps it: SQLite has UTC without a zone."""
    return moment.replace(tzinfo=None) if op.get_bind().dialect.name == "sqlite" else moment
