"""One page and one voice for every refusal, whatever raised it."""

import re
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from community import shared
from community.db import DatabaseAway, session
from community.errors import Refused, TooOften

log = structlog.get_logger("community.web")

BAD_REQUEST, TOO_MANY, BROKEN, AWAY = 400, 429, 500, 503
STALE = (
    "The page had been open for a long time, or something in it did not arrive whole, so nothing was done. "
    "Open it anew and try once more."
)
SIGNED_OUT = "You are no longer signed in, so nothing was done. Sign in, and try once more."
# The names under which our forms ask for words. What somebody wrote is never lost by the door's saying no.
WRITTEN = {
    "title": "Title",
    "source": "Your words",
    "words": "Your words",
    "purpose": "What it is for",
    "content_note": "Content note",
    "body": "In the body",
    "feeling": "What I felt",
    "thought": "What it tells me",
    "lead": "In a sentence",
    "care": "Take care",
    "changed": "What changed",
}
# The lines of a plan, each under a number of its own.
LINE = re.compile(r"lines-([0-9]{1,3})-(time|words)", re.ASCII)
OUR_OWN = frozenset({"same-origin", "none"})
SENTENCES = {
    404: "There is nothing here, or nothing that is open to you.",
    405: "This address is not meant for that. Go back and try the button on the page.",
    413: "That is more than fits. Go back and send a shorter text.",
    429: "That was a lot in a short time. Please wait a little and try again.",
    503: "We cannot do that just now. Please try again in a moment.",
}
BROKEN_SENTENCE = "Something broke on our side. Nothing that you had kept is lost, and we have a note of it."


def init_app(app: Flask) -> None:
    """Give each kind of refusal its page, once for the whole house."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DatabaseAway, _away)
    app.register_error_handler(shared.Away, _away)
    app.register_error_handler(Exception, _broken)


def refusal_page(status: int, sentence: str) -> Response:
    """Say what happened; a script that asked for JSON gets the same sentence as JSON."""
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify(error={"status": status, "sentence": sentence})
        answer.status_code = status
        return answer
    try:
        body = _page(status, sentence)
    except Exception:
        log.exception("error_page_failed", status=status)
        g._login_user = AnonymousUserMixin()  # noqa: SLF001 - whoever it is cannot be asked for just now
        body = _page(status, sentence)
    return Response(body, status=status, mimetype="text/html")


def _page(status: int, sentence: str) -> str:
    return render_template("error.html", status=status, sentence=sentence, written=_written())


def _written() -> list[tuple[str, str]]:
    """Give the words of this request, each with what it is called; what another site sent is not given back."""
    if request.method in {"GET", "HEAD"} or request.headers.get("Sec-Fetch-Site", "same-origin") not in OUR_OWN:
        return []
    try:
        given = [(label, request.form.get(name, "")) for name, label in WRITTEN.items()]
        given.append(("The plan", _lines_written()))
    except HTTPException:  # it was the form itself that could not be read
        return []
    return [(label, kept) for label, words in given if (kept := words.replace("\x00", "")).strip()]


def _lines_written() -> str:
    """Give the lines of a plan that was sent, each with its time."""
    lines: dict[int, dict[str, str]] = {}
    for name, value in request.form.items():
        if found := LINE.fullmatch(name):
            lines.setdefault(int(found[1]), {})[found[2]] = value
    said = (f"{line.get('time', '')} {line.get('words', '')}".strip() for _, line in sorted(lines.items()))
    return "\n".join(each for each in said if each)


def _refused(refusal: Refused) -> Any:
    response = refusal_page(refusal.status, refusal.sentence)
    if isinstance(refusal, TooOften):
        response.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def _stale(_error: CSRFError) -> Any:
    return refusal_page(BAD_REQUEST, STALE)


def _http(error: HTTPException) -> Any:
    code = error.code or BROKEN
    if code < BAD_REQUEST:  # a redirect by the router is no refusal
        return error
    response = refusal_page(code, SENTENCES.get(code, STALE if code < BROKEN else BROKEN_SENTENCE))
    if code == TOO_MANY:
        response.headers["Retry-After"] = "60"
    return response


def _away(error: Exception) -> Any:
    log.error("part_away", endpoint=request.endpoint, error=type(error).__name__)
    session().rollback()
    response = refusal_page(AWAY, SENTENCES[AWAY])
    response.headers["Retry-After"] = "10"
    return response


def _broken(error: Exception) -> Any:
    log.error("request_failed", endpoint=request.endpoint, error=type(error).__name__, exc_info=error)
    session().rollback()
    return refusal_page(BROKEN, BROKEN_SENTENCE)
