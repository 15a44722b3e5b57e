"""Who follows a programme: a member alone, which nobody else sees, or a group with its sits."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base, WordEnum, one_of
from community.groups.models import Group
from community.programmes.programme import KEY_LENGTH
from community.sits.models import SitSeries


class FollowingStatus(StrEnum):
    """Whether a programme is being followed."""

    FOLLOWED = "followed"
    LEFT = "left"


GOES_ON = sa.text("status = 'followed'")


class Following(Base):
    """That a member, or a group, follows a programme; ``version`` is the one that they began with.

    A member has one row for each programme, and takes it up again; a group follows one programme at a time.
    """

    __tablename__ = "followings"
    __table_args__ = (
        one_of("status", FollowingStatus),
        sa.CheckConstraint("(member_id IS NULL) <> (group_id IS NULL)", name="by_one"),
        sa.UniqueConstraint("member_id", "programme"),
        sa.Index(
            "uq_followings_of_group",
            "group_id",
            unique=True,
            sqlite_where=GOES_ON,
            postgresql_where=GOES_ON,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(sa.String(KEY_LENGTH))
    version: Mapped[int]
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"))
    status: Mapped[FollowingStatus] = mapped_column(WordEnum(FollowingStatus), default=FollowingStatus.FOLLOWED)
    begun_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    group: Mapped[Group | None] = relationship()
    sits: Mapped[list["ModuleSit"]] = relationship(viewonly=True, order_by="ModuleSit.series_id")

    @property
    def goes_on(self) -> bool:
        """Whether it is being followed now."""
        return self.status is FollowingStatus.FOLLOWED


class ModuleSit(Base):
    """The sit that a group planned for one module: a series with a single sit."""

    __tablename__ = "module_sits"

    following_id: Mapped[int] = mapped_column(sa.ForeignKey("followings.id", ondelete="CASCADE"), primary_key=True)
    module: Mapped[str] = mapped_column(sa.String(KEY_LENGTH), primary_key=True)
    series_id: Mapped[int] = mapped_column(sa.ForeignKey("sit_series.id", ondelete="CASCADE"), unique=True)

    series: Mapped[SitSeries] = relationship()
