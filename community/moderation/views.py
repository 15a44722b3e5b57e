"""The desk, bringing something to it, what teachers do directly, and the record of it all.

Each view begins by asking what the viewer may know of; only then does a form count.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from community.errors import NotAllowed
from community.groups import queries as groups
from community.groups.models import Membership
from community.groups.panels import Panel, Place, register_panel
from community.moderation import actions, notices, queries, words
from community.moderation.forms import (
    DecisionForm,
    FlagForm,
    HidingForm,
    MutingForm,
    RemovalForm,
    RestoringForm,
)
from community.moderation.models import ReasonKind, Verdict
from community.permissions import Act, require
from community.threads import queries as threads
from community.threads.models import Post
from community.web import Form, attempt, limited, now, number_asked, shown, viewer
from community.web.handing_back import hands_back
from community.web.refusals import refusal_page

bp = Blueprint("moderation", __name__)

notices.register()
register_panel(
    Panel(
        name="moderation",
        order=90,
        template="moderation/_member_row.html",
        load=lambda *_: {},
        place=Place.MEMBER_ROW,
    )
)
register_panel(Panel(name="record", order=90, template="moderation/_record_panel.html", load=lambda *_: {}))


# Bringing a post to a teacher


@bp.get("/posts/<id:post_id>/flags/new")
def flag_new(post_id: int) -> Any:
    """Ask what a post is brought for, and say who will read it."""
    return _flag_page(queries.post_to_flag(viewer(), post_id, at=now()), FlagForm(formdata=None))


@bp.post("/posts/<id:post_id>/flags")
@limited("30 per hour")
@hands_back("words")
def flag(post_id: int) -> Any:
    """Bring a post to a teacher; a second time gets the same kind answer."""
    post = queries.post_to_flag(viewer(), post_id, at=now())
    form = FlagForm()
    readers = _readers(post)
    done = attempt(
        form,
        lambda at: actions.flag_post(
            by=viewer(),
            post=threads.post_for(viewer(), post_id),
            reason=ReasonKind(form.reason.data),
            words=form.words.data or "",
            at=at,
        ),
    )
    if done is None:
        return _flag_page(queries.post_to_flag(viewer(), post_id, at=now()), form)
    flash(f"Thank you. {readers} will read it." if readers else "Thank you. It waits for a second teacher.")
    return redirect(url_for("threads.permalink", post_id=post_id), 303)


def _flag_page(post: Post, form: FlagForm) -> Any:
    return shown(
        "moderation/flag.html",
        form=form,
        post=post,
        readers=_readers(post),
        brought=queries.has_brought(viewer(), post.id),
    )


def _readers(post: Post) -> str:
    """Name who will read what is brought, the viewer last; nobody where the writer teaches alone."""
    teachers = sorted(queries.readers_of(post), key=lambda teacher: teacher.id == viewer().id)
    names = ["you" if teacher.id == viewer().id else teacher.first_name for teacher in teachers]
    return words.listed(names) if names else ""


# The desk


@bp.get("/desk")
def desk() -> str:
    """Show all that waits for a teacher, in all the groups they teach."""
    kept = [card for card in groups.my_groups(viewer()) if card.group.taught_by(viewer())]
    if not kept:
        raise NotAllowed("The desk is for those who teach a group. You do not teach one at the moment.")
    after = number_asked("after")
    return render_template(
        "moderation/desk.html",
        desk=queries.desk_of(viewer(), after=after),
        further=after is not None,
        kept=kept,
        lately=queries.lately(viewer()),
        words=words,
    )


@bp.get("/cases/<id:case_id>")
def case(case_id: int) -> Any:
    """Show one thing that waits, or what was decided about it."""
    return _case_page(queries.item_for(viewer(), case_id), DecisionForm(formdata=None))


@bp.post("/cases/<id:case_id>/decision")
@hands_back("words")
def decide(case_id: int) -> Any:
    """Decide; whoever comes second is told what happened, and keeps what they had typed."""
    queries.case_for(viewer(), case_id)
    form = DecisionForm()
    done = attempt(
        form,
        lambda at: actions.decide(
            by=viewer(),
            case=queries.case_for(viewer(), case_id),
            verdict=Verdict(form.verdict.data),
            words=form.words.data or "",
            version=form.version.data,
            reading=form.reading.data,
            at=at,
        ),
    )
    if done is None:
        return _case_page(queries.item_for(viewer(), case_id), form)
    flash(words.DONE[Verdict(form.verdict.data)])
    return redirect(url_for("moderation.desk"), 303)


def _case_page(item: queries.Item, form: DecisionForm) -> Any:
    return shown("moderation/case.html", form=form, item=item, words=words)


# Posts


@bp.get("/posts/<id:post_id>/hidings/new")
def hide_new(post_id: int) -> Any:
    """Ask once before a post is hidden."""
    post = threads.post_for(viewer(), post_id)
    require(viewer(), Act.HIDE_POST, post, at=now())
    return shown("moderation/hide.html", form=HidingForm(formdata=None), post=post)


@bp.post("/posts/<id:post_id>/hidings")
@hands_back("words")
def hide(post_id: int) -> Any:
    """Hide a post for now."""
    _post_of_mine(post_id)
    form = HidingForm()
    done = attempt(
        form,
        lambda at: actions.hide_post(
            by=viewer(), post=queries.post_to_hide(viewer(), post_id), words=form.words.data or "", at=at
        ),
    )
    if done is None:
        return shown("moderation/hide.html", form=form, post=_post_of_mine(post_id))
    flash("Hidden for now. Its writer is told why.")
    return redirect(url_for("threads.permalink", post_id=post_id), 303)


@bp.get("/posts/<id:post_id>/restorings/new")
def restore_new(post_id: int) -> Any:
    """Ask once before a post is put back."""
    post = threads.post_for(viewer(), post_id)
    require(viewer(), Act.RESTORE_POST, post, at=now())
    return shown("moderation/restore.html", form=RestoringForm(formdata=None), post=post)


@bp.post("/posts/<id:post_id>/restorings")
@hands_back("words")
def restore(post_id: int) -> Any:
    """Put a hidden post back."""
    _post_of_mine(post_id)
    form = RestoringForm()
    done = attempt(
        form,
        lambda at: actions.restore_post(
            by=viewer(), post=queries.post_to_restore(viewer(), post_id), words=form.words.data or "", at=at
        ),
    )
    if done is None:
        return shown("moderation/restore.html", form=form, post=_post_of_mine(post_id))
    flash("It can be read again. Its writer is told.")
    return redirect(url_for("threads.permalink", post_id=post_id), 303)


def _post_of_mine(post_id: int) -> Post:
    """Load a post for a teacher of its group: the pages around it show its words, whatever became of it."""
    post = threads.post_for(viewer(), post_id)
    require(viewer(), Act.SEE_DESK, post, at=now())
    return post


# Members


@bp.get("/groups/<slug>/members/<id:member_id>/mutings/new")
def mute_new(slug: str, member_id: int) -> Any:
    """Ask once before somebody is asked to write nothing for a time."""
    return _about_member(slug, member_id, Act.MUTE_MEMBER, "mute", MutingForm(formdata=None, data={"hours": 24}))


@bp.post("/groups/<slug>/members/<id:member_id>/mutings")
@hands_back("words")
def mute(slug: str, member_id: int) -> Any:
    """Ask somebody to write nothing for a time."""
    queries.member_of(viewer(), slug, member_id)
    form = MutingForm()
    done = attempt(
        form,
        lambda at: actions.mute_member(
            by=viewer(),
            membership=queries.member_of(viewer(), slug, member_id),
            hours=form.hours.data,
            words=form.words.data or "",
            at=at,
        ),
    )
    if done is None:
        return _member_page(queries.member_of(viewer(), slug, member_id), "mute", form)
    flash("They are told. They may read and sit as before, and bring things to you.")
    return redirect(url_for("groups.people", slug=slug), 303)


@bp.post("/groups/<slug>/members/<id:member_id>/unmutings")
def unmute(slug: str, member_id: int) -> Any:
    """Let somebody write again before the time is over."""
    queries.member_of(viewer(), slug, member_id)
    form = Form()
    done = attempt(
        form,
        lambda at: actions.unmute_member(
            by=viewer(),
            membership=queries.member_of(viewer(), slug, member_id),
            at=at,
        ),
    )
    if done is None:
        return refusal_page(form.status, " ".join(form.form_errors))
    flash("They may write again, and are told.")
    return redirect(url_for("groups.people", slug=slug), 303)


@bp.get("/groups/<slug>/members/<id:member_id>/removals/new")
def remove_new(slug: str, member_id: int) -> Any:
    """Ask once, and name the loss, before somebody's belonging is ended."""
    return _about_member(slug, member_id, Act.REMOVE_MEMBER, "remove", RemovalForm(formdata=None))


@bp.post("/groups/<slug>/members/<id:member_id>/removals")
@hands_back("words")
def remove(slug: str, member_id: int) -> Any:
    """End somebody's belonging to the group."""
    queries.member_of(viewer(), slug, member_id)
    form = RemovalForm()
    done = attempt(
        form,
        lambda at: actions.remove_member(
            by=viewer(),
            membership=queries.member_of(viewer(), slug, member_id),
            words=form.words.data or "",
            at=at,
        ),
    )
    if done is None:
        return _member_page(queries.member_of(viewer(), slug, member_id), "remove", form)
    flash("They no longer belong to the group, and are told why.")
    return redirect(url_for("groups.people", slug=slug), 303)


def _about_member(slug: str, member_id: int, act: Act, page: str, form: Form) -> Any:
    membership = queries.member_of(viewer(), slug, member_id)
    require(viewer(), act, membership, at=now())
    return _member_page(membership, page, form)


def _member_page(membership: Membership, page: str, form: Form) -> Any:
    return shown(f"moderation/{page}.html", form=form, membership=membership, group=membership.group)


# The record


@bp.get("/groups/<slug>/record")
def record(slug: str) -> str:
    """Show to everybody in a group what its teachers did."""
    group = groups.read_group(viewer(), slug)
    require(viewer(), Act.READ_LOG, group, at=now())
    before = number_asked("before")
    return render_template(
        "moderation/record.html",
        group=group,
        record=queries.record_of(viewer(), group, before=before),
        further=before is not None,
    )
