"""Structured logs: one JSON line each, without personal text. Requests are logged by route, never by address."""

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("community.request")


def configure(level: str) -> None:
    """Write JSON lines to standard error; control characters are escaped by the JSON."""
    logging.basicConfig(level=level, format="%(message)s")
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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def init_app(app: Flask) -> None:
    """Log each request when it is answered: route, status, milliseconds."""

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        if request.endpoint not in {"assets.show", "health.alive", "health.ready"}:
            spent = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
            log.info(
                "request", route=str(request.url_rule), method=request.method, status=response.status_code, ms=spent
            )
        return response


def _without_words(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say where a fault arose and of what type it is; its message may quote what somebody wrote."""
    fault = line.pop("exc_info", None)
    fault = sys.exc_info()[1] if fault is True else fault
    if isinstance(fault, BaseException):
        line["fault"] = type(fault).__name__
        frames = traceback.extract_tb(fault.__traceback__)
        line["frames"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return line
