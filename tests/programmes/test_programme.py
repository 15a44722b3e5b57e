"""The files of the programmes: what a reader may rely on, whoever edits them."""

import re

import pytest

from community.errors import NotFound
from community.practices.library import STARTER
from community.programmes.programme import (
    KEY_LENGTH,
    PROGRAMMES,
    Module,
    Programme,
    module_named,
    programme,
    standing_in,
)

MODULES = [module for each in PROGRAMMES.values() for module in each.modules]
# Words that would set a term, praise or count; and those that a person with a client in mind should not be given.
SCOLDING = re.compile(
    r"\b(must|should|complete[ds]?|progress|streak|goal|well done|great job|finish(ed)?|week \d|day \d|homework)\b",
    re.IGNORECASE,
)


def words_of(module: Module) -> str:
    gentler = module.gentler.words if module.gentler else ()
    return "\n".join([module.title, module.aim, *module.before, module.body, module.work, module.share, *gentler])


def test_three_programmes_hold_the_twelve_practices_once_each() -> None:
    assert [len(each.modules) for each in PROGRAMMES.values()] == [4, 4, 4]
    twelve = {key for key, practice in STARTER.items() if not practice.is_plain}
    assert len(twelve) == 12
    assert sorted(module.practice.key for module in MODULES) == sorted(twelve)


@pytest.mark.parametrize("key", PROGRAMMES)
def test_a_programme_is_found_by_the_key_in_its_file(key: str) -> None:
    found = programme(key)
    assert found.key == key
    assert re.fullmatch(r"[a-z_]+", key)
    assert len(key) <= KEY_LENGTH
    assert [module.number for module in found.modules] == [1, 2, 3, 4]
    assert len({module.key for module in found.modules}) == 4
    assert all(len(module.key) <= KEY_LENGTH for module in found.modules)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_invites_and_asks_of_the_body_first(module: Module) -> None:
    assert len(module.aim) <= 120  # one line
    assert not SCOLDING.search(words_of(module))
    assert module.body.endswith("?")
    assert module.work.endswith("?")
    assert "!" not in words_of(module)


def test_whoever_may_not_sit_alone_with_a_practice_is_given_a_gentler_one() -> None:
    led = [module for module in MODULES if module.practice.teacher_led]
    assert led
    for module in led:
        assert module.gentler
        assert not module.gentler.practice.teacher_led
    assert not [module for module in MODULES if module.gentler and not module.practice.teacher_led]


def test_a_module_is_found_by_the_name_that_a_journal_keeps() -> None:
    assert all(module_named(module.name) is module for module in MODULES)
    assert module_named("settling/long-gone") is None
    assert module_named("long-gone/breath") is None
    assert module_named("") is None


def test_a_practice_knows_where_it_stands() -> None:
    assert [module.name for module in standing_in("ending_on_time")] == ["settling/ending"]
    assert standing_in("quiet_half_hour") == ()


def test_what_does_not_exist_is_not_found() -> None:
    chosen: Programme = programme("settling")
    with pytest.raises(NotFound):
        chosen.module("no such module")
    with pytest.raises(NotFound):
        programme("no such programme")
