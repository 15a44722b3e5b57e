"""What a slice above lays over a thread, above its first post: threads do not know what it is.

A slice that opens a thread gives it the name of its panel, and registers that once, when it is imported::

    register_panel("passage", Panel("passages/_panel.html", load=panel_of_passage))

    def panel_of_passage(viewer: Member, thread: Thread) -> dict[str, Any]: ...

``load`` is called for somebody to whom the words of the first post are open, and for nobody else: who hides, withdraws
or gives back that post does the same to the panel. Its template finds what it returned as ``panel``; ``url`` in that is
where the panel is fetched anew when the first post has changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from community.members.models import Member
from community.threads.models import Post, PostStatus, Thread
from community.threads.queries import ShownPost

READ_BY_TEACHERS = frozenset({PostStatus.HELD, PostStatus.VISIBLE, PostStatus.HIDDEN})

Load = Callable[[Member, Thread], Mapping[str, Any]]


@dataclass(frozen=True)
class Panel:
    """How a panel is drawn, and where its content comes from."""

    template: str
    load: Load


@dataclass(frozen=True)
class Laid:
    """A panel that is ready to be drawn over the thread's first post."""

    template: str
    content: Mapping[str, Any]
    post_id: int


_panels: dict[str, Panel] = {}


def register_panel(name: str, panel: Panel) -> None:
    """Take a slice's panel; the same name again replaces it."""
    _panels[name] = panel


def panel_over(viewer: Member, thread: Thread, posts: Sequence[ShownPost]) -> Laid | None:
    """Load what lies over a page of posts; nothing unless the thread's first post is on it and open to the viewer."""
    opening = next((post for post in posts if post.is_opening and post.author is not None), None)
    return _laid(viewer, thread, opening.id) if opening else None


def panel_to_judge(teacher: Member, post: Post) -> Laid | None:
    """Load what lies over a post, for a teacher of its group who was given it to decide on; nothing once it is gone."""
    if not post.is_opening or post.status not in READ_BY_TEACHERS:
        return None
    return _laid(teacher, post.thread, post.id)


def _laid(viewer: Member, thread: Thread, post_id: int) -> Laid | None:
    panel = _panels.get(thread.panel or "")
    return Laid(panel.template, panel.load(viewer, thread), post_id) if panel else None
