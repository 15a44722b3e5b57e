"""Who comes in by HTTP: the viewer, the checks before every view, and the voice of every refusal."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from community import clock
from community.config import LOOPBACK_HOSTS, Settings
from community.db import end_reading
from community.errors import Refused
from community.permissions import Act, may
from community.web import assets, headers, limits, refusals, templates, words
from community.web.marks import public
from community.web.refusals import OUR_OWN, SIGNED_OUT, STALE, refusal_page

if TYPE_CHECKING:
    from community.members.models import Member

__all__ = ["init_app", "load_signed_in_with", "now", "number_asked", "public", "viewer", "viewer_or_none"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ASKED_NUMBER = re.compile(r"[0-9]{1,9}")


class SignedIn(Protocol):
    """What the members slice hands over for a valid session token."""

    member: "Member"
    sign_in_id: int
    marks: dict[str, bool]


csrf = CSRFProtect()
login = LoginManager()
login.session_protection = None  # our tokens are rows that we can end; an address may change on a train


class SmallInteger(IntegerConverter):
    """An id that a database can hold; anything larger is an address that does not exist."""

    regex = r"\d{1,9}"


class PageSession(SecureCookieSessionInterface):
    """Keep the session of pages only: files are the same for everybody, and a cookie must not part their caches."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where something changed; Flask-Login looks into the session at the end of any request."""
        if request.blueprint != "assets":
            super().save_session(app, session, response)


class MemberZone(words.ReaderZone):
    """The signed-in member's own zone."""

    @staticmethod
    def current() -> ZoneInfo:
        """Give the viewer's zone, UTC for a stranger; a page says many times and asks who reads it once."""
        zone: ZoneInfo | None = g.get("zone")
        if zone is None:
            member = viewer_or_none()
            zone = g.zone = ZoneInfo(member.zone if member else "UTC")
        return zone


def init_app(app: Flask, settings: Settings) -> None:
    """Hang the door: sessions, checks, headers, refusals, and what templates may ask."""
    templates.init_app(app)
    _configure(app, settings)
    if settings.behind_proxies:
        # Only as many forwarded headers as there are proxies of ours; the host is never taken from one.
        hops = settings.behind_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    app.session_interface = PageSession()
    app.url_map.converters["id"] = SmallInteger
    login.init_app(app)
    limits.init_app(app)
    app.before_request(_check_request)
    app.before_request(_keep_token)
    csrf.init_app(app)
    app.before_request(_require_sign_in)
    headers.init_app(app, settings)
    assets.init_app(app)
    words.init_app(app, MemberZone)
    refusals.init_app(app)
    app.context_processor(lambda: _for_templates(settings))


def _configure(app: Flask, settings: Settings) -> None:
    hostname = urlsplit(settings.base_url).hostname or ""
    app.config.update(
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=30 * 24 * 3600,
        SESSION_REFRESH_EACH_REQUEST=False,
        TRUSTED_HOSTS=sorted(LOOPBACK_HOSTS) if hostname in LOOPBACK_HOSTS else [hostname],
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        MAX_FORM_PARTS=100,
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session
        WTF_CSRF_SSL_STRICT=False,  # it wants a referrer, and our pages with a key in their address name none
        COMPRESS_MIMETYPES=["text/css", "text/javascript", "image/svg+xml"],  # never pages: they hold tokens
        COMPRESS_ALGORITHM=["br", "gzip"],
    )


def load_signed_in_with(loader: Callable[[str, datetime], SignedIn | None]) -> None:
    """Take the members slice's way from a session token to the person behind it."""

    @login.user_loader  # type: ignore[untyped-decorator]
    def _load(token: str) -> SignedIn | None:
        signed_in = loader(token, clock.now())
        # What follows may hash or render for a while: it must hold no snapshot of the database.
        if request.method not in SAFE_METHODS:
            end_reading()
        return signed_in


def now() -> datetime:
    """Give one moment for the whole request."""
    if "at" not in g:
        g.at = clock.now()
    return cast("datetime", g.at)


def viewer_or_none() -> "Member | None":
    """Give the signed-in member, if there is one."""
    signed_in = current_user._get_current_object()  # noqa: SLF001 - each look through the proxy costs one more
    return cast("Member", signed_in.member) if signed_in is not None and signed_in.is_authenticated else None


def viewer() -> "Member":
    """Give the signed-in member; only for views that are not public."""
    member = viewer_or_none()
    if member is None:
        raise RuntimeError("a public view asked for its viewer")
    return member


def number_asked(name: str) -> int | None:
    """Give a number from the address's query; what no id or place in a list can be is as good as none."""
    given = request.args.get(name, "")
    return int(given) if ASKED_NUMBER.fullmatch(given) else None


def _check_request() -> None:
    """Refuse what no honest browser sends: writing from another site, and NUL, which no text needs."""
    if request.method not in SAFE_METHODS:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in OUR_OWN:
            raise Refused("This was sent from another site, so nothing was done.")
        if set(request.files) - {getattr(_view(), "takes_file", None)}:  # a field that is a file is no text
            raise Refused(STALE)
        given = [*request.args.items(multi=True), *request.form.items(multi=True)]
    else:
        given = list(request.args.items(multi=True))
    if "\x00" in request.path or any("\x00" in name or "\x00" in value for name, value in given):
        raise Refused(STALE)


def _keep_token() -> None:
    """Give the forms of a session the token that they had on its last page: Flask-WTF signs a new one for each.

    It would say the same about the same session, since our tokens have no end of their own.
    """
    raw = session.get("csrf_token")
    if isinstance(raw, str):
        g.csrf_token = _token_for(raw, str(current_app.secret_key))


@lru_cache(maxsize=2_000)
def _token_for(raw: str, key: str) -> str:
    return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))


def _require_sign_in() -> Any:
    """Ask strangers to come in first; a page they wanted is found again afterwards."""
    view = _view()
    if view is None or getattr(view, "is_public", False) or viewer_or_none() is not None:
        return None
    if request.method in SAFE_METHODS:
        wanted = request.full_path.rstrip("?")
        return redirect(url_for("members.sign_in", next=wanted if wanted != "/" else None))
    return refusal_page(401, SIGNED_OUT)


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint) if request.endpoint else None


def _for_templates(settings: Settings) -> dict[str, Any]:
    """What every template may ask for."""
    member = viewer_or_none()
    marks = current_user.marks if member else {}

    def can(act: str, thing: Any = None) -> bool:
        return may(member, Act(act), thing, at=now())

    return {
        "viewer": member,
        "teaches": marks.get("teaches", False),
        "has_new_notices": marks.get("has_new_notices", False),
        "community_name": settings.community_name,
        "demo": settings.demo,
        "can": can,
        "now": now,
    }
