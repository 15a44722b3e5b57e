"""The drawing of what was answered: every answer is there once, at its height, and nothing is made of them together."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from community.journal.plot import AXIS, COLUMN, EDGE, ROWS, WIDTH, Answered, Mark, drawn
from community.journal.rhythm import DAYS, OwnDays

LISBON = OwnDays(ZoneInfo("Europe/Lisbon"), 240)
WEEKS = LISBON.weeks_until(date(2026, 11, 22))
NOTHING = (None,) * len(ROWS)

VALUES = st.one_of(st.none(), st.integers(0, 20).map(lambda step: step * 5))
ANSWERED = st.builds(
    Answered,
    st.integers(0, 28 * 24 * 60 - 1).map(lambda minutes: WEEKS.begin + timedelta(minutes=minutes)),
    st.just("Ending on time"),
    st.tuples(*[VALUES] * len(ROWS)),
    st.tuples(*[VALUES] * len(ROWS)),
)


def an_evening(day: int, before: tuple[int | None, ...] = NOTHING, after: tuple[int | None, ...] = NOTHING) -> Answered:
    return Answered(datetime(2026, 11, day, 20, tzinfo=UTC), "Ending on time", before, after)


def test_higher_means_stronger_and_the_whole_mark_stays_in_the_drawing() -> None:
    drawing = drawn([an_evening(20, before=(0, 50, 100, None), after=(100, 50, 0, None))], WEEKS)
    rows = dict(drawing.rows)
    assert list(rows) == ["soothing", "threat", "drive"]
    (soothing,), (threat,), (drive,) = rows.values()
    assert soothing.before_y == drive.after_y == AXIS - EDGE - 2
    assert soothing.after_y == drive.before_y == EDGE
    assert threat.before_y == threat.after_y == (EDGE + AXIS - EDGE - 2) / 2


def test_a_row_that_nobody_answered_is_not_drawn() -> None:
    drawing = drawn([an_evening(20, after=(None, None, None, 65))], WEEKS)
    assert [name for name, _marks in drawing.rows] == ["company"]
    assert drawing.rows[0][1] == (Mark(25 * COLUMN + COLUMN / 2, None, drawing.rows[0][1][0].after_y),)
    empty = drawn([an_evening(20)], WEEKS)
    assert not empty.rows
    assert not empty.lines


def test_sits_of_one_day_stand_beside_each_other_in_its_column() -> None:
    three = [an_evening(22, after=(value, None, None, None)) for value in (10, 20, 30)]
    marks = drawn(three, WEEKS).rows[0][1]
    assert [mark.x for mark in marks] == [545, 550, 555]


def test_the_weeks_are_named_by_their_first_days() -> None:
    assert drawn([], WEEKS).mondays == (
        (0, date(2026, 10, 26)),
        (140, date(2026, 11, 2)),
        (280, date(2026, 11, 9)),
        (420, date(2026, 11, 16)),
    )


@given(st.lists(ANSWERED, max_size=60))
def test_every_answer_is_drawn_once_and_stands_in_the_table(answered: list[Answered]) -> None:
    drawing = drawn(answered, WEEKS)
    for row, name in enumerate(ROWS):
        marks = dict(drawing.rows).get(name, ())
        said = [each for each in answered if (each.before[row], each.after[row]) != (None, None)]
        assert len(marks) == len(said)
        for mark in marks:
            assert 0 < mark.x < WIDTH == DAYS * COLUMN
            assert all(y is None or EDGE <= y <= AXIS - EDGE for y in (mark.before_y, mark.after_y))
    cells = [cell for line in drawing.lines for cell in line.cells if cell != (None, None)]
    assert len(cells) == sum(len(marks) for _name, marks in drawing.rows)
    assert [line.at for line in drawing.lines] == sorted(line.at for line in drawing.lines)


@given(st.lists(ANSWERED, max_size=30), ANSWERED)
def test_another_sit_changes_no_height_of_those_that_are_there(answered: list[Answered], more: Answered) -> None:
    before, after = dict(drawn(answered, WEEKS).rows), dict(drawn([*answered, more], WEEKS).rows)
    for name, marks in before.items():
        heights = [(mark.before_y, mark.after_y) for mark in after[name]]
        for mark in marks:
            heights.remove((mark.before_y, mark.after_y))
        assert len(heights) <= 1


def test_what_lies_outside_the_weeks_is_left_out() -> None:
    early = Answered(WEEKS.begin - timedelta(minutes=1), "Before", (5,) * 4, NOTHING)
    first = Answered(WEEKS.begin, "First", (5,) * 4, NOTHING)
    assert [line.title for line in drawn([early, first], WEEKS).lines] == ["First"]
