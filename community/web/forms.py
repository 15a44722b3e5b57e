"""Forms that keep what was typed, and the one way from a form to an action."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from flask import render_template
from flask_wtf import FlaskForm
from wtforms import IntegerField

from community.clock import now
from community.db import transaction
from community.errors import Conflict, Invalid, NotAllowed, TooOften

Result = TypeVar("Result")

MOST_DIGITS = 10
LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


class Form(FlaskForm):
    """The base of every form; ``status`` is the HTTP status of the page that shows it again."""

    status = 200

    def refuse(self, refusal: Invalid | Conflict | TooOften | NotAllowed) -> None:
        """Set a refusal beside its field, or above the form; nothing that was typed is lost."""
        self.status = refusal.status
        name = getattr(refusal, "field", None)
        if name and name in self._fields:
            field = self._fields[name]
            field.errors = [*field.errors, refusal.sentence]
        else:
            self.form_errors.append(refusal.sentence)


class WholeNumber(IntegerField):
    """A number that a database can hold. One of 400 digits would overflow in the validators that come after."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; more than ten digits are no number."""
        if valuelist and len(valuelist[0].strip()) > MOST_DIGITS:
            self.data = None
            raise ValueError(self.invalid_value_message or "That number is too large.")
        super().process_formdata(valuelist)


def attempt(form: Form, act: Callable[[datetime], Result]) -> Result | None:
    """Check the form's shape, then do the act in one transaction; None means: show the form again.

    A refusal that the person can mend lands on the form. NotFound passes through to its page.
    """
    if not form.validate_on_submit():
        form.status = 422
        return None
    try:
        with transaction():
            return act(now())
    except (Invalid, Conflict, TooOften, NotAllowed) as refusal:
        form.refuse(refusal)
        return None


def shown(template: str, *, form: Form, **context: Any) -> tuple[str, int]:
    """Render a page with a form, under the status that the form has come to."""
    return render_template(template, form=form, **context), form.status


def local_path(path: str | None, otherwise: str = "/") -> str:
    """Give a path on this site, or ``otherwise``: an address that leads elsewhere is never followed."""
    return path if path and len(path) <= 500 and LOCAL_PATH.fullmatch(path) else otherwise  # noqa: PLR2004
