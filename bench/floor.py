"""The floor: the least that Flask, SQLAlchemy and Jinja need for the same rows, on the same database.

A signed cookie with a member's id, three statements for a thread's page (member, thread, twenty posts with their
authors), stored HTML, about 20 kB; two statements for a list of threads; and a reply that is only put down, without
Markdown, notices or anybody told. No permissions, no forms, no limits, no headers: nobody should run it.

``/threads/<id>?page=`` and ``/groups/<slug>`` read by ORM, ``/rows/<id>?page=`` reads the thread's page as plain rows,
``POST /threads/<id>/posts`` writes. ``python bench/floor.py DATABASE PORT`` serves it as the house is served.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, abort, redirect, render_template, request, session
from sqlalchemy import event
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    mapped_column,
    relationship,
    scoped_session,
    sessionmaker,
)

SECRET = "the floor has nothing to hide from anybody"
POSTS_A_PAGE = 20
THREADS_A_PAGE = 20


class Base(DeclarativeBase):
    """The floor's own base: it maps only what its pages need."""


class Member(Base):
    """A row of members."""

    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]


class Group(Base):
    """A row of groups."""

    __tablename__ = "groups"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]


class Thread(Base):
    """A row of threads."""

    __tablename__ = "threads"
    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id"))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id"))
    title: Mapped[str]
    excerpt: Mapped[str]
    last_position: Mapped[int]
    last_activity_at: Mapped[datetime]

    author: Mapped[Member] = relationship()


class Post(Base):
    """A row of posts."""

    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("threads.id"))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id"))
    position: Mapped[int]
    is_opening: Mapped[bool]
    source: Mapped[str] = mapped_column(deferred=True)
    html: Mapped[str]
    renderer: Mapped[int]
    content_note: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime]

    author: Mapped[Member] = relationship()


def create_floor(database: str) -> Flask:
    """Build the floor on a database file."""
    app = Flask(__name__)
    app.secret_key = SECRET
    engine = sa.create_engine(f"sqlite:///{database}")
    event.listen(engine, "connect", _prepare)
    rows: scoped_session[Session] = scoped_session(sessionmaker(engine))
    app.teardown_appcontext(lambda _error: rows.remove())
    _reading(app, rows)
    _reading_rows(app, rows)
    _writing(app, rows)
    app.add_url_rule("/alive", view_func=lambda: "alive")
    return app


def _prepare(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute("PRAGMA " + pragma)


def _viewer(rows: scoped_session[Session]) -> Member:
    return rows.get(Member, session.get("member_id", 0)) or abort(403)


def _page_asked(thread: Any) -> tuple[int, int]:
    last = -(-thread.last_position // POSTS_A_PAGE)
    asked = request.args.get("page", "1")
    return (last if asked == "last" else int(asked)), last


def _reading(app: Flask, rows: scoped_session[Session]) -> None:
    @app.get("/threads/<int:thread_id>")
    def thread_page(thread_id: int) -> str:
        viewer = _viewer(rows)
        thread = rows.get(Thread, thread_id) or abort(404)
        page, last = _page_asked(thread)
        statement = (
            sa.select(Post)
            .where(Post.thread_id == thread_id, Post.position.between((page - 1) * 20 + 1, page * 20))
            .options(joinedload(Post.author))
            .order_by(Post.position)
        )
        found = rows.scalars(statement).all()
        return render_template("thread.html", viewer=viewer, thread=thread, posts=found, page=page, last=last)

    @app.get("/groups/<slug>")
    def list_page(slug: str) -> str:
        viewer = _viewer(rows)
        statement = (
            sa.select(Thread)
            .join(Group, Group.id == Thread.group_id)
            .where(Group.slug == slug)
            .options(joinedload(Thread.author))
            .order_by(Thread.last_activity_at.desc(), Thread.id.desc())
            .limit(THREADS_A_PAGE)
        )
        return render_template("list.html", viewer=viewer, title=slug, threads=rows.scalars(statement).all())


def _reading_rows(app: Flask, rows: scoped_session[Session]) -> None:
    @app.get("/rows/<int:thread_id>")
    def rows_page(thread_id: int) -> str:
        members, threads, posts = Member.__table__.c, Thread.__table__.c, Post.__table__.c
        viewer = rows.execute(sa.select(members.id, members.name).where(members.id == session["member_id"])).one()
        wanted = sa.select(threads.id, threads.title, threads.last_position).where(threads.id == thread_id)
        thread = rows.execute(wanted).one()
        page, last = _page_asked(thread)
        statement = (
            sa.select(posts.id, posts.position, posts.html, posts.published_at, members.name)
            .join_from(Post.__table__, Member.__table__)
            .where(posts.thread_id == thread_id, posts.position.between((page - 1) * 20 + 1, page * 20))
            .order_by(posts.position)
        )
        found = [{**row, "author": {"name": row["name"]}} for row in rows.execute(statement).mappings()]
        return render_template("thread.html", viewer=viewer, thread=thread, posts=found, page=page, last=last)


def _writing(app: Flask, rows: scoped_session[Session]) -> None:
    @app.post("/threads/<int:thread_id>/posts")
    def reply(thread_id: int) -> Any:
        viewer = _viewer(rows)
        thread = rows.get(Thread, thread_id) or abort(404)
        thread.last_position += 1
        thread.last_activity_at = at = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 - the floor has no clock
        words = request.form["source"]
        post = Post(
            thread_id=thread.id,
            author_id=viewer.id,
            position=thread.last_position,
            is_opening=False,
            source=words,
            html=f"<p>{words}</p>",
            renderer=1,
            content_note="",
            status="visible",
            version=1,
            created_at=at,
            published_at=at,
        )
        rows.add(post)
        rows.commit()
        return redirect(f"/threads/{thread_id}#post-{post.id}", 303)


if __name__ == "__main__":
    from gunicorn.app.wsgiapp import WSGIApplication

    database, port = sys.argv[1:]
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.argv = [
        *("gunicorn", "--workers", "1", "--worker-class", "gthread", "--threads", "232", "--log-level", "warning"),
        *("--bind", f"127.0.0.1:{port}", "--no-control-socket", f"bench.floor:create_floor({database!r})"),
    ]
    WSGIApplication().run()
