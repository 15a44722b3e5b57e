"""A post as text: rendered once, before anything is kept, and the line that lists show of it."""

from dataclasses import dataclass

from community import text
from community.errors import Invalid
from community.threads.models import EXCERPT_LENGTH, NOTE_LENGTH, TITLE_LENGTH

WITHOUT_ITS_FIRST_POST = "A thread whose first post was withdrawn"
"""The title of a thread that lost its opening post, since the old title was part of what was taken back."""


@dataclass(frozen=True)
class PostText:
    """A text that is ready to be kept; made by ``post_text`` only."""

    source: str
    html: str
    content_note: str = ""
    renderer: int = text.RENDERER_VERSION

    @property
    def excerpt(self) -> str:
        """Give the line for lists; what is folded stays folded there."""
        if not self.content_note:
            return text.excerpt(self.html)
        note = f"Content note: {self.content_note}"
        return note if len(note) <= EXCERPT_LENGTH else note[: EXCERPT_LENGTH - 1] + "…"


def post_text(source: str, *, content_note: str = "") -> PostText:
    """Render a post; slow, so never inside a transaction. Raises Invalid for ``source`` or ``content_note``."""
    tidy = text.tidy(source).strip()
    html = text.safe_html(tidy)
    if not text.excerpt(html):
        raise Invalid("There is nothing to read here yet. One sentence is a beginning.", field="source")
    note = content_note.strip() and text.one_line(
        content_note, limit=NOTE_LENGTH, field="content_note", what="content note"
    )
    return PostText(tidy, html, note)


def thread_title(words: str) -> str:
    """Give a title as it is kept; raises Invalid for ``title``."""
    return text.one_line(words, limit=TITLE_LENGTH, field="title", what="title")
