"""The pages of programmes and of their modules, following one alone, and laying one on a group."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, url_for

from community.db import transaction
from community.groups.models import Group
from community.groups.queries import taught_group, teachers_of
from community.members.models import Member
from community.permissions import Act, require
from community.programmes import actions, queries
from community.programmes.forms import LayForm, ReflectionForm
from community.programmes.models import Following
from community.programmes.programme import PROGRAMMES, Module, Programme, module_named, programme, standing_in
from community.sits.wording import no_such_time
from community.web import attempt, limited, now, shown, viewer

CONFLICT = 409

bp = Blueprint("programmes", __name__)
# Asked for by the pages below: a practice says in which programmes it stands, a journal's page to which it belongs.
bp.add_app_template_global(standing_in, "modules_with")
bp.add_app_template_global(module_named, "module_named")


@bp.get("/programmes")
def index() -> str:
    """List the programmes, and which of them one follows."""
    return render_template(
        "programmes/index.html",
        programmes=list(PROGRAMMES.values()),
        followed=queries.followed_by(viewer()),
        together=queries.followed_together(viewer()),
    )


@bp.get("/programmes/<key>")
def show(key: str) -> str:
    """Show a programme, when one wrote on its modules, and when one's groups sit with them."""
    chosen = programme(key)
    return render_template(
        "programmes/show.html",
        programme=chosen,
        following=queries.followed_by(viewer()).get(key),
        written=queries.last_written(viewer(), chosen),
        together=[each for each in queries.followed_together(viewer()) if each.programme is chosen],
        to_lay_in=queries.groups_to_lay_in(viewer(), at=now()),
    )


@bp.post("/programmes/<key>/followings")
def follow(key: str) -> Any:
    """Follow a programme alone."""
    with transaction():
        actions.follow_programme(by=viewer(), programme=programme(key), at=now())
    return redirect(url_for("programmes.show", key=key), 303)


@bp.post("/programmes/<key>/departure")
def leave(key: str) -> Any:
    """Follow a programme no longer."""
    with transaction():
        actions.leave_programme(by=viewer(), programme=programme(key), at=now())
    flash("Left for now. What you wrote stays in your journal, and the programme stays here.")
    return redirect(url_for("programmes.show", key=key), 303)


@bp.get("/programmes/<key>/<module>")
def show_module(key: str, module: str) -> Any:
    """Lead from the aim to the practice, to writing, and on to sharing what one likes."""
    return _module_page(programme(key).module(module), ReflectionForm(data={"write_key": str(uuid4())}))


@bp.post("/programmes/<key>/<module>/pages")
@limited("60 per hour")
def write(key: str, module: str) -> Any:
    """Keep what one found in one's own journal."""
    chosen, form = programme(key).module(module), ReflectionForm()

    def act(at: datetime) -> Any:
        said = {"body": form.body.data or "", "thought": form.thought.data or ""}
        return actions.write_on_module(by=viewer(), module=chosen, **said, write_key=form.write_key.data or None, at=at)

    if attempt(form, act) is None:
        if form.write_key.errors or form.status == CONFLICT:
            form.write_key.data = str(uuid4())
        return _module_page(chosen, form)
    flash("Kept in your journal. Nobody else reads it.")
    return redirect(url_for("programmes.show_module", key=key, module=module, _anchor="written"), 303)


@bp.get("/groups/<slug>/programmes/<key>/new")
def new(slug: str, key: str) -> Any:
    """Ask when a group will follow a programme."""
    group, chosen = taught_group(viewer(), slug), programme(key)
    require(viewer(), Act.LAY_PROGRAMME, group, at=now())
    form = _lay_form(group)
    form.leader.data = viewer().id
    return _lay_page(form, group, chosen)


@bp.post("/groups/<slug>/programmes/<key>")
@limited("12 per hour")
def lay(slug: str, key: str) -> Any:
    """Let a group follow a programme, with one sit for each module."""
    chosen, form = programme(key), _lay_form(taught_group(viewer(), slug))

    def act(at: datetime) -> Following:
        group = taught_group(viewer(), slug)
        return actions.lay_programme(
            by=viewer(),
            group=group,
            programme=chosen,
            wall=form.wall(),
            every_weeks=form.every_weeks.data,
            leader=_teacher(group, form.leader.data),
            meeting=form.meeting_link.data,
            at=at,
        )

    if attempt(form, act) is None:
        return _lay_page(form, taught_group(viewer(), slug), chosen)
    group = taught_group(viewer(), slug)
    flash(f"{group.name} follows “{chosen.title}”. {no_such_time(form.wall(), group.zone)}".strip())
    return redirect(url_for("programmes.show", key=key, _anchor="together"), 303)


@bp.post("/groups/<slug>/programmes/<id:following_id>/ending")
def end(slug: str, following_id: int) -> Any:
    """Let a group follow a programme no longer; its sits to come are ended."""
    with transaction():
        following = queries.following_in(taught_group(viewer(), slug), following_id)
        actions.end_programme(by=viewer(), following=following, at=now())
    return redirect(url_for("programmes.show", key=following.programme), 303)


def _module_page(module: Module, form: ReflectionForm) -> Any:
    chosen = programme(module.programme)
    together = [each for each in queries.followed_together(viewer()) if each.programme is chosen]
    sits = [sit for each in together if (sit := each.sit_of(module))]
    return shown(
        "programmes/module.html",
        form=form,
        programme=chosen,
        module=module,
        written=queries.written_on(viewer(), module),
        together=together,
        open_sits=[sit for sit in sits if sit.is_open(now())],
    )


def _lay_form(group: Group) -> LayForm:
    form = LayForm()
    form.leader.choices = {0: "Nobody: the bell rings by itself"} | {each.id: each.name for each in teachers_of(group)}
    return form


def _lay_page(form: LayForm, group: Group, chosen: Programme) -> Any:
    return shown(
        "programmes/new.html", form=form, group=group, programme=chosen, now_followed=queries.following_of(group)
    )


def _teacher(group: Group, member_id: int) -> Member | None:
    return next((each for each in teachers_of(group) if each.id == member_id), None)
