"""A sit's name in addresses and on the wire: one spelling, and a way back."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.errors import NotFound
from community.sits.recurrence import parse_sit_key, sit_key

EVENING = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(st.integers(1, 2**31 - 1), MOMENTS)
def test_a_sit_has_a_name_that_leads_back_to_it(series_id: int, start: datetime) -> None:
    start = start.replace(microsecond=0)
    key = sit_key(series_id, start)
    assert parse_sit_key(key) == (series_id, start)
    assert sit_key(*parse_sit_key(key)) == key


def test_a_sit_is_named_by_its_moment_whatever_the_zone() -> None:
    assert sit_key(12, EVENING) == "12-20261122T193000Z"
    assert sit_key(12, EVENING.astimezone(ZoneInfo("Asia/Tokyo"))) == "12-20261122T193000Z"
    with pytest.raises(ValueError, match="whole second"):
        sit_key(12, EVENING.replace(microsecond=1))


@pytest.mark.parametrize(
    "text",
    [
        None,
        12,
        b"12-20261122T193000Z",
        "",
        "12",
        "12-",
        "-20261122T193000Z",
        "012-20261122T193000Z",
        "0-20261122T193000Z",
        "+12-20261122T193000Z",
        "12-20261122T193000",
        "12-20261122t193000z",
        "12-20261122T193000Z\n",
        " 12-20261122T193000Z",
        "12-20261322T193000Z",
        "12-20260229T193000Z",
        "12-20261122T240000Z",
        "12-20261122T193060Z",
        "12--20261122T193000Z",
        "１２-20261122T193000Z",
        "12-２0261122T193000Z",
        "2147483648-20261122T193000Z",
        "9" * 5000 + "-20261122T193000Z",
        "12-00010101T000000Z",
        "12-99991231T235959Z",
        "12-22000101T000000Z",
        "12-19991130T235959Z",
        {},
        [],
    ],
)
def test_what_is_no_sits_name_is_not_found(text: Any) -> None:
    with pytest.raises(NotFound):
        parse_sit_key(text)


@given(st.text(max_size=30) | st.from_regex(r"[0-9+ ]{1,12}-[0-9]{8}T[0-9]{6}Z\n?", fullmatch=True))
def test_only_one_spelling_is_a_sits_name(text: str) -> None:
    try:
        series_id, start = parse_sit_key(text)
    except NotFound:
        return
    assert sit_key(series_id, start) == text
