"""How templates are held: one set of globals for them all, and drawings that are made once."""

from collections.abc import Callable, Hashable, MutableMapping
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.templating import Environment
from markupsafe import Markup

KEPT = 3_000  # some two megabytes


class SharedGlobals(Environment):
    """Give every template the environment's own globals, where Jinja would chain an empty dict before them.

    Nobody here gives a template globals of its own, and each import of a macro walks through all of them: a page with
    its fifteen imports spent most of a millisecond on an empty dict.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Chain only what is there."""
        return super().make_globals(d) if d else self.globals


def init_app(app: Flask) -> None:
    """Let the application make its environment so; to be called before anything asks for it."""
    app.jinja_environment = SharedGlobals
    app.jinja_env.globals["kept"] = kept


@lru_cache(maxsize=KEPT)
def kept(macro: Callable[..., str], *arguments: Hashable) -> Markup:
    """Draw once what follows from these arguments alone.

    ``{{ kept(thread_row, row.path, …) }}``: the rows of a list and the people beside it look the same to nearly all
    who see them. All that the macro is given is the key, so nobody gets what was drawn for another; a macro that asks
    for anything else (the viewer, the clock, a token) must not be kept, and a test looks that none is.
    """
    return Markup(macro(*arguments))  # noqa: S704 - a macro of ours escapes what it is given
