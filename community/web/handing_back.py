"""Handing words back that were sent for something that is not, or no longer, open to their writer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import render_template, request

from community.errors import Refused

View = Callable[..., Any]


def hands_back(*fields: str) -> Callable[[View], View]:
    """Let a view that refuses altogether show what was typed into the fields, to be copied; the status stays."""

    def around(view: View) -> View:
        @wraps(view)
        def answered(*args: Any, **where: Any) -> Any:
            try:
                return view(*args, **where)
            except Refused as refusal:
                words = "\n\n".join(each for each in map(request.form.get, fields) if each and each.strip())
                if not words:
                    raise
                page = render_template("words_back.html", sentence=refusal.sentence, words=words)
                return page, refusal.status

        return answered

    return around
