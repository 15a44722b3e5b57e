"""The rhythm against what it promises: it marks days, it accuses nobody, and what moves a mark is known."""

import inspect
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.clock import zones
from community.journal import rhythm as rhythm_module
from community.journal.rhythm import DAYS, Day, OwnDays, rhythm

LISBON = OwnDays(ZoneInfo("Europe/Lisbon"), 240)
TODAY = datetime(2026, 11, 22, 20, tzinfo=UTC)
# Summer time in both halves of the world, half hours, a day that was left out, clocks put back at midnight.
ODD_ZONES = (
    "Europe/Lisbon",
    "America/St_Johns",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Kathmandu",
    "Africa/Casablanca",
)

MOMENTS = st.integers(0, 22 * 365 * 24 * 3600).map(lambda s: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
OWN = st.builds(
    OwnDays,
    st.one_of(st.sampled_from(ODD_ZONES), st.sampled_from(sorted(zones()))).map(ZoneInfo),
    st.integers(0, 12 * 60),
)
AGO = st.timedeltas(timedelta(), timedelta(days=40))


def marks(moments: list[datetime], own: OwnDays, at: datetime = TODAY) -> list[date]:
    return [day.date for day in rhythm(moments, own, at) if day.sat]


def test_a_sit_after_midnight_belongs_to_the_day_before_until_the_day_ends() -> None:
    late, early = datetime(2026, 11, 21, 3, 59, tzinfo=UTC), datetime(2026, 11, 21, 4, tzinfo=UTC)
    assert marks([late], LISBON) == [date(2026, 11, 20)]
    assert marks([early], LISBON) == [date(2026, 11, 21)]
    assert marks([late], OwnDays(LISBON.zone, 0)) == [date(2026, 11, 21)]


def test_sits_of_two_days_share_a_mark_where_the_day_ends_otherwise_and_the_oldest_passes_out() -> None:
    evening, night = datetime(2026, 11, 20, 20, tzinfo=UTC), datetime(2026, 11, 21, 5, tzinfo=UTC)
    later = OwnDays(LISBON.zone, 360)
    assert [len(marks([evening, night], own)) for own in (LISBON, later)] == [2, 1]
    oldest = LISBON.weeks_until(LISBON.day_of(TODAY)).begin
    assert [len(marks([oldest], own)) for own in (LISBON, later)] == [1, 0]


def test_a_missed_day_is_an_empty_mark_and_the_others_stay() -> None:
    daily = [TODAY - timedelta(days=number) for number in range(DAYS)]
    with_a_gap = [moment for number, moment in enumerate(daily) if number not in {3, 4, 5}]
    assert len(marks(daily, LISBON)) == DAYS
    assert set(marks(daily, LISBON)) - set(marks(with_a_gap, LISBON)) == {
        TODAY.date() - timedelta(days=number) for number in (3, 4, 5)
    }


def test_a_rhythm_holds_days_and_whether_one_sat_and_nothing_to_count_by() -> None:
    assert Day.__slots__ == ("date", "sat")
    assert {type(getattr(day, name)) for day in rhythm([], LISBON, TODAY) for name in Day.__slots__} == {date, bool}
    said = inspect.getsource(rhythm_module).lower()
    assert "streak" not in said
    assert "len(" not in said
    assert "sum(" not in said


@given(own=OWN, at=MOMENTS, ago=AGO)
def test_every_sit_of_four_weeks_fills_one_mark_and_one_only(own: OwnDays, at: datetime, ago: timedelta) -> None:
    moment = at - ago
    filled = marks([moment], own, at)
    weeks = own.weeks_until(own.day_of(at))
    if moment >= weeks.begin:
        assert filled == [own.day_of(moment)]


@given(own=OWN, at=MOMENTS)
def test_there_are_twenty_eight_days_in_order_and_today_is_the_last(own: OwnDays, at: datetime) -> None:
    days = [day.date for day in rhythm([], own, at)]
    assert days == [own.day_of(at) - timedelta(days=number) for number in reversed(range(DAYS))]
    assert own.begins(days[-1]) <= at < own.begins(days[-1] + timedelta(days=1))


@given(own=OWN, first=MOMENTS, later=st.timedeltas(timedelta(), timedelta(days=3)))
def test_a_later_moment_never_belongs_to_an_earlier_day(own: OwnDays, first: datetime, later: timedelta) -> None:
    assert own.day_of(first) <= own.day_of(first + later)


@given(own=OWN, at=MOMENTS, agos=st.lists(AGO, max_size=40), missed=st.sets(st.integers(0, DAYS - 1)))
def test_missing_days_empties_those_days_and_changes_no_other(
    own: OwnDays, at: datetime, agos: list[timedelta], missed: set[int]
) -> None:
    weeks = own.weeks_until(own.day_of(at))
    moments = [at - ago for ago in agos if at - ago >= weeks.begin]
    kept = [moment for moment in moments if weeks.place_of(moment) not in missed]
    before, after = rhythm(moments, own, at), rhythm(kept, own, at)
    for place, (was, now) in enumerate(zip(before, after, strict=True)):
        assert now == (Day(was.date, sat=False) if place in missed else was)


@given(one=OWN, other=OWN, at=MOMENTS, agos=st.lists(AGO, min_size=1, max_size=40))
def test_another_zone_or_another_end_of_the_day_lets_no_sit_go(
    one: OwnDays, other: OwnDays, at: datetime, agos: list[timedelta]
) -> None:
    # Both windows hold what is less than 26 days old, wherever one is: no place is two days away from another.
    moments = [at - ago for ago in agos if ago < timedelta(days=26)]
    for own in (one, other):
        filled = set(marks(moments, own, at))
        assert {own.day_of(moment) for moment in moments} == filled
    # And whoever comes back finds what was there.
    assert rhythm(moments, one, at) == rhythm(list(reversed(moments)), one, at)


@given(one=OWN, other=OWN, moment=MOMENTS)
def test_a_sit_moves_to_a_mark_beside_and_never_further(one: OwnDays, other: OwnDays, moment: datetime) -> None:
    # Clocks on earth are at most 26 hours apart, and ends of the day twelve.
    assert abs((one.day_of(moment) - other.day_of(moment)).days) <= 2


@given(own=OWN, at=MOMENTS, agos=st.lists(AGO, max_size=20), more=AGO)
def test_one_more_sit_never_takes_a_mark_away(
    own: OwnDays, at: datetime, agos: list[timedelta], more: timedelta
) -> None:
    weeks = own.weeks_until(own.day_of(at))
    moments = [at - ago for ago in agos if at - ago >= weeks.begin]
    assert set(marks(moments, own, at)) <= set(marks([*moments, max(at - more, weeks.begin)], own, at))


@given(own=OWN, at=MOMENTS, ago=AGO, later=st.timedeltas(timedelta(), timedelta(days=40)))
def test_a_mark_goes_by_age_alone(own: OwnDays, at: datetime, ago: timedelta, later: timedelta) -> None:
    moment, then = at - ago, at + later
    if moment >= own.weeks_until(own.day_of(then)).begin:
        assert own.day_of(moment) in marks([moment], own, at)
        assert own.day_of(moment) in marks([moment], own, then)


@pytest.mark.parametrize("zone", ODD_ZONES)
@pytest.mark.parametrize("ends_minutes", [0, 150])
def test_sits_around_every_change_of_the_clocks_keep_their_marks(zone: str, ends_minutes: int) -> None:
    own = OwnDays(ZoneInfo(zone), ends_minutes)
    for change in changes_of_the_clocks(own.zone):
        around = [change + timedelta(minutes=20 * number) for number in range(-3 * 24, 6 * 24)]
        days = [own.day_of(moment) for moment in around]
        assert days == sorted(days)
        whole = {days[0] + timedelta(days=number) for number in range((days[-1] - days[0]).days + 1)}
        assert whole - set(days) <= {date(2011, 12, 30)}  # in Apia they went to sleep on the 29th and woke on the 31st
        assert set(marks(around, own, around[-1])) == set(days)


def changes_of_the_clocks(zone: ZoneInfo) -> list[datetime]:
    begin = datetime(2010, 1, 1, tzinfo=UTC)
    days = [begin + timedelta(days=number) for number in range(3 * 365)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    return [day for day, was, then in zip(days, offsets, offsets[1:], strict=False) if was != then]


def test_a_room_whose_bell_is_yet_to_ring_counts_as_today() -> None:
    at = datetime(2026, 11, 22, 3, 55, tzinfo=UTC)
    assert marks([at + timedelta(minutes=10)], LISBON, at) == [date(2026, 11, 21)]
