"""Structured logs: one JSON line each, without personal text. Requests are logged by route, never by address."""

import json
import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("community.request")

NOT_TOLD = frozenset({"assets.show", "health.alive", "health.ready"})
# Who looks for help is written down nowhere, not even without a name; the page says so.
NO_TRACE = frozenset({"home.help_", "home.ninety_seconds"})


def leaves_no_trace() -> bool:
    """Whether the page that is asked for is one of those that nobody writes down."""
    return request.endpoint in NO_TRACE


def configure(level: str) -> None:
    """Write JSON lines to standard error; control characters are escaped by the JSON."""
    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(OthersLines())
    logging.basicConfig(level=level, handlers=[to_stderr])
    for noisy in ("werkzeug", "socketio", "engineio", "huey", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    """Log each request when it is answered: route, status, milliseconds."""

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        if request.endpoint not in NOT_TOLD and not leaves_no_trace():
            spent = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
            log.info(
                "request", route=str(request.url_rule), method=request.method, status=response.status_code, ms=spent
            )
        return response


class OthersLines(logging.Formatter):
    """The lines of the libraries: their message, and of a fault only where it arose."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one JSON line; the text of a fault may quote what somebody wrote, so it is left out."""
        line = {"event": record.getMessage(), "logger": record.name, "level": record.levelname.lower()}
        return json.dumps({**line, **_told(record.exc_info[1] if record.exc_info else None)})


def _without_words(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say where a fault arose and of what type it is; its message may quote what somebody wrote."""
    fault = line.pop("exc_info", None)
    fault = sys.exc_info()[1] if fault is True else fault
    return {**line, **_told(fault if isinstance(fault, BaseException) else None)}


def _told(fault: BaseException | None) -> dict[str, Any]:
    """Name the type of a fault and the places it came by."""
    if fault is None:
        return {}
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"fault": type(fault).__name__, "frames": places}
