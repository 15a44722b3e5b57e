"""Slow-down: how often an address or a member may ask, counted by Flask-Limiter."""

import ipaddress
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar, cast

from flask import Flask, request
from flask_limiter import Limit, Limiter
from flask_login import current_user
from limits import parse

from community.windows import WINDOWS

View = TypeVar("View", bound=Callable[..., Any])

# Generous for a person, tight for a script. The table in docs/architecture.md lists every limit.
EVERYTHING = "600 per minute"
ONE_HOUSEHOLD = 64  # bits: whoever is given IPv6 is given 2^64 addresses, and counts as one


def address() -> str:
    """Give what a stranger is counted by: their address, or of a long one the network that they were given."""
    given = request.remote_addr or ""
    try:
        found = ipaddress.ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), ONE_HOUSEHOLD), strict=False))


def who() -> str:
    """Count a signed-in person by their id and a stranger by their address."""
    if current_user.is_authenticated:
        return f"member:{current_user.member.id}"
    return f"address:{address()}"


class ReadOnce(Limit):
    """A rule whose words are read once; the library reads those of its default rules again for every request."""

    @cached_property
    def rules(self) -> list[Any]:
        """Give what was read."""
        return list(super().__iter__())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rules)


limiter = Limiter(key_func=who, default_limits=[ReadOnce(EVERYTHING)], storage_uri=WINDOWS, strategy="moving-window")


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
