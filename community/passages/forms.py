"""What may be sent about passages."""

from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.validators import UUID, InputRequired, Length

from community.passages.models import ANSWER_LENGTH, Audience
from community.passages.queries import Reach
from community.threads.forms import NOT_WHOLE, wants_field
from community.web import Form

MOST_TYPED = 60_000  # a whole page of a journal, to be cut down; the exact limit is that of the passage
TEACHERS_TOLD = 500  # characters of the ids of those whom the writer saw named


class PassageForm(Form):
    """The words to be shared, and with whom."""

    source = TextAreaField(
        "The passage", [Length(max=MOST_TYPED, message="That is far longer than a passage can be. What is its heart?")]
    )
    reach = RadioField("Who may read it", [InputRequired("Choose who may read it.")], choices=[], validate_choice=True)
    wants = wants_field()
    in_notebook = BooleanField("Put it on Today as well, from your notebook")
    write_key = HiddenField(validators=[InputRequired(NOT_WHOLE), UUID(NOT_WHOLE)])
    seen_by = HiddenField(validators=[Length(max=TEACHERS_TOLD, message=NOT_WHOLE)])

    def offer(self, reaches: Sequence[Reach]) -> None:
        """Offer what the writer may choose from; anything else is no choice."""
        self.reach.choices = [(reach.value, label_of(reach)) for reach in reaches]
        if "in_notebook" in self and not any(reach.group_is_taught for reach in reaches):
            del self.in_notebook


def label_of(reach: Reach) -> str:
    """Name those with whom a passage is shared."""
    if reach.audience is Audience.GROUP:
        return f"The people of {reach.group.name}"
    return f"{'The teacher' if len(reach.teachers) == 1 else 'The teachers'} of {reach.group.name}"


class AnswerForm(Form):
    """A few words back."""

    words = TextAreaField(
        "A few words back",
        [Length(max=2 * ANSWER_LENGTH, message=f"A few words have at most {ANSWER_LENGTH:,} characters.")],
    )


class PlainForm(Form):
    """Nothing but the wish."""
