"""An agreement as text: rendered once, before anything is kept, and the words that a new group begins with."""

from dataclasses import dataclass

from community import text
from community.errors import Invalid
from community.groups.models import EXCERPT_LENGTH

FIRST_WORDS = """\
What is said here stays here. We leave clients out of it, and speak of what stirs in ourselves. \
We listen before we advise.

# What stays here

No names, no initials, no places or dates by which somebody could recognise a client, a colleague or a family. \
What another member tells us we carry nowhere else, not even as a good story. Nobody records a sit or a circle.

# How we speak

We say “I” more often than “one should”. We say what we would like back: to be heard, to be asked, or to be given \
ideas, and we keep to what the other asked for. Where we see it differently, we say it to the person and stay in the \
room for the answer.

# How we look after each other

Anybody may open their eyes, move, or leave a sit at any time, and owes no reason for it. Practice can stir things \
up; if it does, tell a teacher or somebody you trust. This group is company. It does not stand in for therapy, \
supervision or emergency help.

# How we keep this

Teachers read what is brought to them. They may hold a post, give it back or hide it, and they say why. Each of us \
may leave whenever we like. When this agreement changes, each of us is asked again.
"""


@dataclass(frozen=True)
class AgreementText:
    """An agreement that is ready to be kept; made by ``agreement_text`` only."""

    source: str
    html: str
    excerpt: str


def agreement_text(source: str) -> AgreementText:
    """Render an agreement; slow, so never inside a transaction. Raises Invalid for ``source``."""
    tidy = text.tidy(source).strip()
    html = text.safe_html(tidy)
    first_paragraph = html.partition("</p>")[0]
    excerpt = text.excerpt(first_paragraph, length=EXCERPT_LENGTH - 20)
    if not excerpt:
        raise Invalid("The agreement is still empty. A sentence about confidentiality is a beginning.", field="source")
    return AgreementText(tidy, html, excerpt)
