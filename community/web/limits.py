"""Slow-down: how often an address or a member may ask, counted by Flask-Limiter."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from limits import parse

from community.windows import IN_MEMORY

View = TypeVar("View", bound=Callable[..., Any])

# Generous for a person, tight for a script. The table in docs/architecture.md lists every limit.
EVERYTHING = "600 per minute"


def who() -> str:
    """Count a signed-in person by their id and a stranger by their address."""
    if current_user.is_authenticated:
        return f"member:{current_user.member.id}"
    return f"address:{get_remote_address()}"


limiter = Limiter(key_func=who, default_limits=[EVERYTHING], storage_uri=IN_MEMORY, strategy="moving-window")


def init_app(app: Flask) -> None:
    """Count every request; static files and health checks are free."""
    app.config.setdefault("RATELIMIT_HEADERS_ENABLED", False)
    limiter.init_app(app)

    @limiter.request_filter
    def _free() -> bool:
        return request.endpoint in {"assets.show", "assets.favicon", "health.alive", "health.ready"}


def limited(rule: str, *, key: Callable[[], str] | None = None) -> Callable[[View], View]:
    """Hold a view's unsafe methods to a rule such as ``"10 per minute"``, per person or by ``key``."""

    def wrap(view: View) -> View:
        held = limiter.limit(rule, key_func=key or who, methods=["POST"], override_defaults=False)
        return cast("View", held(view))

    return wrap


def too_many(rule: str, *names: str) -> bool:
    """Count one act under these names, and say whether the rule is now exceeded."""
    return not limiter.limiter.hit(parse(rule), *names)
