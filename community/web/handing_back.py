"""Handing words back that were sent for something that is not, or no longer, open to their writer."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import render_template, request

from community.errors import Refused

View = Callable[..., Any]


def hands_back(*fields: str | Callable[[Mapping[str, str]], str]) -> Callable[[View], View]:
    """Let a view that refuses altogether show what was typed, to be copied; the status stays.

    A field is the name of one that holds words, or makes a text of the whole form.
    """

    def around(view: View) -> View:
        @wraps(view)
        def answered(*args: Any, **where: Any) -> Any:
            try:
                return view(*args, **where)
            except Refused as refusal:
                given = (request.form.get(each, "") if isinstance(each, str) else each(request.form) for each in fields)
                words = "\n\n".join(each for each in given if each.strip())
                if not words:
                    raise
                page = render_template("words_back.html", sentence=refusal.sentence, words=words)
                return page, refusal.status

        return answered

    return around
