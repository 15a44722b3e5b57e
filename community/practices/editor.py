"""Writing practices: new ones, copies, next versions, files.

Every page is whole without script and keeps what was typed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from community.db import transaction
from community.errors import Invalid, NotAllowed, NotFound
from community.groups.models import Group
from community.groups.queries import taught_group
from community.permissions import Act, require
from community.practices import actions, queries
from community.practices.changes import Section, changes_between
from community.practices.draft import Checked, Draft, Line
from community.practices.files import FILE_MOST, read_file, written
from community.practices.forms import (
    BEGINNING,
    BELLS,
    KINDS,
    LAYERS,
    EditForm,
    FileForm,
    NewForm,
    PracticeForm,
    PreviewForm,
    as_text,
    of_beginning,
    of_file,
    of_practice,
)
from community.practices.kinds import System
from community.practices.library import Practice
from community.practices.models import WrittenPractice
from community.practices.segments import SEGMENTS_MOST
from community.practices.timeline import timeline
from community.web import attempt, limited, now, shown, viewer
from community.web.handing_back import hands_back
from community.web.marks import takes_file

bp = Blueprint("editor", __name__)

WRITING = "30 per minute"
TYPING = "90 per minute"
FILES = "30 per hour"
CONFLICT, UNFIT = 409, 422


@dataclass(frozen=True, slots=True)
class Desk:
    """What an editor's page is about: whose practice it will be, and which one it follows, if any."""

    group: Group
    practice: Practice | None = None
    came_between: bool = False
    changes: tuple[Section, ...] = ()  # what another teacher changed meanwhile


# A new one


@bp.get("/practices/new")
def new() -> Any:
    """Give a teacher a practice to write; ``?copy=`` begins from one that is there."""
    slug, copied = request.args.get("group", ""), request.args.get("copy", "")
    copy = queries.practice_for(viewer(), copied) if copied else None
    if not slug:
        groups = queries.groups_to_write_for(viewer(), at=now())
        return render_template("practices/choose_group.html", groups=groups, copy=copy)
    group = _taught(slug)
    fields, draft = of_practice(copy) if copy else (of_beginning(), BEGINNING)
    form = NewForm(formdata=None, data={**fields, "group": group.slug})
    return _page(form, draft, Desk(group), quietly=True)


@bp.post("/practices")
@limited(WRITING)
@hands_back(as_text)
def write() -> Any:
    """Keep a new practice; or change the lines of its plan, or look it over, as its writer chose."""
    form = NewForm()
    draft, group = form.draft(), _taught(form.group.data or "")
    if (other := _redrawn(draft)) is not None:
        return _page(form, other, Desk(group))

    def keep(said: Any, at: datetime) -> WrittenPractice:
        return actions.write_practice(by=viewer(), group=_taught(form.group.data), said=said, at=at)

    practice = _kept(form, draft, keep)
    if practice is None:
        return _page(form, draft, Desk(group))
    flash("Kept. Your group can sit with it from now on.")
    return redirect(url_for("practices.show", key=practice.key), 303)


@bp.post("/practices/preview")
@limited(TYPING)
def preview() -> str:
    """Draw the plan that stands in a form, and say what is found in it; nothing is kept."""
    form = PreviewForm()
    checked = form.draft().checked()
    return render_template("practices/_looked_over.html", checked=checked, **_drawing(checked, form))


@bp.post("/practices/imports")
@takes_file("plan")
@limited(FILES)
@hands_back("words")
def bring() -> Any:
    """Open a file as a practice to be looked over; nothing is kept before its teacher keeps it."""
    form = FileForm()
    group = _taught(form.group.data or "")
    try:
        given = read_file(_file() or (form.words.data or "").encode("utf-8", "replace"))
    except Invalid as refusal:
        fresh = NewForm(formdata=None, data={**of_beginning(), "group": group.slug})
        fresh.refuse(refusal)
        return _page(fresh, BEGINNING, Desk(group), quietly=True, brought=form)
    brought = NewForm(formdata=None, data={**of_file(given), "group": group.slug})
    return _page(brought, given.draft, Desk(group))


# A next version


@bp.get("/practices/<key>/edit")
def edit(key: str) -> Any:
    """Show a practice to a teacher of its group, to be said otherwise."""
    practice = _own(key)
    fields, draft = of_practice(practice)
    form = EditForm(formdata=None, data={**fields, "version": practice.version})
    return _page(form, draft, Desk(_group(practice), practice))


@bp.post("/practices/<key>")
@limited(WRITING)
@hands_back(as_text)
def change(key: str) -> Any:
    """Keep the next version; one who comes second sees both."""
    form = EditForm()
    draft, practice = form.draft(), _own(key)
    if (other := _redrawn(draft)) is not None:
        return _page(form, other, Desk(_group(practice), practice))

    def keep(said: Any, at: datetime) -> WrittenPractice:
        found = queries.practice_to_write(viewer(), key)
        changed = form.changed.data or ""
        return actions.edit_practice(
            by=viewer(), practice=found, said=said, version=form.version.data, changed=changed, at=at
        )

    done = _kept(form, draft, keep)
    if done is None:
        return _not_kept(form, draft, key)
    flash("Kept as it was." if done.version == form.version.data else "Kept as a new version. Earlier ones stay.")
    return redirect(url_for("practices.show", key=key), 303)


def _not_kept(form: EditForm, draft: Draft, key: str) -> Any:
    """Show the form again; where another version came between, with that one, and ready to follow it."""
    practice, between = _own(key), form.status == CONFLICT
    changed = _changed_since(practice, form.version.data) if between else []
    if between or form.version.errors:
        form.version.data = practice.version
    return _page(form, draft, Desk(_group(practice), practice, between, tuple(changed)))


def _changed_since(practice: Practice, version: int) -> list[Section]:
    try:
        return changes_between(queries.version_for(viewer(), practice.key, version), practice)
    except NotFound:
        return []


@bp.post("/practices/<key>/withdrawal")
@limited(WRITING)
def withdraw(key: str) -> Any:
    """Offer a practice no longer."""
    return _stepped(key, actions.withdraw_practice, "Withdrawn. Sits that were planned with it keep it.")


@bp.post("/practices/<key>/restoring")
@limited(WRITING)
def restore(key: str) -> Any:
    """Offer a practice again."""
    return _stepped(key, actions.restore_practice, "It is offered again.")


# Reading what changed, and taking it along


@bp.get("/practices/<key>/versions/<id:version>/changes")
def changes(key: str, version: int) -> str:
    """Show in words what changed from one version to the next."""
    after = queries.version_for(viewer(), key, version)
    before = queries.version_for(viewer(), key, version - 1)
    sections = changes_between(before, after)
    return render_template("practices/changes.html", before=before, after=after, sections=sections)


@bp.get("/practices/<key>/plan.json")
def file(key: str) -> Response:
    """Give a practice as a file."""
    practice = queries.practice_for(viewer(), key)
    response = make_response(written(practice))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{practice.key}.json"'
    return response


# What these pages have in common


def _taught(slug: str) -> Group:
    group = taught_group(viewer(), slug)
    require(viewer(), Act.WRITE_PRACTICE, group, at=now())
    return group


def _own(key: str) -> Practice:
    """Load a practice for a teacher of its group; our own are there to be copied."""
    practice = queries.practice_for(viewer(), key)
    if practice.group is None:
        raise NotAllowed("This practice belongs to the house. Copy it for your group, and change the copy.")
    require(viewer(), Act.WRITE_PRACTICE, practice, at=now())
    return practice


def _group(practice: Practice) -> Group:
    if practice.group is None:
        raise RuntimeError("a practice of the house has no group to write it")
    return practice.group


def _redrawn(draft: Draft) -> Draft | None:
    """Give the draft with the line that was asked for, or without it; None where the form is to be kept."""
    for button, change_lines in (("add", Draft.with_line_after), ("take_out", Draft.without_line)):
        asked = request.form.get(button, "")
        if asked:
            return change_lines(draft, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 4 else draft  # noqa: PLR2004
    return draft if request.form.get("look") else None


def _kept(form: PracticeForm, draft: Draft, keep: Any) -> WrittenPractice | None:
    """Check all of a form at once, and keep it where nothing has to be changed."""
    checked = draft.checked()
    valid = form.validate_on_submit()
    for finding in checked.musts():
        if finding.field in {"title", "care"} or finding.field.startswith("care["):
            field = form.title if finding.field == "title" else form.care
            field.errors = [*field.errors, finding.sentence]
    if not valid or not checked.is_sound:
        form.status = UNFIT
        return None
    try:
        said = form.said(checked)
    except Invalid as refusal:
        form.refuse(refusal)
        return None
    return attempt(form, lambda at: keep(said, at))


def _stepped(key: str, step: Any, told: str) -> Any:
    with transaction():
        step(by=viewer(), practice=queries.practice_to_write(viewer(), key), at=now())
    flash(told)
    return redirect(url_for("practices.show", key=key), 303)


def _file() -> bytes:
    found = request.files.get("plan")
    return found.stream.read(FILE_MOST + 1) if found else b""


def _page(
    form: PracticeForm, draft: Draft, desk: Desk, *, quietly: bool = False, brought: FileForm | None = None
) -> Any:
    checked: Checked = draft.checked()
    return shown(
        "practices/edit.html",
        form=form,
        draft=draft,
        checked=checked,
        desk=desk,
        quietly=quietly,
        brought=brought or FileForm(formdata=None),
        **_drawing(checked, form),
        kinds=KINDS,
        layers=LAYERS,
        bells=BELLS,
        most_lines=SEGMENTS_MOST,
        blank=Line(),
    )


def _drawing(checked: Checked, form: PracticeForm) -> dict[str, Any]:
    """Give what the line of a plan is drawn from, in the colour of what it nourishes."""
    plan = checked.drawn()
    system = next((each.value for each in System if each.value == form.nourishes.data), System.SOOTHING.value)
    return {"line": timeline(plan), "system": system, "minutes": round(plan.total_s / 60)}
