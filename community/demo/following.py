"""The demo's programmes: a group in the middle of one, and a member who follows another alone."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from community.groups.models import Group
from community.members.models import Member
from community.programmes import actions
from community.programmes.programme import programme

SATURDAY, HOUR = 5, time(10, 0)


def follow_programmes(people: Mapping[str, Member], groups: Mapping[str, Group], *, at: datetime) -> None:
    """Let a group be in the third week of a programme, and Ines be in no hurry with another."""
    group, maren, ines = groups["compassion"], people["maren"], people["ines"]
    today = at.astimezone(ZoneInfo(group.zone)).date()
    last = today - timedelta(days=(today.weekday() - SATURDAY - 1) % 7 + 1)  # the Saturday before today
    actions.lay_programme(
        by=maren,
        group=group,
        programme=programme("receiving_care"),
        wall=datetime.combine(last - timedelta(weeks=1), HOUR),
        every_weeks=1,
        leader=maren,
        at=at - timedelta(days=20),
    )
    settling = programme("settling")
    actions.follow_programme(by=ines, programme=settling, at=at - timedelta(days=12))
    actions.write_on_module(
        by=ines,
        module=settling.module("breath"),
        body="Under the ribs, on the left, and then nowhere for a while. My hands were warm before I was.",
        thought="I hold my breath while I write my notes. I had put that down to the chair.",
        at=(at - timedelta(days=11)).replace(hour=19, minute=40),
    )
