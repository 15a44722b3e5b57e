"""Reading and writing in threads. Every page is whole without script; every refusal keeps what was typed."""

from typing import Any, TypeVar
from uuid import uuid4

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from community.errors import Invalid, NotFound, Refused
from community.groups.models import Group
from community.groups.panels import Panel, register_panel
from community.groups.queries import read_group
from community.permissions import Act, may, require
from community.threads import actions, queries
from community.threads.drawing import drawn, drawn_people
from community.threads.forms import (
    DraftForm,
    EditForm,
    EditOpeningForm,
    PreviewForm,
    ReadingForm,
    ReplyForm,
    ThreadForm,
    WithdrawalForm,
    WordsForm,
    chosen_wants,
)
from community.threads.holding import held_for
from community.threads.lists import panel_of_threads
from community.threads.models import Draft, HeldFor, Post, PostStatus, Thread
from community.threads.paging import page_of, positions_of, read_page
from community.threads.panels import panel_over
from community.threads.rights import Rights, rights_in
from community.threads.wording import PostText, post_text, thread_title
from community.web import Form, attempt, limited, now, number_asked, shown, viewer
from community.web.refusals import refusal_page

bp = Blueprint("threads", __name__)
register_panel(Panel(name="threads", order=20, template="threads/_panel.html", load=panel_of_threads))

Done = TypeVar("Done", Post, Thread)

WRITING = "30 per minute"
TYPING = "90 per minute"


# Reading


@bp.get("/threads/<id:thread_id>")
def show(thread_id: int) -> Any:
    """Show a page of a thread; ``?at=unread`` leads to the first post that the viewer has not read."""
    try:
        opened = queries.open_thread(viewer(), thread_id)
    except NotFound:
        return _left_page(*queries.draft_left_in(viewer(), thread_id))
    if request.args.get("at") == "unread":
        page, post_id = queries.first_unread(opened.thread, opened.mark)
        anchor = f"post-{post_id}" if post_id else None
        return redirect(url_for("threads.show", thread_id=thread_id, page=page, _anchor=anchor), 303)
    page = read_page(request.args.get("page", "1"), opened.thread)
    return _page(opened, page, _reply_form(opened.draft))


@bp.get("/posts/<id:post_id>")
def permalink(post_id: int) -> Any:
    """Lead to where a post stands."""
    return redirect(_place_of(queries.post_for(viewer(), post_id)), 303)


@bp.get("/posts/<id:post_id>/fragment")
def fragment(post_id: int) -> str:
    """Give one post as this reader may see it, for a page that is open already."""
    thread, post = queries.shown_post(viewer(), post_id)
    return render_template("threads/_one.html", drawn=drawn([post], _rights(thread)))


@bp.get("/threads/<id:thread_id>/since")
def since(thread_id: int) -> str:
    """Give the posts after a position, bounded, for a page that was out of reach for a while."""
    thread = queries.thread_for(viewer(), thread_id)
    position = request.args.get("position", type=int)
    if position is None or not 0 <= position <= thread.last_position:
        raise NotFound
    posts = queries.posts_since(viewer(), thread, position)
    return render_template("threads/_since.html", drawn=drawn(posts, _rights(thread)), thread=thread)


@bp.post("/threads/<id:thread_id>/reading")
@limited("120 per minute")
def mark_read(thread_id: int) -> Any:
    """Remember how far the viewer has read; a script asks for no page in return."""
    form = ReadingForm()
    position = form.position.data or 0
    attempt(
        form,
        lambda at: actions.mark_read(
            by=viewer(), thread=queries.thread_for(viewer(), thread_id), position=position, at=at
        ),
    )
    if form.errors:
        return _told(form)
    if request.accept_mimetypes.best == "application/json":
        return "", 204
    return redirect(url_for("threads.show", thread_id=thread_id, page=page_of(max(position, 1))), 303)


@bp.get("/posts/<id:post_id>/history")
def history(post_id: int) -> str:
    """Show what a post said before."""
    post = queries.post_for(viewer(), post_id)
    require(viewer(), Act.READ_HISTORY, post, at=now())
    return render_template(
        "threads/history.html",
        post=post,
        thread=post.thread,
        revisions=queries.revisions_of(post),
        place=_place_of(post),
    )


# Writing


@bp.get("/groups/<slug>/threads/new")
def new(slug: str) -> Any:
    """Ask what a new thread is to say."""
    group = read_group(viewer(), slug)
    draft = queries.draft_of(viewer(), group)
    if draft is not None and not may(viewer(), Act.OPEN_THREAD, group, at=now()):
        return _left_page(group, draft)
    require(viewer(), Act.OPEN_THREAD, group, at=now())
    return _new_page(group, _thread_form(draft), draft=draft)


@bp.post("/groups/<slug>/threads")
@limited(WRITING)
def begin(slug: str) -> Any:
    """Begin a thread; or read it back, or keep it as a draft, as its writer chose."""
    form = ThreadForm()
    try:
        if asked("keep") or asked("drop"):
            return _keep_new(slug, form)
        text = _text(form)
        if text is not None and asked("read_back"):
            return _new_page(read_group(viewer(), slug), form, preview=text)
        thread = text and _begun(slug, form, text)
        if not thread:
            return _new_page(read_group(viewer(), slug), form)
    except Refused as refusal:
        return _words_back(form, refusal)
    return redirect(url_for("threads.show", thread_id=thread.id), 303)


@bp.post("/threads/<id:thread_id>/posts")
@limited(WRITING)
def write(thread_id: int) -> Any:
    """Answer in a thread; or read the answer back, or keep it as a draft, as its writer chose."""
    form = ReplyForm()
    try:
        if asked("keep") or asked("drop"):
            return _keep_reply(thread_id, form)
        text = _text(form)
        if text is not None and asked("read_back"):
            return _reply_page(thread_id, form, preview=text)
        post = text and _written(thread_id, form, text)
        if not post:
            return _reply_page(thread_id, form)
    except Refused as refusal:
        return _words_back(form, refusal)
    return redirect(_place_of(post), 303)


@bp.post("/drafts")
@limited(TYPING)
def keep_draft() -> Any:
    """Keep what stands in a composer, of ``?thread=`` or ``?group=``, while its writer goes on typing."""
    form = DraftForm()
    thread_id, slug = number_asked("thread"), request.args.get("group", "")

    def keep(at: Any) -> bool:
        thread = queries.thread_to_draft_in(viewer(), thread_id) if thread_id is not None else None
        group = thread.group if thread else queries.group_to_write_in(viewer(), slug)
        return _kept(form, group, thread, at)

    kept = attempt(form, keep)
    if kept is None:
        return _told(form)
    return jsonify(kept_at=now().isoformat(timespec="seconds") if kept else None)


@bp.post("/text/preview")
@limited(TYPING)
def preview() -> Any:
    """Read a text back: the renderer of posts, and nothing kept."""
    form = PreviewForm()
    text = _text(form)
    if text is None:
        return _told(form)
    return render_template("threads/_preview.html", text=text)


@bp.get("/posts/<id:post_id>/edit")
def edit(post_id: int) -> Any:
    """Show a post's words to its writer, to be changed."""
    post = queries.post_for(viewer(), post_id)
    require(viewer(), Act.EDIT_POST, post, at=now())
    return _edit_page(post, _edit_form(post, filled=True))


@bp.post("/posts/<id:post_id>/edit")
@limited(WRITING)
def change(post_id: int) -> Any:
    """Say it otherwise; one who comes second sees both versions."""
    form = EditForm()
    try:
        form = _edit_form(queries.post_for(viewer(), post_id), filled=False)
        text = _text(form)
        if text is not None and asked("read_back"):
            return _edit_page(queries.post_for(viewer(), post_id), form, preview=text)
        post = text and _changed(post_id, form, text)
        if not post:
            return _edit_page(queries.post_for(viewer(), post_id), form)
    except Refused as refusal:
        return _words_back(form, refusal)
    return redirect(_place_of(post), 303)


@bp.post("/posts/<id:post_id>/withdrawal")
@limited(WRITING)
def withdraw(post_id: int) -> Any:
    """Take one's own post back; asked for twice, it leads to where the post was."""
    form = WithdrawalForm()

    def take_back(at: Any) -> Post:
        try:
            post = queries.post_to_write(viewer(), post_id)
        except NotFound:
            return queries.withdrawn_by(viewer(), post_id)
        again = post.author_id == viewer().id and post.status is PostStatus.WITHDRAWN
        return post if again else actions.withdraw_post(by=viewer(), post=post, at=at)

    post = attempt(form, take_back)
    if post is None:
        return _told(form)
    if post.thread.status in {PostStatus.WITHDRAWN, PostStatus.RETURNED}:
        flash("Withdrawn. Nobody had answered yet, so the thread is gone with it." if post.is_opening else "Withdrawn.")
        return redirect(url_for("groups.show", slug=post.group.slug), 303)
    flash("Withdrawn. Its place stays, its words do not." if post.position else "Withdrawn.")
    return redirect(_place_of(post), 303)


# What these pages have in common


def asked(button: str) -> bool:
    """Whether a form was sent by this one of its buttons."""
    return bool(request.form.get(button))


def _text(form: Any) -> PostText | None:
    """Render what a form holds before any transaction begins; None: show the form again, with all that is wrong."""
    if not form.validate_on_submit():
        form.status = 422
        _mend_unseen(form)
        return None
    text = None
    try:
        text = post_text(form.source.data or "", content_note=form.content_note.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
    if "title" not in form or asked("read_back"):
        return text
    try:
        thread_title(form.title.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        text = None
    return text


def _mend_unseen(form: Any) -> None:
    """Put fresh values where a page carried broken ones along unseen, or they would come back for ever."""
    for name, fresh in (("write_key", str(uuid4())), ("draft_version", ""), ("read_to", None), ("version", None)):
        if name in form and form[name].errors:
            form[name].data = fresh


def _written(thread_id: int, form: ReplyForm, text: PostText) -> Post | None:
    post = attempt(
        form,
        lambda at: actions.write_post(
            by=viewer(),
            thread=queries.thread_to_write_in(viewer(), thread_id),
            text=text,
            write_key=form.write_key.data or None,
            read_to=form.read_to.data,
            began_from=form.draft_version.data or "",
            at=at,
        ),
    )
    return _or_fresh_key(post, form)


def _begun(slug: str, form: ThreadForm, text: PostText) -> Thread | None:
    thread = attempt(
        form,
        lambda at: actions.open_thread(
            by=viewer(),
            group=queries.group_to_write_in(viewer(), slug),
            title=thread_title(form.title.data or ""),
            text=text,
            wants=chosen_wants(form.wants.data),
            write_key=form.write_key.data or None,
            began_from=form.draft_version.data or "",
            at=at,
        ),
    )
    return _or_fresh_key(thread, form)


def _changed(post_id: int, form: Any, text: PostText) -> Post | None:
    titled = isinstance(form, EditOpeningForm)
    return attempt(
        form,
        lambda at: actions.edit_post(
            by=viewer(),
            post=queries.post_to_write(viewer(), post_id),
            text=text,
            version=form.version.data,
            title=thread_title(form.title.data or "") if titled else None,
            wants=chosen_wants(form.wants.data) if titled else None,
            at=at,
        ),
    )


def _or_fresh_key(done: Done | None, form: WordsForm) -> Done | None:
    """Let words that conflict with an earlier post be sent again as a post of their own."""
    if done is None and form.status == actions.PostedAlready.status:
        form.write_key.data = str(uuid4())
    return done


def _keep_reply(thread_id: int, form: ReplyForm) -> Any:
    def keep(at: Any) -> bool:
        thread = queries.thread_to_draft_in(viewer(), thread_id)
        return _kept(form, thread.group, thread, at)

    if attempt(form, keep) is None:
        return _reply_page(thread_id, form)
    flash("Let go." if asked("drop") else "Kept as a draft. Only you see it.")
    return redirect(url_for("threads.show", thread_id=thread_id, page="last", _anchor="reply"), 303)


def _keep_new(slug: str, form: ThreadForm) -> Any:
    if attempt(form, lambda at: _kept(form, queries.group_to_write_in(viewer(), slug), None, at)) is None:
        return _new_page(read_group(viewer(), slug), form)
    flash("Let go." if asked("drop") else "Kept as a draft. Only you see it.")
    return redirect(url_for("threads.new", slug=slug), 303)


def _kept(form: Any, group: Group, thread: Thread | None, at: Any) -> bool:
    place = {"by": viewer(), "group": group, "thread": thread, "at": at}
    began_from = form.draft_version.data or ""
    if asked("drop"):
        actions.drop_draft(**place, began_from=began_from)
        return True
    words = actions.DraftWords(
        form.title.data or "" if "title" in form and thread is None else "",
        form.source.data or "",
        form.content_note.data or "",
        chosen_wants(form.wants.data) if "wants" in form and thread is None else None,
    )
    try:
        return actions.keep_draft(**place, words=words, write_key=form.write_key.data or None, began_from=began_from)
    except actions.CameBackMeanwhile:
        if not asked("keep"):
            raise
        actions.add_to_draft(**place, words=words)
        return True


def _rights(thread: Thread) -> Rights:
    return rights_in(viewer(), thread, at=now())


def _held_for(group: Group) -> HeldFor | None:
    membership = group.membership_of(viewer())
    return held_for(group, membership) if membership else None


def _place_of(post: Post) -> str:
    return url_for("threads.show", thread_id=post.thread_id, page=post.page, _anchor=f"post-{post.id}")


def _told(form: Form) -> Any:
    """Answer a form that has no page of its own with what was wrong with it."""
    wrong = [*form.form_errors, *(str(sentence) for field in form for sentence in field.errors)]
    return refusal_page(form.status, " ".join(wrong))


def _words_back(form: Any, refusal: Refused) -> Any:
    """Hand back what somebody wrote for a place that is not, or no longer, open to them."""
    return render_template("threads/words.html", form=form, sentence=refusal.sentence), refusal.status


# The pages


def _page(opened: queries.Opened, page: int, form: ReplyForm, *, preview: PostText | None = None) -> Any:
    thread = opened.thread
    posts = queries.page_of_posts(viewer(), thread, page)
    rights = _rights(thread)
    first, last = positions_of(page)
    reach = min(last, thread.last_position)
    if form.read_to.data is None:
        form.read_to.data = reach
    return shown(
        "threads/show.html",
        form=form,
        thread=thread,
        group=thread.group,
        membership=thread.group.membership_of(viewer()),
        drawn=drawn(posts, rights),
        people=drawn_people(posts, viewer().id),
        laid=panel_over(viewer(), thread, posts),
        page=page,
        first=first,
        reach=reach,
        read_before=opened.mark,
        unread_elsewhere=not first <= opened.mark + 1 <= last and 0 < opened.mark < thread.last_position,
        draft=opened.draft,
        held_for=_held_for(thread.group),
        rights=rights,
        preview=preview,
    )


def _reply_page(thread_id: int, form: ReplyForm, *, preview: PostText | None = None) -> Any:
    opened = queries.open_thread(viewer(), thread_id)
    return _page(opened, opened.thread.last_page, form, preview=preview)


def _reply_form(draft: Draft | None) -> ReplyForm:
    words = {}
    if draft is not None:
        words = {"source": draft.source, "content_note": draft.content_note, "draft_version": draft.stamp}
    return ReplyForm(formdata=None, data={**words, "write_key": str(uuid4())})


def _new_page(group: Group, form: ThreadForm, *, preview: PostText | None = None, draft: Draft | None = None) -> Any:
    held = _held_for(group)
    return shown("threads/new.html", form=form, group=group, preview=preview, draft=draft, held_for=held)


def _thread_form(draft: Draft | None) -> ThreadForm:
    words = {}
    if draft is not None:
        words = {"title": draft.title, "source": draft.source, "content_note": draft.content_note}
        words |= {"wants": draft.wants.value if draft.wants else "", "draft_version": draft.stamp}
    return ThreadForm(formdata=None, data={**words, "write_key": str(uuid4())})


def _left_page(group: Group, draft: Draft) -> str:
    """Show somebody's own words where they cannot be posted any more, or not now."""
    muted = not may(viewer(), Act.OPEN_THREAD, group, at=now()) and not group.is_archived
    return render_template("threads/left.html", group=group, draft=draft, muted=muted)


def _edit_form(post: Post, *, filled: bool) -> EditForm:
    """Make the form for a post's edit; for a thread's first post, title and wants belong to it."""
    kind = EditOpeningForm if post.is_opening else EditForm
    if not filled:
        return kind()
    words = {"source": post.source, "content_note": post.content_note, "version": post.version}
    if post.is_opening:
        words |= {"title": post.thread.title, "wants": post.thread.wants.value if post.thread.wants else ""}
    return kind(formdata=None, data=words)


def _edit_page(post: Post, form: EditForm, *, preview: PostText | None = None) -> Any:
    """Show the form; after a conflict with what stands now beside it, whose version it then carries.

    So it is where nobody knows which version the form was made from.
    """
    stale = form.status == actions.EditedMeanwhile.status or form.version.data is None
    if stale:
        form.version.data = post.version
    read_too = post.status is PostStatus.VISIBLE and _held_for(post.group) is not None
    context = {"post": post, "thread": post.thread, "preview": preview, "stale": stale, "read_too": read_too}
    return shown("threads/edit.html", form=form, **context)
