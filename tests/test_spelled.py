"""Parts that were spelled before stand in JSON as they are."""

import json

import pytest

from community.spelled import Spelled, dumps, loads


def test_spelled_parts_stand_where_they_belong_in_their_order() -> None:
    content = {"here": Spelled('[{"id":"ä"},1]'), "others": 3, "more": [Spelled("null"), "a", Spelled('"b"')]}
    assert loads(dumps(content, separators=(",", ":"))) == {
        "here": [{"id": "ä"}, 1],
        "others": 3,
        "more": [None, "a", "b"],
    }


def test_what_has_no_such_part_is_spelled_as_ever() -> None:
    content = {"a": [1, 2.5, None, True], "b": {"c": 'quoted " and é'}}
    assert dumps(content) == json.dumps(content)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        dumps({"a": object()})
