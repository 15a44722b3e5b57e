"""The pages of practices: the library, one practice, and how it once was."""

from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, render_template, request

from community.groups.queries import my_groups
from community.permissions import Act, may
from community.practices import queries
from community.practices.kinds import SYSTEM_WORDS, TRIGGER_WORDS, System, Trigger
from community.practices.library import Practice
from community.practices.schema import clock
from community.practices.timeline import BELL, WIDTH, timeline
from community.practices.wording import steps
from community.web import now, viewer

bp = Blueprint("practices", __name__)

Word = TypeVar("Word", bound=StrEnum)


@bp.get("/practices")
def index() -> str:
    """Show what one may sit with, or those that meet a moment or nourish a system."""
    meets, nourishes = _asked("meets", Trigger), _asked("nourishes", System)
    found = [
        practice
        for practice in queries.practices_for(viewer())
        if (meets is None or meets in practice.meets) and (nourishes is None or nourishes is practice.nourishes)
    ]
    return render_template(
        "practices/index.html",
        practices=found,
        meets=meets,
        nourishes=nourishes,
        triggers=TRIGGER_WORDS,
        systems=SYSTEM_WORDS,
        withdrawn=queries.withdrawn_from(viewer()) if not (meets or nourishes) else [],
    )


@bp.get("/practices/<key>")
def show(key: str) -> str:
    """Show a practice as it stands."""
    return _page(queries.practice_for(viewer(), key))


@bp.get("/practices/<key>/versions/<id:version>")
def version(key: str, version: int) -> str:
    """Show a practice as it stood."""
    current = queries.practice_for(viewer(), key)
    return _page(queries.version_for(viewer(), key, version), current=current)


def _asked(name: str, kind: type[Word]) -> Word | None:
    """Give what the address asks for; a word that we do not know asks for nothing."""
    word = request.args.get(name)
    return next((each for each in kind if each == word), None)


def _page(practice: Practice, *, current: Practice | None = None) -> str:
    at = now()
    groups = [
        card.group for card in my_groups(viewer()) if practice.group is None or practice.group.id == card.group.id
    ]
    return render_template(
        "practices/show.html",
        practice=practice,
        current=current or practice,
        versions=queries.versions_of(viewer(), practice.key),
        steps=steps(practice.plan),
        clock=clock,
        line=timeline(practice.plan),
        line_width=WIDTH,
        bell=BELL,
        nourishes=SYSTEM_WORDS[practice.nourishes],
        triggers=TRIGGER_WORDS,
        plans_in=[group for group in groups if may(viewer(), Act.SCHEDULE_SIT, group, at=at)],
        sits_now=any(
            may(viewer(), Act.SIT_NOW, group, at=at)
            for group in groups
            if not practice.teacher_led or group.taught_by(viewer())
        ),
    )
