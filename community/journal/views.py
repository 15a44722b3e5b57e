"""The pages of one's own journal. Whatever they show was loaded for the one who looks, and for nobody else."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for

from community.db import transaction
from community.errors import Invalid, NotFound
from community.groups.queries import AgreementNeeded
from community.journal import actions, queries, room
from community.journal.company import Company, company_in, company_of_all, sit_to_thank_for
from community.journal.forms import PageForm, SitAloneForm
from community.journal.looking_back import Own, own_days, plotted
from community.journal.models import JournalEntry, JournalSit
from community.journal.page import CannotBeOpened, Page
from community.journal.panels import panels_below, shared_among
from community.journal.scales import SCALES, in_a_line, moved
from community.journal.wording import ends_of_day
from community.members.models import Member
from community.practices.library import Practice
from community.practices.queries import practice_for, version_for
from community.sits import queries as sits
from community.sits.recurrence import parse_sit_key
from community.web import attempt, limited, now, number_asked, shown, viewer
from community.web.handing_back import hands_back

bp = Blueprint("journal", __name__)
room.register()

A_PAGE = 14  # two weeks of a sit a day
FIRST_YEAR, LAST_YEAR = 2000, 3000
VERSIONS_MOST = 1_000_000  # what nobody may look up is at least a number that a row can hold
PRACTICE_KEY = re.compile("[a-z0-9_-]+")
WRITTEN = ("body", "feeling", "thought")


@bp.get("/journal")
def index() -> str:
    """Show what one sat and wrote, the newest first; before the newest, the last weeks as drawings."""
    asked, by, at = request.args.get("before", ""), viewer(), now()
    before = queries.read_place(asked) if asked else None
    own = own_days(by, at=at)
    found = queries.leaves_of(by, before, A_PAGE + 1)
    older = found[A_PAGE - 1].place if len(found) > A_PAGE else None
    sits = [leaf.sit for leaf in found[:A_PAGE] if leaf.sit] if own.shows_company else []
    company = company_in(by, sits)
    return render_template(
        "journal/index.html",
        leaves=found[:A_PAGE],
        older=older,
        is_first=before is None,
        company=company,
        in_a_line=in_a_line,
        shared=shared_among(by, [leaf.page for leaf in found[:A_PAGE] if leaf.page]),
        **({} if before else _lately(by, own, company)),
    )


def _lately(by: Member, own: Own, company: dict[int, Company]) -> dict[str, Any]:
    """Give what stands above and beside the newest pages: four weeks of marks, and with whom one sat."""
    together = company_of_all(company)
    return {
        "plotted": plotted(by, own, last=_day_asked()),
        "today": own.today,
        "with_table": "table" in request.args,
        "rhythm": own.rhythm,
        "day_ends": ends_of_day(own.days.ends_minutes),
        "together": together,
        "thank": sit_to_thank_for(by, at=own.at) if together else None,
    }


def _day_asked() -> date | None:
    """Give the day that the weeks to be drawn end with, where the address names one."""
    asked = request.args.get("until", "")
    if not asked:
        return None
    try:
        day = date.fromisoformat(asked)
    except ValueError as error:
        raise NotFound from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotFound
    return day


@bp.get("/journal/pages/new")
def new() -> Any:
    """Ask for a page, of a sit or of none; a sit that has one leads to it."""
    sit = _sit_asked(number_asked("sit"))
    page = queries.page_of_sit(viewer(), sit) if sit else None
    if page is not None:
        return redirect(url_for("journal.edit", entry_id=page.id))
    return shown("journal/new.html", form=PageForm.blank(), sit=sit, scales=SCALES)


@bp.post("/journal/pages")
@limited("120 per hour")
@hands_back(*WRITTEN)
def write() -> Any:
    """Keep a page; where it is there already and says something else, both are shown."""
    form = PageForm()
    sit = _sit_asked(request.form.get("sit", type=int))

    entry = attempt(form, lambda at: _written(form, sit_id=sit.id if sit else None, at=at))
    if entry is None:
        there = _page_there(form, sit)
        return _edit(form, there) if there else shown("journal/new.html", form=form, sit=sit, scales=SCALES)
    return redirect(url_for("journal.show", entry_id=entry.id), 303)


@bp.get("/journal/pages/<id:entry_id>")
def show(entry_id: int) -> str:
    """Show one page."""
    page = queries.page_for(viewer(), entry_id)
    panels, shared = panels_below(viewer(), page), shared_among(viewer(), [page])
    stood = moved(page.before, page.after)
    return render_template("journal/show.html", page=page, moved=stood, panels=panels, shared=shared)


@bp.get("/journal/pages/<id:entry_id>/edit")
def edit(entry_id: int) -> Any:
    """Show a page to be written on."""
    page = queries.page_for(viewer(), entry_id)
    if not page.is_open:
        raise CannotBeOpened
    return _edit(PageForm.of(page), page)


@bp.post("/journal/pages/<id:entry_id>")
@limited("120 per hour")
@hands_back(*WRITTEN)
def rewrite(entry_id: int) -> Any:
    """Keep a page as it is now."""
    form = PageForm()

    if attempt(form, lambda at: _written(form, entry_id=entry_id, at=at)) is None:
        return _edit(form, queries.page_for(viewer(), entry_id))
    return redirect(url_for("journal.show", entry_id=entry_id), 303)


@bp.post("/journal/pages/<id:entry_id>/erasure")
def erase(entry_id: int) -> Any:
    """Erase a page for good."""
    with transaction():
        actions.erase_page(by=viewer(), entry=queries.entry_for(viewer(), entry_id), at=now())
    flash("The page is erased.")
    return redirect(url_for("journal.index"), 303)


@bp.post("/groups/<slug>/sits/<key>/pages")
@limited("120 per hour")
@hands_back(*WRITTEN)
def write_in_room(slug: str, key: str) -> Any:
    """Keep what is said in the room of a sit, before or after it; a script asks for no page in return."""
    form = PageForm()
    by_script = request.accept_mimetypes.best == "application/json"
    sits.sit_for(viewer(), slug, key)
    entry = attempt(form, lambda at: _written_in_room(form, slug, key, at=at))
    if entry is None and by_script:
        sentences = [*form.form_errors, *(each.errors[0] for each in form if each.errors)]
        return {"error": {"status": form.status, "sentence": " ".join(map(str, sentences))}}, form.status
    if entry is None:
        logged = queries.sit_in_log(viewer(), *parse_sit_key(key))
        return shown("journal/new.html", form=form, sit=logged, scales=SCALES, action=request.path)
    if by_script:
        return "", 204
    return redirect(url_for("sits.show", slug=slug, key=key), 303)


@bp.post("/journal/sits")
@limited("120 per hour")
def sit_alone() -> Any:
    """Keep a sit that was sat alone; a script gets the address at which a page may be written of it."""
    form = SitAloneForm()
    if not form.validate_on_submit():
        raise Invalid("That did not arrive whole, so this sit is not in your journal yet.")
    at, key = now(), form.write_key.data
    with transaction():
        practice = _practice_sat(form)
        whole = timedelta() if isinstance(practice, actions.NotOpen) else timedelta(seconds=practice.plan.total_s)
        began_at, ended_at = form.span(at, whole)
        sit = actions.log_sit_alone(
            by=viewer(), practice=practice, began_at=began_at, ended_at=ended_at, write_key=key, at=at
        )
    page = url_for("journal.new", sit=sit.id)
    return {"page": page} if request.accept_mimetypes.best == "application/json" else redirect(page, 303)


@bp.post("/journal/sits/<id:sit_id>/erasure")
def erase_sit(sit_id: int) -> Any:
    """Take a sit out of one's log; a page that was written of it stays."""
    with transaction():
        actions.erase_sit(by=viewer(), sit=queries.sit_for(viewer(), sit_id), at=now())
    flash("The sit is taken out of your log.")
    return redirect(url_for("journal.index"), 303)


def _written(form: PageForm, *, entry_id: int | None = None, sit_id: int | None = None, at: datetime) -> JournalEntry:
    """Write what a form says; what it is of is loaded anew, under the lock."""
    return actions.write_page(
        by=viewer(),
        sit=_sit_asked(sit_id),
        entry=queries.entry_for(viewer(), entry_id) if entry_id is not None else None,
        **form.page,
        version=form.version.data or "",
        write_key=form.write_key.data or None,
        at=at,
    )


def _written_in_room(form: PageForm, slug: str, key: str, *, at: datetime) -> JournalEntry:
    """Add what one of the two forms of a room says: both are drawn blank, whatever stands on the page by then."""
    sit = actions.log_sit_in_room(by=viewer(), sit=sits.sit_for(viewer(), slug, key), at=at)
    return actions.write_page(by=viewer(), sit=sit, **form.page, adds=True, at=at)


def _page_there(form: PageForm, sit: JournalSit | None) -> Page | None:
    """Give the page that was to be new and is there already, by the name of its form or as the one of its sit."""
    if form.write_key.errors:
        form.write_key.data = str(uuid4())
    named = queries.page_with_key(viewer(), form.write_key.data) if form.write_key.data else None
    return named or (queries.page_of_sit(viewer(), sit) if sit else None)


def _edit(form: PageForm, page: Page) -> Any:
    """Show a page to be written on; where another version was read, with what stands now, and ready to follow it."""
    came_between = page.is_open and form.version.data != page.version
    form.version.data = page.version
    stood = moved(page.before, page.after) if came_between else []
    shared = shared_among(viewer(), [page])
    between = {"came_between": came_between, "stood": stood}
    return shown("journal/edit.html", form=form, page=page, scales=SCALES, shared=shared, **between)


def _sit_asked(sit_id: int | None) -> JournalSit | None:
    return None if sit_id is None else queries.sit_for(viewer(), sit_id)


def _practice_sat(form: SitAloneForm) -> Practice | actions.NotOpen:
    """Give what was sat with; what is not open to the member, or never was there, has no name but its key.

    Where the browser measured nothing, there is nothing to keep without the practice: raises NotFound.
    """
    key, version = form.practice.data, form.version.data
    try:
        return _practice(key, version)
    except (NotFound, AgreementNeeded):
        if not form.is_measured or not PRACTICE_KEY.fullmatch(key):
            raise
    return actions.NotOpen(key, version if version and 0 < version < VERSIONS_MOST else 1)


def _practice(key: str, version: int | None) -> Practice:
    """Give the version that was sat by, or where it is no more, the practice as it stands."""
    if version is not None:
        try:
            return version_for(viewer(), key, version)
        except NotFound:
            pass
    return practice_for(viewer(), key)
