"""Posts as they are drawn: the same post looks the same to all who may do the same with it, so it is drawn once.

Drawing twenty posts is most of the work of the page that is asked for most. What is kept is found by all that it was
made from: every field of the post as this reader may see it, the reader's rights, the words for its moment, and
where it leads on to. So no reader is ever given what was drawn for one who may see or do something else, and nothing
has to be thrown away when a post changes. What carries a reader's own token is never kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import current_app
from markupsafe import Markup

from community.threads.queries import ShownPost, Writer
from community.threads.rights import Rights

KEPT = 1_000
LONGEST_KEPT = 6_000  # characters of HTML: with the number above, what is kept stays under some twenty megabytes
AFTER_THE_LAST = "after"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A post with the HTML that stands for it on this reader's page."""

    post: ShownPost
    html: Markup


def drawn(posts: Sequence[ShownPost], rights: Rights) -> list[Drawn]:
    """Draw posts for one reader, in their order."""
    say = current_app.jinja_env.filters["moment"]
    following = [*(f"post-{post.id}" for post in posts[1:]), AFTER_THE_LAST]
    return [
        Drawn(
            post, (_draw if post.is_theirs or len(post.html) > LONGEST_KEPT else _kept)(post, rights, say(post.at), on)
        )
        for post, on in zip(posts, following, strict=False)
    ]


def drawn_people(posts: Sequence[ShownPost], reader_id: int) -> Markup:
    """Draw who wrote on a page, each once, in the order of their first words there."""
    people = {post.author: post.by_teacher for post in posts if post.author is not None}
    you = reader_id if any(writer.id == reader_id for writer in people) else None
    return _kept_people(tuple(people.items()), you)


def _draw(post: ShownPost, rights: Rights, when: str, following: str) -> Markup:
    article = current_app.jinja_env.get_template("threads/_posts.html").module.article  # type: ignore[attr-defined]
    return Markup(article(post, rights, when, following))  # noqa: S704 - a macro of ours escapes what it is given


_kept = lru_cache(maxsize=KEPT)(_draw)


@lru_cache(maxsize=KEPT)
def _kept_people(people: tuple[tuple[Writer, bool], ...], you: int | None) -> Markup:
    drawing = current_app.jinja_env.get_template("threads/_posts.html").module
    return Markup(drawing.people_here(people, you)) if people else Markup("")  # type: ignore[attr-defined] # noqa: S704
