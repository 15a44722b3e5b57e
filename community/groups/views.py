"""The pages of groups. Each begins by asking what the viewer may know of; only then does a form count."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from community.groups import actions, queries
from community.groups.agreement import FIRST_WORDS
from community.groups.forms import AcceptForm, AgreementForm, AppointForm, AskForm, EditForm, LinkForm, StartForm
from community.groups.models import Group, GroupKind, Holding
from community.groups.panels import Place, panels_for
from community.groups.queries import AgreementNeeded
from community.members import actions as members
from community.members.views import invitation_link
from community.permissions import Act, require
from community.web import Form, attempt, limited, local_path, now, number_asked, shown, viewer
from community.web.handing_back import hands_back
from community.web.refusals import refusal_page

bp = Blueprint("groups", __name__)

OK, CONFLICT = 200, 409


@bp.app_errorhandler(AgreementNeeded)
def agreement_first(needed: AgreementNeeded) -> Any:
    """Lead a member who has to agree to the agreement, and back; a script or a form is told instead."""
    if request.method != "GET" or request.accept_mimetypes.best == "application/json":
        return refusal_page(needed.status, needed.sentence)
    return redirect(url_for("groups.agreement", slug=needed.slug, next=request.full_path.rstrip("?")))


def _page_of(group: Group) -> Any:
    return redirect(url_for("groups.show", slug=group.slug), 303)


# All groups


@bp.get("/groups")
def index() -> str:
    """List one's own groups, and those one could join."""
    after = request.args.get("after")
    mine = queries.my_groups(viewer()) if after is None else []
    return render_template(
        "groups/index.html", mine=mine, others=queries.other_groups(viewer(), after=after), further=after is not None
    )


@bp.get("/groups/new")
def new() -> Any:
    """Ask how a group is to begin."""
    require(viewer(), Act.START_GROUP, at=now())
    form = StartForm(formdata=None, data={"source": FIRST_WORDS, "zone": viewer().zone})
    return shown("groups/new.html", form=form)


@bp.post("/groups")
@limited("30 per hour")
def start() -> Any:
    """Begin a group."""
    require(viewer(), Act.START_GROUP, at=now())
    form = StartForm()
    group = attempt(
        form,
        lambda at: actions.start_group(
            by=viewer(),
            name=form.name.data,
            purpose=form.purpose.data,
            kind=GroupKind(form.kind.data),
            zone=form.zone.data,
            teacher=queries.teacher_by_email(form.teacher.data),
            agreement=form.agreement,
            at=at,
        ),
    )
    if group is None:
        return shown("groups/new.html", form=form)
    flash(f"{group.name} has begun. Its first teacher has been told.")
    return redirect(url_for("groups.index"), 303)


# One group


@bp.get("/groups/<slug>")
def show(slug: str) -> Any:
    """Show the group to its members, and its door to others."""
    group = queries.group_for(viewer(), slug)
    if group.membership_of(viewer()) is not None:
        queries.ensure_reader(viewer(), group)
    return _front(group)


def _front(group: Group, form: Form | None = None) -> Any:
    """Show what the viewer sees first of a group: its page, agreement or door; ``form`` is what was refused."""
    membership = group.membership_of(viewer())
    if membership is None:
        asking = form if isinstance(form, AskForm) else AskForm(formdata=None)
        last = queries.last_request(viewer(), group) if group.kind is GroupKind.BY_REQUEST else None
        teachers = queries.teachers_of(group)
        return shown("groups/door.html", form=form or asking, asking=asking, group=group, teachers=teachers, last=last)
    if membership.agreed_version < group.agreement_version:
        return _agreement(group, form or Form())
    page = render_template(
        "groups/show.html",
        form=form,
        group=group,
        membership=membership,
        aside=queries.aside(viewer(), group),
        panels=panels_for(Place.GROUP_PAGE, viewer(), group, now(), request.args),
    )
    return page, form.status if form else OK


@bp.get("/groups/<slug>/edit")
def edit(slug: str) -> Any:
    """Show how the group is kept."""
    group = queries.taught_group(viewer(), slug)
    return _edit(group, _edit_form(group))


@bp.post("/groups/<slug>")
def keep(slug: str) -> Any:
    """Change how the group is kept."""
    group = queries.taught_group(viewer(), slug)
    form = EditForm()
    done = attempt(
        form,
        lambda at: actions.edit_group(
            by=viewer(),
            group=group,
            name=form.name.data,
            purpose=form.purpose.data,
            kind=GroupKind(form.kind.data),
            zone=form.zone.data,
            holding=Holding(form.holding.data),
            held_first_posts=form.held_first_posts.data or group.held_first_posts,
            may_be_seen=form.may_be_seen.data,
            soft_doors=form.soft_doors.data,
            at=at,
        ),
    )
    if done is None:
        return _edit(group, form)
    flash("Kept.")
    return _page_of(group)


@bp.post("/groups/<slug>/archive")
def archive(slug: str) -> Any:
    """Let the group be read only."""
    group = queries.taught_group(viewer(), slug)
    form = Form()
    if attempt(form, lambda at: actions.archive_group(by=viewer(), group=group, at=at)) is None:
        return _edit(group, form)
    flash("The group is archived. Everybody in it can still read; nothing new is written.")
    return _page_of(group)


@bp.post("/groups/<slug>/reopening")
def reopen(slug: str) -> Any:
    """Let the group be written in again."""
    group = queries.taught_group(viewer(), slug)
    form = Form()
    if attempt(form, lambda at: actions.reopen_group(by=viewer(), group=group, at=at)) is None:
        return _edit(group, form)
    flash("The group is open for writing again.")
    return _page_of(group)


def _edit_form(group: Group) -> EditForm:
    form = EditForm(formdata=None, obj=group)
    form.kind.data, form.holding.data = group.kind.value, group.holding.value
    return form


def _edit(group: Group, form: Form) -> Any:
    fields = form if isinstance(form, EditForm) else _edit_form(group)
    return shown("groups/edit.html", form=form, fields=fields, group=group)


# The agreement


@bp.get("/groups/<slug>/agreement")
def agreement(slug: str) -> Any:
    """Show the agreement as it stands, to everybody who may know of the group."""
    group = queries.group_for(viewer(), slug)
    return _agreement(group, Form())


@bp.get("/groups/<slug>/agreement/<id:version>")
def earlier_agreement(slug: str, version: int) -> str:
    """Show members an earlier version, also while they think about the newest."""
    group = _own_group(slug)
    found = queries.agreement_of(group, version)
    return render_template("groups/earlier.html", group=group, agreement=found)


@bp.post("/groups/<slug>/acceptance")
def accept(slug: str) -> Any:
    """Accept the version that was read, and go on to where one was going."""
    group = queries.group_for(viewer(), slug)
    form = AcceptForm()
    done = attempt(
        form, lambda at: actions.accept_agreement(by=viewer(), group=group, version=form.version.data, at=at)
    )
    if done is None:
        return _agreement(group, form)
    return redirect(local_path(form.next.data, url_for("groups.show", slug=group.slug)), 303)


@bp.get("/groups/<slug>/agreement/new")
def new_agreement(slug: str) -> Any:
    """Give a teacher the agreement to write on."""
    group = _own_group(slug)
    require(viewer(), Act.WRITE_AGREEMENT, group, at=now())
    given = {"source": queries.agreement_of(group).source, "follows": group.agreement_version}
    return shown("groups/agreement_new.html", form=AgreementForm(formdata=None, data=given), group=group)


@bp.post("/groups/<slug>/agreement")
@limited("30 per hour")
@hands_back("source")
def write_agreement(slug: str) -> Any:
    """Put a new version in the old one's place."""
    group = _own_group(slug)
    require(viewer(), Act.WRITE_AGREEMENT, group, at=now())
    form = AgreementForm()
    done = attempt(
        form,
        lambda at: actions.write_agreement(
            by=viewer(), group=group, agreement=form.agreement, follows=form.follows.data, at=at
        ),
    )
    if done is None:
        if form.status == CONFLICT:  # whoever sends it again has been told what it would replace
            form.follows.data = group.agreement_version
        return shown("groups/agreement_new.html", form=form, group=group)
    flash("The new agreement stands. Everybody is asked for it before they read on.")
    return redirect(url_for("groups.agreement", slug=group.slug), 303)


def _own_group(slug: str) -> Group:
    """Load a group for somebody who belongs to it, whether or not they have accepted what stands there now."""
    group = queries.group_for(viewer(), slug)
    if group.membership_of(viewer()) is None:
        queries.ensure_reader(viewer(), group)
    return group


def _agreement(group: Group, form: Form) -> Any:
    membership = group.membership_of(viewer())
    going_on = form.next.data if isinstance(form, AcceptForm) else request.args.get("next")
    return shown(
        "groups/agreement.html",
        form=form,
        group=group,
        membership=membership,
        agreement=queries.agreement_of(group),
        versions=queries.agreement_versions(group) if membership is not None else [],
        next=local_path(going_on, ""),
    )


# Coming and going


@bp.post("/groups/<slug>/memberships")
def join(slug: str) -> Any:
    """Join an open group; the agreement comes next. Who is in already is simply led in."""
    group = queries.group_for(viewer(), slug)
    if group.membership_of(viewer()) is None:
        form = Form()
        if attempt(form, lambda at: actions.join_group(by=viewer(), group=group, at=at)) is None:
            return _front(group, form)
    return _page_of(group)


@bp.post("/groups/<slug>/requests")
@limited("20 per hour")
@hands_back("words")
def ask(slug: str) -> Any:
    """Ask the teachers to be let in."""
    group = queries.group_for(viewer(), slug)
    form = AskForm()
    done = attempt(form, lambda at: actions.ask_to_join(by=viewer(), group=group, words=form.words.data, at=at))
    if done is None:
        return _front(group, form)
    flash("Your words are with the teachers. You will find their answer under Notices.")
    return _page_of(group)


@bp.post("/groups/<slug>/requests/withdrawal")
def take_back(slug: str) -> Any:
    """Take one's own request back."""
    group = queries.group_for(viewer(), slug)
    form = Form()
    done = attempt(
        form,
        lambda at: actions.take_back_request(by=viewer(), request=queries.open_request(viewer(), group), at=at),
    )
    if done is None:
        return _front(group, form)
    flash("You have taken your request back.")
    return _page_of(group)


@bp.post("/groups/<slug>/departure")
def leave(slug: str) -> Any:
    """Leave the group."""
    group = queries.group_for(viewer(), slug)
    form = Form()
    if attempt(form, lambda at: actions.leave(by=viewer(), group=group, at=at)) is None:
        return _front(group, form)
    flash(f"You have left {group.name}. What you wrote there stays with the group.")
    return redirect(url_for("groups.index"), 303)


# Members and teachers


@bp.get("/groups/<slug>/members")
def people(slug: str) -> Any:
    """List who belongs to the group, for those who do."""
    return _people(queries.read_group(viewer(), slug), Form())


@bp.post("/groups/<slug>/teachers")
def appoint(slug: str) -> Any:
    """Make a member a teacher."""
    group = queries.taught_group(viewer(), slug)
    form = AppointForm()
    done = attempt(
        form,
        lambda at: actions.appoint_teacher(
            by=viewer(), membership=queries.membership_in(group, form.member.data), at=at
        ),
    )
    if done is None:
        return _people(group, form)
    flash(f"{done.member.name} teaches this group with you now.")
    return redirect(url_for("groups.people", slug=group.slug), 303)


@bp.post("/groups/<slug>/teachers/<id:member_id>/release")
def release(slug: str, member_id: int) -> Any:
    """Let a teacher, oneself or another, be a member like the others."""
    group = queries.taught_group(viewer(), slug)
    form = Form()
    done = attempt(
        form,
        lambda at: actions.release_teacher(by=viewer(), membership=queries.membership_in(group, member_id), at=at),
    )
    if done is None:
        return _people(group, form)
    flash(f"{done.member.name} is a member like the others now.")
    return redirect(url_for("groups.people", slug=group.slug), 303)


def _people(group: Group, form: Form) -> Any:
    page = queries.members_page(group, after=number_asked("after"))
    teaches = group.taught_by(viewer())
    parts = panels_for(Place.MEMBER_ROW, viewer(), group, now(), request.args) if teaches else []
    return shown("groups/members.html", form=form, group=group, page=page, parts=parts, teaching=teaches)


# Links into the group


@bp.get("/groups/<slug>/invitations")
def links(slug: str) -> Any:
    """Show a teacher the links that lead into the group."""
    return _links(queries.taught_group(viewer(), slug), LinkForm(formdata=None))


@bp.post("/groups/<slug>/invitations")
@limited("60 per hour")
def invite(slug: str) -> Any:
    """Make a link into the group; it is shown once."""
    group = queries.taught_group(viewer(), slug)
    form = LinkForm()
    made = attempt(
        form,
        lambda at: members.make_invitation(
            by=viewer(), group=group, days=form.days.data, places=form.places.data, at=at
        ),
    )
    return _links(group, form, link=invitation_link(made[1]) if made else None)


@bp.post("/groups/<slug>/invitations/<id:invitation_id>/revocation")
def revoke(slug: str, invitation_id: int) -> Any:
    """Close a link, one's own or another teacher's."""
    group = queries.taught_group(viewer(), slug)
    form = Form()
    done = attempt(
        form,
        lambda at: members.revoke_invitation(by=viewer(), invitation=queries.link_into(group, invitation_id), at=at),
    )
    if done is None:
        return _links(group, form)
    flash("The link is closed.")
    return redirect(url_for("groups.links", slug=group.slug), 303)


def _links(group: Group, form: Form, *, link: str | None = None) -> Any:
    fields = form if isinstance(form, LinkForm) else LinkForm(formdata=None)
    found = queries.open_links(group, at=now())
    return shown("groups/invitations.html", form=form, fields=fields, group=group, invitations=found, link=link)
