"""Threads, posts and their history, drafts, and how far each member has read."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.db import Base, WordEnum, one_of
from community.groups.models import Group
from community.members.models import Member

TITLE_LENGTH = 200
NOTE_LENGTH = 200
SOURCE_LENGTH = 20_000
DRAFT_LENGTH = 40_000  # a draft may be too long to post: words that came back stand above those already there
EXCERPT_LENGTH = 200
REASON_LENGTH = 1000
PANEL_LENGTH = 24
POSTS_A_PAGE = 20
THREADS_A_PAGE = 20


class Wants(StrEnum):
    """What the writer would like back."""

    BE_HEARD = "be_heard"
    QUESTIONS = "questions"
    IDEAS = "ideas"

    @property
    def in_words(self) -> str:
        """Give the wish as a writer would say it."""
        return self.value.replace("_", " ")


class PostStatus(StrEnum):
    """Where a post stands; POST_STEPS says how it may move."""

    VISIBLE = "visible"
    HELD = "held"
    RETURNED = "returned"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


POST_STEPS: dict[PostStatus, frozenset[PostStatus]] = {
    PostStatus.HELD: frozenset({PostStatus.VISIBLE, PostStatus.RETURNED, PostStatus.WITHDRAWN}),
    PostStatus.VISIBLE: frozenset({PostStatus.HIDDEN, PostStatus.RETURNED, PostStatus.WITHDRAWN}),
    PostStatus.HIDDEN: frozenset({PostStatus.VISIBLE, PostStatus.RETURNED, PostStatus.WITHDRAWN}),
    PostStatus.RETURNED: frozenset(),
    PostStatus.WITHDRAWN: frozenset(),
}


class HeldFor(StrEnum):
    """Why a post waits for a reading; shown to its writer and to the teachers."""

    NEWCOMER = "newcomer"
    EVERYTHING = "everything"


class Thread(Base):
    """A discussion in a group. Its status follows its opening post, since the title belongs to that."""

    __tablename__ = "threads"
    __table_args__ = (
        one_of("wants", Wants),
        one_of("status", PostStatus),
        sa.Index(None, "group_id", "last_activity_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))
    excerpt: Mapped[str] = mapped_column(sa.String(EXCERPT_LENGTH), default="")
    wants: Mapped[Wants | None] = mapped_column(WordEnum(Wants))
    status: Mapped[PostStatus] = mapped_column(WordEnum(PostStatus), default=PostStatus.VISIBLE)
    opening_gone: Mapped[bool] = mapped_column(default=False)  # its first post was taken back, and the title with it
    panel: Mapped[str | None] = mapped_column(sa.String(PANEL_LENGTH))  # what a slice above lays over it, see panels
    last_position: Mapped[int] = mapped_column(default=0)  # how many posts have a place; pages are cut by it
    last_activity_at: Mapped[datetime]
    created_at: Mapped[datetime]

    group: Mapped[Group] = relationship()
    author: Mapped[Member] = relationship()

    @property
    def last_page(self) -> int:
        """Give the number of the last page, from 1."""
        return max(1, -(-self.last_position // POSTS_A_PAGE))


class Post(Base):
    """An entry in a thread. A held post has no position: it takes one when it is let through."""

    __tablename__ = "posts"
    __table_args__ = (
        one_of("status", PostStatus),
        one_of("held_for", HeldFor),
        sa.UniqueConstraint("thread_id", "position"),
        sa.UniqueConstraint("author_id", "write_key"),
        sa.Index(None, "author_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("threads.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id"))
    position: Mapped[int | None]
    is_opening: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(sa.Text, deferred=True)
    html: Mapped[str] = mapped_column(sa.Text)
    renderer: Mapped[int]
    content_note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH), default="")
    status: Mapped[PostStatus] = mapped_column(WordEnum(PostStatus))
    held_for: Mapped[HeldFor | None] = mapped_column(WordEnum(HeldFor))
    version: Mapped[int] = mapped_column(default=1)
    write_key: Mapped[str | None] = mapped_column(sa.String(36))  # made by the composer: a repeat is the same post
    created_at: Mapped[datetime]  # written
    published_at: Mapped[datetime | None]  # took its position
    edited_at: Mapped[datetime | None]

    thread: Mapped[Thread] = relationship()
    author: Mapped[Member] = relationship()

    @property
    def group(self) -> Group:
        """Give the group whose rules hold here."""
        return self.thread.group

    @property
    def page(self) -> int:
        """Give the page that the post stands on, from 1; a held one stands on the last."""
        return self.thread.last_page if self.position is None else (self.position - 1) // POSTS_A_PAGE + 1


class PostRevision(Base):
    """What a post said before an edit; for a thread's opening post, its title as well."""

    __tablename__ = "post_revisions"
    __table_args__ = (sa.UniqueConstraint("post_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("posts.id", ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH), default="")
    source: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    content_note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH), default="")
    written_at: Mapped[datetime]


class Draft(Base):
    """Words not posted yet: one per member and thread, and one per member and group for a new thread."""

    __tablename__ = "drafts"
    __table_args__ = (
        one_of("wants", Wants),
        sa.UniqueConstraint("member_id", "thread_id"),
        sa.Index(
            "uq_drafts_new_thread",
            "member_id",
            "group_id",
            unique=True,
            sqlite_where=sa.text("thread_id IS NULL"),
            postgresql_where=sa.text("thread_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    thread_id: Mapped[int | None] = mapped_column(sa.ForeignKey("threads.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH), default="")
    source: Mapped[str] = mapped_column(sa.Text, default="")
    content_note: Mapped[str] = mapped_column(sa.String(NOTE_LENGTH), default="")
    wants: Mapped[Wants | None] = mapped_column(WordEnum(Wants))
    returned_because: Mapped[str] = mapped_column(sa.String(REASON_LENGTH), default="")  # the words of a teacher
    returned_at: Mapped[datetime | None]  # when words last came back; tells pages opened before from those after
    updated_at: Mapped[datetime]

    @property
    def stamp(self) -> str:
        """Give what a page sends along to show that it began from the words that came back, if any did."""
        return self.returned_at.isoformat() if self.returned_at else ""


class ReadMark(Base):
    """How far a member has read a thread: the position of the last post seen."""

    __tablename__ = "read_marks"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(
        sa.ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]
