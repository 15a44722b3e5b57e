"""The pages of sits: what is planned, planning, and the room itself, complete without script."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from community import shared
from community.db import transaction
from community.errors import NotFound
from community.groups.models import Group
from community.groups.queries import group_for, read_group, taught_group, teachers_of
from community.members import actions as members
from community.members.models import Member, SeenAs
from community.permissions import Act, require
from community.practices.queries import practice_for, practices_for, standing
from community.practices.wording import steps
from community.sits import actions, changes, circle, intentions, live, notices, queries, reminders, sit_now, thanks
from community.sits.alone import KEPT_S, SETTLING_S, alone_data, plan_alone
from community.sits.choosing import Offer, choices, offered, said
from community.sits.forms import USUAL, ChangeForm, MeetingForm, RemindersForm, SeenForm, SitForm, SitNowForm
from community.sits.models import ChangeKind, Reminding, RemindOf, SitSeries
from community.sits.panels import panels_of_room
from community.sits.plan import clock
from community.sits.recurrence import parse_sit_key
from community.sits.sit import Sit, plan_of, rule_of, sit_of
from community.sits.wire import room_data
from community.sits.wording import begins, no_such_time, planned
from community.web import attempt, limited, local_path, now, shown, viewer
from community.web.words import place

bp = Blueprint("sits", __name__)
notices.register()

LISTED = 40


@bp.get("/groups/<slug>/sits")
def index(slug: str) -> Any:
    """List the sits of the coming weeks."""
    return _index_page(read_group(viewer(), slug))


@bp.get("/groups/<slug>/sits/new")
def new(slug: str) -> Any:
    """Ask when and how the group will sit."""
    group = taught_group(viewer(), slug)
    require(viewer(), Act.SCHEDULE_SIT, group, at=now())
    return _form_page(_sit_form(group, chosen=request.args.get("practice")), group)


@bp.post("/groups/<slug>/sits")
def schedule(slug: str) -> Any:
    """Plan a sit."""
    form = _sit_form(taught_group(viewer(), slug))

    def act(at: datetime) -> Any:
        group = taught_group(viewer(), slug)
        return actions.schedule_sit(
            by=viewer(),
            group=group,
            title=form.title.data,
            practice=practice_for(viewer(), form.plan.data),
            rule=form.rule(group.zone),
            leader=_teacher(group, form.leader.data),
            meeting=form.meeting_link.data,
            at=at,
        )

    planned_now = attempt(form, act)
    if planned_now is None:
        return _form_page(form, group_for(viewer(), slug))
    flash(_planned_words(planned_now))
    return redirect(url_for("sits.index", slug=slug), 303)


@bp.post("/groups/<slug>/series/<id:series_id>/ending")
def end(slug: str, series_id: int) -> Any:
    """Let a series go on no longer."""
    with transaction():
        actions.end_series(by=viewer(), series=queries.series_for(viewer(), slug, series_id), at=now())
    return redirect(url_for("sits.index", slug=slug), 303)


@bp.post("/groups/<slug>/series/<id:series_id>/meeting")
def change_meeting(slug: str, series_id: int) -> Any:
    """Keep another address of the meeting of a series, or none."""
    form = MeetingForm()

    def act(at: datetime) -> Any:
        series = queries.series_for(viewer(), slug, series_id)
        return actions.change_meeting(by=viewer(), series=series, meeting=form.meeting_link.data, at=at)

    if attempt(form, act) is None:
        group = read_group(viewer(), slug)
        require(viewer(), Act.CHANGE_MEETING, group, at=now())
        return _index_page(group, refused={series_id: form}), form.status
    flash("Kept.")
    return redirect(url_for("sits.index", slug=slug), 303)


@bp.get("/groups/<slug>/sits/<key>/changes/new")
def edit(slug: str, key: str) -> Any:
    """Ask what becomes of a single sit."""
    sit = queries.sit_for(viewer(), slug, key)
    require(viewer(), Act.CHANGE_SIT, sit, at=now())
    there = sit.starts_at.astimezone(ZoneInfo(sit.zone))
    to = sit.change.kind.value if sit.change and (sit.is_moved or sit.is_called_off) else request.args.get("to")
    form = ChangeForm(to=to, day=there.date(), time=there.time(), version=sit.version, note=sit.note)
    return _change_page(form, sit)


@bp.post("/groups/<slug>/sits/<key>/changes")
def change(slug: str, key: str) -> Any:
    """Move a sit, call it off, or let it be as planned; those who meant to come are told."""
    form = ChangeForm()

    def act(at: datetime) -> Sit:
        sit, to = queries.sit_for(viewer(), slug, key), ChangeKind(form.to.data)
        words, version = form.note.data or "", form.version.data
        return changes.change_sit(by=viewer(), sit=sit, to=to, wall=form.wall(), note=words, version=version, at=at)

    changed = attempt(form, act)
    if changed is None:
        sit = queries.sit_for(viewer(), slug, key)
        form.version.data, form.version.raw_data = sit.version, None
        return _change_page(form, sit)
    wall = form.wall()
    if changed.is_moved and wall and (words := no_such_time(wall, changed.zone)):
        flash(words)
    return redirect(url_for("sits.index", slug=slug), 303)


@bp.get("/groups/<slug>/sits/<key>")
def show(slug: str, key: str) -> Any:
    """Open the room; before one's first sit, say what may come up and ask how one would like to be seen."""
    sit = queries.sit_for(viewer(), slug, key)
    if sit.is_called_off:
        by = _teacher(sit.group, sit.change.by_id) if sit.change and sit.change.by_id else None
        changeable = changes.may_be_changed(sit, now())
        stands = standing(viewer(), [sit.plan.id])
        return render_template("sits/called_off.html", sit=sit, changeable=changeable, said_by=by, standing=stands)
    if viewer().briefed_at is None:
        chosen = viewer().seen_as  # in the profile, perhaps, where nothing is read
        return shown("sits/seen.html", form=SeenForm(seen_as=chosen.value) if chosen else SeenForm(), sit=sit)
    return _room(sit)


@bp.post("/groups/<slug>/sits/<key>/seen")
def choose_seen(slug: str, key: str) -> Any:
    """Keep how one would like to be seen, and go in."""
    sit = queries.sit_for(viewer(), slug, key)
    form = SeenForm()
    done = attempt(form, lambda at: members.go_in(by=viewer(), seen_as=SeenAs(form.seen_as.data), at=at))
    if done is None:
        return shown("sits/seen.html", form=form, sit=sit)
    return redirect(url_for("sits.show", slug=slug, key=key), 303)


@bp.post("/groups/<slug>/sits/<key>/leaving")
def leave(slug: str, key: str) -> Any:
    """Leave quietly, with every tab; nothing is asked and nobody is told."""
    sit = queries.sit_for(viewer(), slug, key)
    live.leave_with_all(viewer().id, sit.key, at=now())
    return redirect(url_for("groups.show", slug=slug), 303)


@bp.get("/sits/<key>")
def found(key: str) -> Any:
    """Lead from a letter, which names no group, to the sit; to the group's sits where it does not take place."""
    series_id, planned_at = parse_sit_key(key)
    series = queries.series_visible_to(viewer(), series_id)
    slug, stands = series.group.slug, sit_of(series, planned_at) is not None
    return redirect(url_for("sits.show", slug=slug, key=key) if stands else url_for("sits.index", slug=slug))


@bp.get("/sit-now")
def rooms() -> Any:
    """Ask in which of one's groups to sit now, and how."""
    return _rooms_page(SitNowForm(formdata=None, plan=request.args.get("practice", USUAL)))


@bp.post("/groups/<slug>/sits/now")
@limited("12 per hour")
def open_room(slug: str) -> Any:
    """Lead into the room that is open, or open one."""
    group, form = read_group(viewer(), slug), SitNowForm()
    form.plan.choices = choices(_offers(group, teacher_leads=True))  # who may lead it, the action says

    def act(at: datetime) -> Any:
        group, practice = read_group(viewer(), slug), practice_for(viewer(), form.plan.data)
        return sit_now.sit_now(by=viewer(), group=group, practice=practice, at=at)

    sit = attempt(form, act)
    if sit is None:
        return _rooms_page(form)
    return redirect(url_for("sits.show", slug=slug, key=sit.key), 303)


@bp.get("/practices/<key>/alone")
def alone(key: str) -> Any:
    """Open the room with one seat; of a practice that wants a teacher, say why and what there is instead."""
    practice, at = practice_for(viewer(), key), now()
    if practice.is_withdrawn:
        return redirect(url_for("practices.show", key=key))
    if practice.teacher_led:
        return render_template("sits/alone_led.html", practice=practice)
    first_bell = at + timedelta(seconds=SETTLING_S)
    lines = steps(plan_alone(practice.plan))
    plan_steps = [
        {
            "at": clock(step.at_s),
            "then": first_bell + timedelta(seconds=step.at_s),
            "words": step.words,
            "bell": step.bells,
        }
        for step in lines
    ]
    data = alone_data(practice, viewer())
    page = render_template(
        "sits/alone.html", practice=practice, plan_steps=plan_steps, data=data, write_key=secrets.token_hex(12)
    )
    response = make_response(page)
    response.headers["X-Kept-Until"] = str(round((at.timestamp() + KEPT_S) * 1000))
    return response


@bp.get("/settings/sits")
def wishes() -> Any:
    """Ask how one wants to be reminded of sits."""
    return shown("sits/wishes.html", form=RemindersForm(formdata=None, obj=reminders.wishes_of(viewer())))


@bp.post("/settings/sits")
def choose() -> Any:
    """Keep how one wants to be reminded of sits."""
    form = RemindersForm()

    def act(_at: datetime) -> Any:
        return reminders.choose_reminders(
            by=viewer(),
            reminding=Reminding(form.reminding.data),
            remind_of=RemindOf(form.remind_of.data),
            lead_minutes=form.lead_minutes.data,
            hears_of_sit_now=form.hears_of_sit_now.data,
        )

    if attempt(form, act) is None:
        return shown("sits/wishes.html", form=form)
    flash("Kept.")
    return redirect(url_for("sits.wishes"), 303)


@bp.post("/groups/<slug>/sits/<key>/intentions")
def intend(slug: str, key: str) -> Any:
    """Keep that one means to come."""
    with transaction():
        intentions.intend_to_come(by=viewer(), sit=queries.sit_for(viewer(), slug, key), at=now())
    return redirect(_back_to(slug, key), 303)


@bp.post("/groups/<slug>/sits/<key>/intentions/withdrawal")
def take_back(slug: str, key: str) -> Any:
    """Mean to come no longer."""
    with transaction():
        intentions.take_back_intention(by=viewer(), sit=queries.sit_for(viewer(), slug, key), at=now())
    return redirect(_back_to(slug, key), 303)


def _back_to(slug: str, key: str) -> str:
    """Give the page on which a button was pressed: there are several that have it."""
    return local_path(request.form.get("next"), url_for("sits.show", slug=slug, key=key))


@bp.post("/groups/<slug>/sits/<key>/thanks")
def thank(slug: str, key: str) -> Any:
    """Thank those one sat with; a script asks for no page in return."""
    with transaction():
        thanks.thank(by=viewer(), sit=queries.sit_for(viewer(), slug, key), at=now())
    if request.accept_mimetypes.best == "application/json":
        return "", 204
    return redirect(url_for("sits.show", slug=slug, key=key), 303)


@bp.get("/groups/<slug>/sits/<key>/seats")
def seats(slug: str, key: str) -> Any:
    """List everybody who is seated, a page at a time: the ring draws at most some two hundred."""
    sit = queries.sit_for(viewer(), slug, key)
    after = request.args.get("after", 0, type=int)
    try:
        page = live.seats_after(sit, after)
    except shared.Away:
        return render_template("sits/seats.html", sit=sit, page=[], more=0, not_live=True)
    return render_template(
        "sits/seats.html", sit=sit, page=page, more=page[-1]["order"] if len(page) >= live.LIST else 0
    )


@bp.get("/groups/<slug>/sits/<key>/copy")
def copy(slug: str, key: str) -> Response:
    """Give the room as a browser may keep it while the sit lasts: the plan and its bells, and nobody else's seat."""
    sit = queries.sit_for(viewer(), slug, key)
    if sit.is_called_off:
        raise NotFound
    response = make_response(_room(sit, is_copy=True))
    response.headers["X-Kept-Until"] = str(round(sit.closes_at.timestamp() * 1000))
    return response


def _room(sit: Sit, *, is_copy: bool = False) -> str:
    at = now()
    here, not_live = (live.picture_of_nobody(sit, viewer().id), False) if is_copy else live.picture(sit, viewer().id)
    return render_template(
        "sits/room.html",
        sit=sit,
        group=sit.group,
        phase=sit.phase(at).name.value,
        standing=standing(viewer(), [sit.plan.id]),
        plan_steps=[{"at": clock(step.at_s), "words": step.words, "bell": step.bells > 0} for step in steps(sit.plan)],
        seats=here["here"],
        others=here["others"],
        not_live=not_live,
        starts_in_words=begins(sit, at),
        changeable=changes.may_be_changed(sit, at),
        zone_name=f"{place(viewer().zone)} time",
        meant=intentions.means_to_come(viewer(), sit) if intentions.may_be_meant(sit, at) and not is_copy else None,
        meant_by=intentions.meant_by(viewer(), sit) if at < sit.starts_at and not is_copy else None,
        words_length=circle.WORDS_LENGTH,
        is_copy=is_copy,
        waits_until=None if is_copy else actions.waits_until(viewer(), sit, at),
        thanking=None if is_copy else thanks.thanking(viewer(), sit, at=at),
        next_sit=None if is_copy else queries.next_after(sit, at=at),
        panels=[] if is_copy else panels_of_room(viewer(), sit, at),
        leave_url=url_for("sits.leave", slug=sit.group.slug, key=sit.key),
        room_data=room_data(sit, at) | {"you": here["you"], "zone": viewer().zone},
    )


def _index_page(group: Group, *, refused: dict[int, MeetingForm] | None = None) -> str:
    series = queries.series_of(group, at=now())
    meetings = {one.id: MeetingForm(formdata=None) for one in series} if group.taught_by(viewer()) else {}
    meetings |= refused or {}
    for series_id, form in meetings.items():
        form.meeting_link.id = f"meeting-{series_id}"  # there is one for each series on the page
    return render_template(
        "sits/index.html",
        group=group,
        sits=queries.coming(series, at=now(), each=6, limit=LISTED),
        series=[(one, queries.next_to_show(one, at=now())) for one in series],
        meetings=meetings,
        standing=standing(viewer(), {plan_of(one).id for one in series}),
        plan_of=plan_of,
        planned=planned,
        changeable=lambda sit: changes.may_be_changed(sit, now()),
    )


def _rooms_page(form: SitNowForm) -> Any:
    """Ask in which group to sit now; those where the chosen practice can be sat, if there are some, come first."""
    practices = practices_for(viewer())
    groups = {
        group: offered(practices, group, teacher_leads=group.taught_by(viewer()))
        for group in sit_now.groups_to_sit_in(viewer(), at=now())
    }
    chosen = form.plan.data
    fitting = [
        group
        for group, offers in groups.items()
        if any(practice.key == chosen for offer in offers for practice in offer.practices)
    ]
    return shown("sits/now.html", form=form, rooms={group: groups[group] for group in fitting or groups}, said=said)


def _planned_words(series: SitSeries) -> str:
    first = queries.next_of(series, at=now())
    if first is None:
        return "Planned."
    on = f"Planned. {'The first one' if series.rrule else 'It'} is on {notices.when(viewer(), first.starts_at)}."
    return f"{on} {no_such_time(rule_of(series).wall, series.zone)}".strip()


def _sit_form(group: Group, *, chosen: str | None = None) -> SitForm:
    """Make the form of planning a sit; a practice chosen before stands in it, with its title."""
    offers = _offers(group, teacher_leads=True)
    practice = next((each for offer in offers for each in offer.practices if each.key == chosen), None)
    form = SitForm(plan=practice.key, title=practice.title) if practice else SitForm()
    form.plan.choices = choices(offers)
    form.leader.choices = {0: "Nobody: the bell rings by itself"} | {each.id: each.name for each in teachers_of(group)}
    return form


def _offers(group: Group, *, teacher_leads: bool) -> list[Offer]:
    return offered(practices_for(viewer(), of=group), group, teacher_leads=teacher_leads)


def _form_page(form: SitForm, group: Group) -> Any:
    offers = _offers(group, teacher_leads=True)
    return shown("sits/new.html", form=form, group=group, offers=offers, steps=steps, clock=clock)


def _change_page(form: ChangeForm, sit: Sit) -> Any:
    require(viewer(), Act.CHANGE_SIT, sit, at=now())
    changed = sit.is_moved or sit.is_called_off
    if not changed:
        form.to.choices = {kind: words for kind, words in form.to.choices.items() if kind != ChangeKind.KEPT}
    return shown("sits/edit.html", form=form, sit=sit, changeable=changes.may_be_changed(sit, now()))


def _teacher(group: Group, member_id: int) -> Member | None:
    return next((each for each in teachers_of(group) if each.id == member_id), None)
