"""The programmes that come with the house, read from their files. Pure: no row, no clock, nobody in particular.

A programme is a few modules; each leads from an aim to a practice, then to writing, body first, and on to sharing
nothing, a passage, or with the teacher. What stands in the files is shown as plain paragraphs.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from community.errors import NotFound
from community.practices.library import STARTER, Practice

FOLDER: Final = Path(__file__).parent / "programmes"
ORDER: Final = ("settling", "the_hard_hour", "receiving_care")
KEY_LENGTH: Final = 40


@dataclass(frozen=True)
class Gentler:
    """What one may sit with alone instead of a practice that a teacher leads."""

    practice: Practice
    words: tuple[str, ...]


@dataclass(frozen=True)
class Module:
    """One practice of a programme, with what stands before it and what is asked after it."""

    programme: str
    programme_title: str
    key: str
    number: int
    title: str
    practice: Practice
    aim: str
    before: tuple[str, ...]
    body: str
    work: str
    share: str
    gentler: Gentler | None

    @property
    def name(self) -> str:
        """Give the name under which a journal keeps what was written here, as in ``settling/breath``."""
        return f"{self.programme}/{self.key}"


@dataclass(frozen=True)
class Programme:
    """A few modules in an order that one need not keep."""

    key: str
    version: int
    title: str
    lead: str
    about: tuple[str, ...]
    modules: tuple[Module, ...]

    def module(self, key: str) -> Module:
        """Give a module by its key; raises NotFound."""
        found = next((each for each in self.modules if each.key == key), None)
        if found is None:
            raise NotFound
        return found


def programme(key: str) -> Programme:
    """Give a programme by its key; raises NotFound."""
    found = PROGRAMMES.get(key)
    if found is None:
        raise NotFound
    return found


def module_named(name: str) -> Module | None:
    """Give the module that a journal speaks of; None where there is none of that name any more."""
    programme_key, _, key = name.partition("/")
    found = PROGRAMMES.get(programme_key)
    return next((each for each in found.modules if each.key == key), None) if found else None


def standing_in(practice_key: str) -> tuple[Module, ...]:
    """Give the modules that lead to a practice."""
    return tuple(
        module for each in PROGRAMMES.values() for module in each.modules if module.practice.key == practice_key
    )


def _read(key: str) -> Programme:
    told = tomllib.loads((FOLDER / f"{key}.toml").read_text(encoding="utf-8"))
    modules = tuple(_module(told, number, each) for number, each in enumerate(told["modules"], start=1))
    return Programme(
        key=told["key"],
        version=told["version"],
        title=told["title"],
        lead=told["lead"],
        about=_paragraphs(told["about"]),
        modules=modules,
    )


def _module(whole: Mapping[str, Any], number: int, told: Mapping[str, Any]) -> Module:
    gentler = told.get("gentler")
    return Module(
        programme=whole["key"],
        programme_title=whole["title"],
        key=told["key"],
        number=number,
        title=told["title"],
        practice=STARTER[told["practice"]],
        aim=told["aim"],
        before=_paragraphs(told["before"]),
        body=told["body"],
        work=told["work"],
        share=told["share"],
        gentler=Gentler(STARTER[gentler["practice"]], _paragraphs(gentler["words"])) if gentler else None,
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(each.split()) for each in text.strip().split("\n\n"))


PROGRAMMES: Final[Mapping[str, Programme]] = MappingProxyType({key: _read(key) for key in ORDER})
