"""The marks a view may carry: that it stands before the door, that it takes a file."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Open a view to people who are not signed in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def takes_file(name: str) -> Callable[[View], View]:
    """Let a form bring a file under this name; everywhere else a file is no field of ours."""

    def marked(view: View) -> View:
        view.takes_file = name  # type: ignore[attr-defined]
        return view

    return marked
