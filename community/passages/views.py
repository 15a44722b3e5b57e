"""Sharing a passage: cutting it down, seeing who would read it, sharing it, and taking it back."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for

from community.errors import Invalid
from community.journal.page import Page
from community.journal.panels import Panel as PageOfJournal
from community.journal.panels import register_panel as register_below_page
from community.journal.panels import register_shared
from community.journal.queries import page_for
from community.members.models import Member
from community.passages import actions, queries
from community.passages.forms import AnswerForm, PassageForm, PlainForm, label_of
from community.passages.models import Audience, Passage
from community.passages.queries import Reach
from community.passages.wording import OPENING, names_in_words, opening_text, passage_words
from community.permissions import Act, may
from community.threads import queries as threads
from community.threads.forms import chosen_wants
from community.threads.holding import held_for
from community.threads.panels import Panel, register_panel
from community.web import Form, attempt, limited, now, number_asked, shown, viewer
from community.web.refusals import refusal_page

bp = Blueprint("passages", __name__)
register_panel(actions.PANEL, Panel("passages/_panel.html", load=queries.panel_of_passage))
register_below_page(PageOfJournal("passages/_of_page.html", load=queries.panel_of_page))
register_shared(queries.shared_among)

SHARING = "60 per hour"


# Sharing


@bp.get("/journal/pages/<id:entry_id>/passages/new")
def new(entry_id: int) -> Any:
    """Lay a page's words out, to be cut down to a passage."""
    page = page_for(viewer(), entry_id)
    words = "\n\n".join(part for part in (page.body, page.feeling, page.thought) if part)
    form = PassageForm(formdata=None, data={"source": words, "write_key": str(uuid4())})
    return _form_page(form, page)


@bp.post("/journal/pages/<id:entry_id>/passages")
@limited(SHARING)
def share(entry_id: int) -> Any:
    """Show the passage as its readers would find it, and who they are; only from there is it shared."""
    page, form = page_for(viewer(), entry_id), PassageForm()
    reaches = _offered(form)
    if request.form.get("change") or not _is_whole(form):
        return _form_page(form, page, reaches)
    if not request.form.get("share"):
        return _look(form, page, reaches)
    opening_text()  # rendered before any lock is taken
    passage = attempt(form, lambda at: _shared(form, entry_id, at))
    if passage is None:
        return _again(form, page)
    return redirect(_place_of(passage), 303)


def _look(form: PassageForm, page: Page, reaches: list[Reach]) -> Any:
    """Show what would be shared with whom, as it is now."""
    reach = next((each for each in reaches if each.value == form.reach.data), None)
    if reach is None:
        return _form_page(form, page, reaches)
    form.seen_by.data = reach.seen_by
    return _preview_page(form, page, reach)


def _again(form: PassageForm, page: Page) -> Any:
    """Show what was not shared, where its writer can mend it or look once more."""
    if form.status == actions.SharedAlready.status:
        form.write_key.data = str(uuid4())
    if form.reach.errors or form.source.errors:
        return _form_page(form, page)
    return _look(form, page, _offered(form))


def _shared(form: PassageForm, entry_id: int, at: datetime) -> Passage:
    """Share what the form holds, with everything loaded anew through its writer."""
    by = viewer()
    reach = next((each for each in queries.reaches_of(by, at=at) if each.value == form.reach.data), None)
    if reach is None:
        raise Invalid("That is not open to you any more. Choose who may read it.", field="reach")
    group = threads.group_to_write_in(by, reach.group.slug)
    wants = chosen_wants(form.wants.data)
    chosen = actions.Chosen(page_for(by, entry_id).id, form.source.data or "", wants, form.write_key.data)
    if reach.audience is Audience.TEACHERS:
        seen_by = form.seen_by.data or ""
        return actions.share_with_teachers(by=by, group=group, chosen=chosen, seen_by=seen_by, at=at)
    in_notebook = _for_notebook(form, reach)
    return actions.share_with_group(by=by, group=group, chosen=chosen, in_notebook=in_notebook, at=at)


def _is_whole(form: PassageForm) -> bool:
    """Whether a form can be shown as a passage; what is wrong with it stands on it."""
    if not form.validate_on_submit():
        form.status = 422
        if form.write_key.errors:
            form.write_key.data = str(uuid4())
        return False
    try:
        passage_words(form.source.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        return False
    return True


def _for_notebook(form: PassageForm, reach: Reach) -> bool:
    wished = "in_notebook" in form and bool(form.in_notebook.data)
    return wished and reach.audience is Audience.GROUP and reach.group_is_taught


# Reading


@bp.get("/passages")
def index() -> Any:
    """List what the viewer shares, and what they have taken back."""
    found = queries.passages_by(viewer(), before=number_asked("before"))
    page, more = found[: queries.PASSAGES_A_PAGE], len(found) > queries.PASSAGES_A_PAGE
    return render_template("passages/index.html", passages=page, older=page[-1].id if more else None)


@bp.get("/passages/<id:passage_id>")
def show(passage_id: int) -> Any:
    """Show a passage to its writer, or to one with whom it is shared."""
    return _page(queries.passage_for(viewer(), passage_id), AnswerForm(formdata=None))


@bp.get("/passages/<id:passage_id>/words")
def words(passage_id: int) -> str:
    """Give a passage as this reader may see it now, for a page that is open already."""
    opened = queries.opened(queries.passage_for(viewer(), passage_id))
    return render_template("passages/_words.html", opened=opened)


@bp.get("/passages/line")
def line() -> str:
    """Give the line of a teacher's notebook that Today shows now, or nothing, for a page that is open already."""
    return render_template("passages/_line.html", line=queries.from_notebook(viewer()))


# Afterwards


@bp.post("/passages/<id:passage_id>/withdrawal")
def withdraw(passage_id: int) -> Any:
    """Take a passage back, at once and everywhere; once more leads to the same place."""
    form = PlainForm()
    passage = attempt(
        form,
        lambda at: actions.withdraw_passage(by=viewer(), passage=queries.passage_to_write(viewer(), passage_id), at=at),
    )
    if passage is None:
        return _not_done(form)
    flash("Taken back. Nobody can read it any more. Your journal still has the page.")
    return redirect(url_for("passages.index"), 303)


@bp.post("/passages/<id:passage_id>/answer")
@limited("30 per hour")
def answer(passage_id: int) -> Any:
    """Answer a passage that was shared with the teachers."""
    form = AnswerForm()
    said = attempt(
        form,
        lambda at: actions.answer_passage(
            by=viewer(),
            passage=queries.passage_to_write(viewer(), passage_id),
            words=form.words.data or "",
            at=at,
        ),
    )
    if said is None:
        return _page(queries.passage_for(viewer(), passage_id), form)
    flash(f"Sent. {said.author.first_name} is told that you have answered.")
    return redirect(url_for("passages.show", passage_id=passage_id), 303)


@bp.post("/passages/<id:passage_id>/notebook")
@limited("30 per hour")
def put_in_notebook(passage_id: int) -> Any:
    """Put a passage on Today, from its teacher's notebook."""
    return _in_notebook(passage_id, actions.put_in_notebook, "It stands on Today now, for the people of the group.")


@bp.post("/passages/<id:passage_id>/notebook/withdrawal")
@limited("30 per hour")
def take_out_of_notebook(passage_id: int) -> Any:
    """Take a passage off Today."""
    return _in_notebook(passage_id, actions.take_out_of_notebook, "It is off Today. It stays in its thread.")


def _in_notebook(passage_id: int, act: Any, done: str) -> Any:
    def do(at: datetime) -> bool:
        act(by=viewer(), passage=queries.passage_to_write(viewer(), passage_id), at=at)
        return True

    form = PlainForm()
    if attempt(form, do) is None:
        return _not_done(form)
    flash(done)
    return redirect(url_for("passages.show", passage_id=passage_id), 303)


def _not_done(form: PlainForm) -> Any:
    return refusal_page(form.status, " ".join(map(str, form.form_errors)))


# The pages


def _offered(form: PassageForm) -> list[Reach]:
    reaches = queries.reaches_of(viewer(), at=now())
    form.offer(reaches)
    return reaches


def _form_page(form: PassageForm, page: Page, reaches: list[Reach] | None = None) -> Any:
    reaches = _offered(form) if reaches is None else reaches
    hints = {reach.value: _hint(reach) for reach in reaches}
    return shown("passages/new.html", form=form, page=page, hints=hints)


def _hint(reach: Reach) -> str:
    if reach.audience is Audience.GROUP:
        return "A thread opens there, with your passage above it."
    return names_in_words([teacher.name for teacher in reach.teachers])


def _preview_page(form: PassageForm, page: Page, reach: Reach) -> Any:
    membership = reach.group.membership_of(viewer())
    in_group = reach.audience is Audience.GROUP
    return shown(
        "passages/preview.html",
        form=form,
        page=page,
        reach=reach,
        label=label_of(reach),
        names=names_in_words([teacher.name for teacher in reach.teachers]),
        words=passage_words(form.source.data or ""),
        opening=OPENING,
        wants=chosen_wants(form.wants.data),
        on_today=_for_notebook(form, reach),
        held_for=held_for(reach.group, membership) if in_group and membership else None,
    )


def _page(passage: Passage, form: Form) -> Any:
    at, by = now(), viewer()
    opened = queries.opened(passage)
    teachers = _teachers(by, passage) if passage.audience is Audience.TEACHERS else []
    return shown(
        "passages/show.html",
        form=form,
        opened=opened,
        teachers=names_in_words([teacher.name for teacher in teachers]),
        may_answer=passage.answered_at is None and not opened.rests and may(by, Act.ANSWER_PASSAGE, passage, at=at),
        may_keep=may(by, Act.KEEP_NOTEBOOK, passage, at=at),
    )


def _teachers(by: Member, passage: Passage) -> list[Member]:
    return queries.teachers_beside(by, passage.group) if passage.author_id == by.id and passage.is_shared else []


def _place_of(passage: Passage) -> str:
    if passage.thread_id is not None:
        return url_for("threads.show", thread_id=passage.thread_id)
    return url_for("passages.show", passage_id=passage.id)
